"""What a person calls the browser they sign in with: two words from its User-Agent and no more of it.

The whole header would tell one device from all others; these words only help people to know their own in a list.
"""

from __future__ import annotations

# Order counts: each of these calls itself by the names of those after it as well.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def label_of(user_agent: str) -> str | None:
    """Such as "Firefox, Android"; None where neither is known."""
    words = [next((word for mark, word in known if mark in user_agent), None) for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(word for word in words if word) or None
