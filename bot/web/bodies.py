"""Bodies as they come: what cannot be read as JSON at all is the sender's mistake and no fault of ours."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.exceptions import ClientException


class CarefulRequest(Request[Any, Any, Any]):
    """A request whose JSON is refused with 400 when it nests too deep for the parser or is no UTF-8."""

    async def json(self) -> Any:
        """The body as JSON. Raises ClientException (400)."""
        try:
            return await super().json()
        except (RecursionError, UnicodeDecodeError) as error:
            raise ClientException("the body cannot be read as JSON") from error
