"""The widget's files, read once, served from memory, named by a hash of all of them."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
VERSION_MARK = b"__VERSION__"
FILES_MARK = b'["__FILES__"]'
CONTENT_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Served at the root of the door under these names; no part of the cached folder.
AT_ROOT = frozenset({"sw.js", "widget.js"})


class UnknownAsset(KeyError):
    """There is no such file; the message is the name that was asked for."""


def asset(name: str) -> tuple[bytes, str]:
    """A file and its content type. `name` is `app.js`, or `<version>/app.js` as pages ask for it.

    `sw.js` comes with the version and the list of files to keep filled in. An older version's name gets the newest
    file: a page that is open during an update goes on working. Raises UnknownAsset.
    """
    files = _files()
    content = files.get(name) or files.get(name.partition("/")[2])
    if content is None:
        raise UnknownAsset(name)
    return content, CONTENT_TYPES[Path(name).suffix]


@functools.cache
def asset_version() -> str:
    """The first 12 hex digits of a SHA-256 over all files: changes when any of them does."""
    digest = hashlib.sha256()
    for name, content in sorted(_raw_files().items()):
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:12]


def modules() -> tuple[str, ...]:
    """The scripts of the page, by name. All are asked for at once: a chain of imports is slow on a slow line."""
    return tuple(sorted(name for name in _raw_files() if name.endswith(".js") and name not in AT_ROOT))


@functools.cache
def _raw_files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in CONTENT_TYPES}


@functools.cache
def _files() -> dict[str, bytes]:
    files = dict(_raw_files())
    kept = sorted(name for name in files if name not in AT_ROOT)
    listed = "[" + ", ".join(f'"{name}"' for name in kept) + "]"
    files["sw.js"] = files["sw.js"].replace(VERSION_MARK, asset_version().encode()).replace(FILES_MARK, listed.encode())
    return files
