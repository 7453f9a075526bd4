"""GOV.UK's bank holidays, from the copy that ships with the assistant."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

FILE = Path(__file__).resolve().parents[2] / "data" / "bank-holidays.json"


async def bank_holidays(request: Request) -> Response:
    """`GET /bank-holidays.json`: the events of each division that the council needs."""
    return FileResponse(FILE, media_type="application/json")


routes = [Route("/bank-holidays.json", bank_holidays, methods=["GET"])]
