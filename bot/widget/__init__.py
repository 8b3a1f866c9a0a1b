"""What the client's browser gets: the chat page, the launcher for a practice's own site, the service worker.

No build step and no framework: the files in `static/` are served as they are, under a path with a hash of their
content, so that they may be cached for ever. `page` fills the one template; the page works as far as it can without
script (what this is, crisis lines, grounding) and holds every string of its language, so that the first screen needs
one request.
"""

from bot.widget.assets import UnknownAsset, asset, asset_version
from bot.widget.launching import launcher
from bot.widget.rendering import page

__all__ = ["UnknownAsset", "asset", "asset_version", "launcher", "page"]
