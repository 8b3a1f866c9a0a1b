"""Single characters: what is dropped, what stands for a Latin letter, which picture stands for a word.

Sources: Unicode 16 character database (through `unicodedata`), Unicode Technical Standard 39 (confusable characters;
the selection and the table are ours), and everyday writing for pictures.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Letters of other scripts, and look-alikes that compatibility decomposition leaves alone -> Latin.
_LOOK_ALIKE_OF = {
    "a": "аαɑᴀᎪɐ",
    "b": "вβʙᏴ",
    "c": "сᴄⲥᏟ",
    "d": "ԁδđᴅժᎠ",
    "e": "еεєᴇǝ",
    "f": "ꜰƒ",
    "g": "ɡɢց",
    "h": "һħʜнհᎻɥ",
    "i": "іιıɪᎥ",
    "j": "јᴊ",
    "k": "кκᴋᏦ",
    "l": "ӏլʟłᏞ",
    "m": "мμᴍᎷɯ",
    "n": "пηɴոπ",
    "o": "оοσøᴏօⲟ",
    "p": "рρᴘⲣᏢ",
    "q": "ԛ",
    "r": "гʀᎡɹ",
    "s": "ѕꜱς",
    "t": "тτᴛᎢʇŧ",
    "u": "υᴜսц",
    "v": "ѵνᴠʋʌ",
    "w": "ԝωᴡᏔʍ",
    "x": "хχ",
    "y": "уγүᴡʏʎ",
    "z": "ᴢᏃ",
    "ss": "ß",
    "ae": "æ",
    "oe": "œ",
}
_LOOK_ALIKE = {alike: latin for latin, row in _LOOK_ALIKE_OF.items() for alike in row}
APOSTROPHES = frozenset("'’‘ʼ`´ʹ′＇")
# Right-to-left override: what follows is written backwards and shown forwards.
OVERRIDE, OVERRIDE_ENDS = "\u202e", frozenset("\u202c\u202d\u2069\n")

# A picture -> the word it stands for as a thing, and after "to", "voy a" and the like, as a deed.
PICTURES: dict[str, tuple[str, str]] = {
    "🔫": ("gun", "shoot"),
    "💊": ("pills", "overdose"),
    "🔪": ("knife", "stab"),
    "🗡": ("knife", "stab"),
    "🪒": ("razor", "cut"),
    "⚰": ("coffin", "die"),
    "🪦": ("grave", "die"),
    "💀": ("death", "die"),
    "☠": ("death", "die"),
    "🪢": ("noose", "hang"),
    "🩸": ("blood", "cut"),
    "💣": ("bomb", "bomb"),
    "🚆": ("train", "train"),
    "🌉": ("bridge", "jump"),
}


@lru_cache(maxsize=8192)
def folded(character: str) -> str:
    """A character as lower-case Latin without accents; "" for one that is not seen; itself when it is none of ours."""
    if character in _LOOK_ALIKE:
        return _LOOK_ALIKE[character]
    number = ord(character)
    if 0x1F1E6 <= number <= 0x1F1FF:
        return chr(ord("a") + number - 0x1F1E6)
    for first in (0x1F130, 0x1F150, 0x1F170):
        if first <= number < first + 26:
            return chr(ord("a") + number - first)
    kind = unicodedata.category(character)
    if kind in ("Cf", "Mn", "Me", "Cs", "Co", "Cn") or 0xFE00 <= number <= 0xFE0F:
        return ""
    if kind in ("Cc", "Zs", "Zl", "Zp"):
        return "\n" if character in "\n\r\u2028\u2029\x85" else " "
    if 0x1F3FB <= number <= 0x1F3FF:
        return ""
    plain = "".join(
        _LOOK_ALIKE.get(part, part)
        for part in unicodedata.normalize("NFKD", character).casefold()
        if unicodedata.category(part) not in ("Mn", "Me", "Cf")
    )
    return plain or ""
