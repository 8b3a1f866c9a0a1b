"""The wording rules of a trauma-informed text, as patterns over single texts. Each names what it found.

Sources: SAMHSA, TIP 57 "Trauma-Informed Care in Behavioral Health Services" (2014), for choice, permission and no
pressure; the recommendations at reportingonsuicide.org for words about suicide; our own measure for length.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.texts.collected import Sentence
from tests.texts.readability import sentences, words

# A text of this many characters fills half the screen of a small phone (320 x 568 points, 16-point type).
MESSAGE_CHARACTERS = 360
# Consent is read and not chatted: its sections scroll.
SECTION_CHARACTERS = 480
SENTENCE_WORDS = 25

_PRESSURE = {
    "en": r"should(?:n['’]t)?|must(?:n['’]t)?|ought to|have got to|you(?:['’]d| had) better|"
    r"calm down|at least|just relax|cheer up|get over (?:it|this)|snap out|move on|look on the bright side|"
    r"could be worse|for a reason|don['’]t worry|of course|obviously|simply",
    "es": r"deber[íi]a[sn]?|debes|debe(?! de)|deben|(?<!no )tienes? que|hay que|c[áa]lmate|c[áa]lmese|"
    r"tranquil[íi]zate|tranquil[íi]cese|rel[áa]jate|rel[áa]jese|al menos|por lo menos|an[íi]mate|an[íi]mese|"
    r"podr[íi]a ser peor|por algo|no te preocupes|no se preocupe|por supuesto|obviamente",
}
_BLAME = {
    "en": r"why (?:did|do|didn['’]t|don['’]t|have|haven['’]t|are|were|would|can['’]t|couldn['’]t) (?:n['’]t )?you|"
    r"(?<!not )your fault|you failed|you missed|you forgot|you broke",
    "es": r"¿por qu[ée](?! veo)|(?<!no es )(?:tu|su) culpa|"
    r"fallaste|fall[óo] usted|te olvidaste|se olvid[óo] usted|no cumpliste",
}
_PRAISE = {
    "en": r"good job|great job|well done|congratulations|congrats|keep it up|keep going|awesome|amazing|fantastic|"
    r"proud of you|streak|days in a row|way to go|excellent|perfect|we(?:['’]ve)? missed you|welcome back",
    "es": r"bien hecho|buen trabajo|felicidades|felicitaciones|enhorabuena|muy bien|excelente|perfecto|fant[áa]stico|"
    r"incre[íi]ble|orgullo de ti|racha|d[íi]as seguidos|(?<!si )sigue as[íi]|siga as[íi]|"
    r"te echamos de menos|te extra[ñn]amos",
}
_STIGMA = {
    "en": r"commit(?:ted|ting)? suicide|(?:failed|successful|unsuccessful) (?:suicide|attempt)|attention.seeking|"
    r"crazy|insane|addict|abuser|mentally ill|suffers? from",
    "es": r"comet(?:er|i[óo]|iste) suicidio|suicidio (?:consumado|fallido|frustrado)|llamar la atenci[óo]n|loc[oa]s?|"
    r"drogadict[oa]|maltratador|enferm[oa]s? mental(?:es)?",
}
_UNFINISHED = re.compile(r"\b(?:TODO|TBD|FIXME|XXX|[Ll]orem ipsum)\b|\?\?|<[^>]+>|\[[^\]]*\]|\{\w*\}")
_ENGLISH_WORDS = re.compile(r"\b(?:the|you|your|and|with|what)\b", re.IGNORECASE)
_SPANISH_WORDS = re.compile(r"\b(?:que|para|los|las|tu|con|qué|una)\b", re.IGNORECASE)

# Spanish that says whether its reader is a man or a woman: an adjective after a verb in the second person, and words
# for people that have a neutral twin.
_TO_BE = (
    r"est[áa]s|est[ée]s|estabas|estuviste|eres|seas|fuiste|te sientes|te sientas|te sentiste|te encuentras|"
    r"te encuentres|te quedas|te quedes|sentirte|estar|sentirse|usted est[áa]|usted es|usted se siente"
)
_ADJECTIVES = (
    r"\w{2,}(?:ad|id)[oa]s?|sol[oa]s?|segur[oa]s?|list[oa]s?|content[oa]s?|tranquil[oa]s?|nervios[oa]s?|enferm[oa]s?|hart[oa]s?|"
    r"viv[oa]s?|muert[oa]s?|quiet[oa]s?|buen[oa]s?|sincer[oa]s?|honest[oa]s?|mism[oa]s?"
)
_GENDERED = re.compile(
    rf"\b(?:{_TO_BE}) (?:muy |más |tan |algo |un poco |menos )?(?:{_ADJECTIVES})\b|"
    r"\b(?:t[úuíi]|usted|s[íi]) mism[oa]\b|\bbienvenid[oa]s?\b|\bestimad[oa]s?\b|\bquerid[oa]s?\b|"
    r"\b(?:un|una|el|la|los|las|al|del) (?:paciente|terapeuta|cliente|profesional)s?\b|"
    r"\b(?:usuari|psic[óo]log|alumn)[oa]s?\b|"
    r"\b(?:un|una|el|la|al|tu|su) m[ée]dic[oa]\b|\bdoctor(?:a|es|as)?\b|\btodos ustedes\b|"
    r"\b\w+[oa]s?/[oa]s?\b|\w\([oa]s?\)|\w@\w|\w+[^aeiou]xs?\b",
    re.IGNORECASE,
)


def pressure(sentence: Sentence) -> str | None:
    """Words that push: "should", "calm down", "at least"."""
    return _first(_PRESSURE[sentence.language], sentence.text)


def blame(sentence: Sentence) -> str | None:
    """Questions and remarks that ask somebody to justify themself: "why did you"."""
    return _first(_BLAME[sentence.language], sentence.text)


def praise(sentence: Sentence) -> str | None:
    """Praise for using the tool, guilt for not using it, exclamation marks."""
    return _first(_PRAISE[sentence.language], sentence.text) or _first("[!¡]", sentence.text, whole_words=False)


def stigma(sentence: Sentence) -> str | None:
    """Words that make a person their illness, or suicide a crime."""
    return _first(_STIGMA[sentence.language], sentence.text)


def second_question(sentence: Sentence) -> str | None:
    """More than one question in one message."""
    count = sentence.text.count("?")
    return f"{count} questions" if count > 1 else None


def unfinished(sentence: Sentence) -> str | None:
    """What an author left for later, and braces that no placeholder explains."""
    found = _UNFINISHED.search(sentence.text)
    return found[0] if found else None


def other_language(sentence: Sentence) -> str | None:
    """A text that was not translated, or only in part."""
    pattern = _SPANISH_WORDS if sentence.language == "en" else _ENGLISH_WORDS
    found = pattern.search(re.sub(r"[“«].*?[”»]", "", sentence.text))
    return found[0] if found else None


def gendered(sentence: Sentence) -> str | None:
    """Spanish that decides whether its reader, or a person it speaks of, is a man or a woman."""
    if sentence.language == "en":
        return _first(r"\b(?:he or she|his or her|s/he|guys)\b", sentence.text, whole_words=False)
    found = _GENDERED.search(sentence.text)
    return found[0] if found else None


def too_long(sentence: Sentence) -> str | None:
    """More than a phone shows, or a sentence that one cannot hold in mind."""
    limit = SECTION_CHARACTERS if sentence.topic == "consent" else MESSAGE_CHARACTERS
    if len(sentence.text) > limit:
        return f"{len(sentence.text)} characters; at most {limit}"
    mean = len(words(sentence.text)) / sentences(sentence.text)
    return f"{mean:.0f} words a sentence; at most {SENTENCE_WORDS}" if mean > SENTENCE_WORDS else None


RULES: tuple[Callable[[Sentence], str | None], ...] = (
    pressure,
    blame,
    praise,
    stigma,
    second_question,
    unfinished,
    other_language,
    gendered,
    too_long,
)


def _first(pattern: str, text: str, *, whole_words: bool = True) -> str | None:
    found = re.search(rf"(?<!\w)(?:{pattern})(?!\w)" if whole_words else pattern, text, re.IGNORECASE)
    return found[0] if found else None
