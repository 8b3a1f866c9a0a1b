"""`python -m bot.demo.site`: the home page of a practice that does not exist, with the chat's launcher on it.

It stands for any practice's own site: another origin than the gateway, a strict Content-Security-Policy of its own, and
one script tag. What it shows is how a real site takes the chat in, and that nothing more is needed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Response, get
from litestar.enums import MediaType

from bot.logs import configure
from bot.settings import Settings, get_settings
from bot.web.serve import serve

FOLDER = Path(__file__).parent / "site_files"


def create_app(settings: Settings) -> Litestar:
    """The site for these settings: one page, its style sheet, its health."""
    gateway = settings.public_url_client
    page = (
        Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined)
        .get_template("home.html")
        .render(gateway=gateway)
    )
    style = (FOLDER / "site.css").read_text("utf-8")
    headers = {
        # What a practice with a strict policy adds for the chat: the gateway's origin in script-src and frame-src.
        "content-security-policy": (
            f"default-src 'none'; style-src 'self'; script-src {gateway}; frame-src {gateway}; img-src 'self' data:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-cache",
    }

    @get("/", include_in_schema=False)
    async def home() -> Response[str]:
        return Response(page, media_type=MediaType.HTML, headers=headers)

    @get("/site.css", include_in_schema=False)
    async def style_sheet() -> Response[str]:
        return Response(style, media_type="text/css; charset=utf-8", headers=headers)

    @get("/healthz", include_in_schema=False)
    async def health() -> dict[str, Any]:
        return {"status": "ok", "parts": {}}

    return Litestar(route_handlers=[home, style_sheet, health], openapi_config=None, logging_config=None)


if __name__ == "__main__":
    configure("site")
    here = get_settings()
    serve(create_app(here), port=here.site_port)
