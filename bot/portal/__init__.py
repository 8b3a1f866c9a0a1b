"""The staff's door: today, a client's brief, an episode, the practice's hours and contacts, who looked at what.

`python -m bot.portal` serves it. Server-rendered pages; each has one context dataclass in `contexts.py`.
"""
