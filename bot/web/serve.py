"""Runs one door: uvicorn on loopback, no access log (paths and addresses are personal data here)."""

from __future__ import annotations

import uvicorn
from litestar.types import ASGIApp


def serve(app: ASGIApp, *, port: int) -> None:
    """Serves until SIGINT or SIGTERM. Streams that are still open get 2 s to end."""
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=30,
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1",
    )
