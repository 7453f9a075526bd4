"""The sandbox's pages for people: one set of templates, nothing loaded from elsewhere, no script."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

TEMPLATES = Path(__file__).resolve().parent / "templates"

_pages = Jinja2Templates(directory=TEMPLATES)
_pages.env.trim_blocks = _pages.env.lstrip_blocks = True
_pages.env.filters["pounds"] = lambda pence: f"£{pence / 100:,.2f}"

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def page(request: Request, template: str, status: int = 200, **context: object) -> Response:
    """Return a page from `templates/`."""
    return _pages.TemplateResponse(request, template, context, status_code=status, headers=HEADERS)
