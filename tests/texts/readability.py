"""How old a reader has to be: two published formulas and the counting of syllables that they need.

- English: Flesch-Kincaid grade, 0.39 words/sentences + 11.8 syllables/words - 15.59 (Kincaid, Fishburne, Rogers &
  Chissom 1975, Navy Research Branch Report 8-75). A grade and five years make an age.
- Spanish: Fernández-Huerta, 206.84 - 60 syllables/words - 1.02 words/sentences (Fernández Huerta 1959, Consigna 214;
  the second term as Law 2011 corrects it). 70 and more reads like the sixth year of school, that is age 12.

Both count passages. A text shorter than PASSAGE_WORDS is judged with the others of its file, not alone.
"""

from __future__ import annotations

import re

PASSAGE_WORDS = 40
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?…:]+(?=\s|$|[”»])|\n+")
_STRONG, _WEAK, _ACCENTED_WEAK = "aeoáéó", "iuü", "íú"


def words(text: str) -> list[str]:
    """The words of a text; numbers are no words."""
    return _WORD.findall(text)


def sentences(text: str) -> int:
    """How many sentences a text has; a label without a full stop is one."""
    return max(1, sum(bool(words(part)) for part in _SENTENCE_END.split(text)))


def english_grade(text: str) -> float:
    """The Flesch-Kincaid grade of a passage: years of school in the US."""
    found = words(text)
    syllables = sum(english_syllables(word) for word in found)
    return 0.39 * len(found) / sentences(text) + 11.8 * syllables / len(found) - 15.59


def spanish_ease(text: str) -> float:
    """The ease of reading after Fernández-Huerta: 100 very easy, 0 very hard."""
    found = words(text)
    syllables = sum(spanish_syllables(word) for word in found)
    return 206.84 - 60 * syllables / len(found) - 1.02 * len(found) / sentences(text)


def english_syllables(word: str) -> int:
    """Syllables by the usual rule: groups of vowels, less a silent e. Exact for about nine words in ten."""
    plain = re.sub(r"[^a-z]", "", word.lower().replace("’", "'").split("'")[0])
    if len(plain) <= 3:
        return 1
    plain = re.sub(r"(?<=[^aeiouyl])e$|(?<=[aeiouy]l)e$|(?<=[^aeioutd])ed$|(?<=[^aeiouscxgz])es$", "", plain)
    groups = len(re.findall(r"[aeiouy]+", plain))
    groups += len(re.findall(r"(?<![tscg])i(?:a|o(?!us))|eo|ua(?=l)|ying|(?<=id)ea|(?<=ar)ea", plain))
    return max(1, groups)


def spanish_syllables(word: str) -> int:
    """Syllables of a Spanish word: nuclei of vowels, where two strong ones or an accented weak one part."""
    plain = re.sub(r"qu(?=[eiéí])|gu(?=[eiéí])", "g", word.lower())
    plain = re.sub(r"y$", "i", plain)
    count, before = 0, ""
    for letter in plain:
        if letter in _STRONG + _WEAK + _ACCENTED_WEAK:
            parted = letter in _ACCENTED_WEAK or before in _ACCENTED_WEAK or (letter in _STRONG and before in _STRONG)
            if not before or parted:
                count += 1
            before = letter
        elif letter != "h":
            before = ""
    return max(1, count)
