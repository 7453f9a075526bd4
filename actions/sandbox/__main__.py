"""`python -m actions.sandbox`: serve the sandbox on 127.0.0.1, at `SANDBOX_PORT` (5090)."""

import asyncio
import os

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from actions.sandbox import faults
from actions.sandbox.app import create_app


class CuttableProtocol(H11Protocol):
    """HTTP as uvicorn speaks it, with the connection within the application's reach, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Offer the transport of this connection to the application as an extension of the scope."""
        super().connection_made(transport)
        app = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[faults.TRANSPORT] = transport
            await app(scope, receive, send)

        self.app = with_transport


def main() -> None:
    """Serve until interrupted."""
    uvicorn.run(
        create_app(),
        host="127.0.0.1",
        port=int(os.environ.get("SANDBOX_PORT", "5090")),
        http=CuttableProtocol,
        ws="none",
        access_log=False,
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
