"""The sandbox council as one application: a mount for each system, the faults, and a page that explains it."""

from types import ModuleType

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from actions.sandbox import (
    calendar,
    faults,
    home,
    notify,
    open311,
    pay,
    pay_page,
    places,
    repairs,
    revenues,
    store,
    waste,
)

# What is served at each prefix. A module offers `routes`, and may offer `SCHEMA` (its tables) and `PAGES`
# (paths that people look at, below its prefix: those never show a fault).
SYSTEMS: dict[str, tuple[ModuleType, ...]] = {
    "pay": (pay, pay_page),
    "notify": (notify,),
    "open311": (open311,),
    "repairs": (repairs,),
    "waste": (waste,),
    "places": (places,),
    "revenues": (revenues,),
    "calendar": (calendar,),
}


async def reset(request: Request) -> Response:
    """`POST /reset`: empty every table and clear every fault; 204."""
    store.reset()
    faults.clear()
    return Response(status_code=204)


def create_app() -> Starlette:
    """Return the application, with its tables made in the file that `SANDBOX_DB` names."""
    store.create(*(getattr(m, "SCHEMA", "") for modules in SYSTEMS.values() for m in modules))
    # Notify is at the root as well: the official client drops the path of its base URL, since the real one has none.
    routes: list[BaseRoute] = [*home.routes, *faults.routes, *notify.api_routes]
    routes.append(Route("/reset", reset, methods=["POST"]))
    pages: list[str] = []
    for prefix, modules in SYSTEMS.items():
        routes.append(Mount(f"/{prefix}", routes=[route for module in modules for route in module.routes]))
        pages += [f"/{prefix}{page}" for module in modules for page in getattr(module, "PAGES", ())]
    return Starlette(routes=routes, middleware=[Middleware(faults.Faults, pages=tuple(pages))])
