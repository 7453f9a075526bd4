"""The sandbox's front page: what this is, what to try, and how to make it fail."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from actions.sandbox import faults, notify, pay_page, revenues, world
from actions.sandbox.pages import page

POSTCODES = ("AZ1 2BB", "AZ3 4DE", "AZ9 0XY")


async def home(request: Request) -> Response:
    """`GET /`."""
    accounts = [account for reference in revenues.EXAMPLES if (account := revenues.find(reference))]
    streets = [found for postcode in POSTCODES if (found := world.street(postcode))]
    return page(
        request,
        "home.html",
        streets=streets,
        accounts=accounts,
        cards=pay_page.CARDS,
        templates=notify.TEMPLATES.values(),
        kinds=faults.KINDS,
        systems=faults.SYSTEMS,
        base=str(request.base_url).rstrip("/"),
    )


routes = [Route("/", home, methods=["GET"])]
