"""A site that shows the chat and means harm: its page opens every shadow root to itself before the launcher comes."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A host</title><h1>A host</h1>
<script>
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {{ return attach.call(this, {{ ...options, mode: "open" }}); }};
window.heard = [];
window.addEventListener("message", (event) => window.heard.push(JSON.stringify(event.data)));
</script>
<script src="{gateway}/widget.js" async></script></html>"""


class HostSite:
    """Serves the page at `host:port`. No Content-Security-Policy: nothing of the site itself holds its script back."""

    def __init__(self, *, host: str, port: int, gateway: str) -> None:
        page = PAGE.format(gateway=gateway).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_: object) -> None:
                """A test's output is no place for an access log."""

        self.url = f"http://{host}:{port}"
        self._server = ThreadingHTTPServer((host, port), Handler)

    def __enter__(self) -> HostSite:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
