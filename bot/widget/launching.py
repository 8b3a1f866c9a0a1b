"""The launcher script, with the words and crisis lines that it shows when the chat cannot be reached."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.widget.assets import asset
from bot.widget.rendering import EXIT_URL, plain_line, sorted_lines

DATA_MARK = "/* DATA */ null"
STRINGS = (
    "title",
    "launcher_open",
    "launcher_waiting",
    "launcher_blocked",
    "launcher_full_page",
    "close",
    "quick_exit",
    "call_line",
    "text_line",
    "text_line_with",
)


def launcher(*, strings: Mapping[str, Mapping[str, str]], lines: Mapping[str, Sequence[Any]]) -> bytes:
    """`widget.js` for a practice. `strings`: language -> topic `widget`; `lines`: language -> crisis lines.

    Raises KeyError when a string is missing.
    """
    data = {
        "exit": EXIT_URL,
        "strings": {language: {key: topic[key] for key in STRINGS} for language, topic in strings.items()},
        "lines": {
            language: sorted_lines([plain_line(line) for line in of_language])
            for language, of_language in lines.items()
        },
    }
    source = asset("widget.js")[0].decode()
    # Escaped to ASCII: two line separators that JSON allows end a line in the scripts of older browsers.
    return source.replace(DATA_MARK, json.dumps(data, ensure_ascii=True, separators=(",", ":"))).encode()
