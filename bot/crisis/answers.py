"""Short answers to the bot's direct question: "yes", "I guess", "a veces", "prefiero no decir", "no".

The question is among the turns. Its category is read from its own words: about danger from others ("Are you safe where
you are?") a "no" is the answer that needs a person, about thoughts of dying a "yes" is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.crisis.reading import Reading
from bot.crisis.types import Turn

# Whole answers, or their first words. An answer longer than this many words is read as a message as well.
ANSWER_WORDS = 14
_YES = re.compile(
    r"^(?:(?:um|uh|uhm|hm|hmm|well|ok|okay|honestly|i mean|pues|pos|bueno|mmm|eh|ay|uy|y|este|che|mira|diache|"
    r"la verdad|la neta|pa que te miento|para que mentir|creo que|supongo que) )*"
    r"(?:yes|yeah|yea|yep|yup|ya|yah|yess+|mhm|uh huh|i am|i do|i have|i have been|ive been|im|kinda|kind of|sort of|"
    r"i guess|guess so|i suppose|suppose so|i think so|probably|maybe|perhaps|possibly|a little|a bit|sometimes|"
    r"some times|often|a lot|every day|everyday|all the time|always|most days|most nights|at night|now and then|"
    r"on and off|lately|correct|right|true|tru|duh|obviously|of course|fr|deadass|facts|"
    r"si|sip|sii+|simon|claro|pos si|pues si|creo|supongo|quiza|quizas|tal vez|capaz|puede|puede ser|a veces|aveces|"
    r"seguido|siempre|todo el tiempo|todos los dias|diario|cada noche|a ratos|de vez en cuando|un poco|mas o menos|"
    r"igual si|asi es|afirmativo|obvio|aja|ajam|a lo mejor|un poquito|poquito|maso|mas o menos|casi siempre|"
    r"diario|por momentos|algunas veces|varias veces|muchas veces|"
    r"solo (?:a veces|cuando|un poco)|"
    r"nada mas cuando|nomas cuando|desde hace|hace (?:dias|semanas|meses)|todas las noches|como que si|"
    r"y si si|y que si si|y si te digo|si te digo que si)(?: |$)"
    r"|^(?:algo|mucho|bastante|demasiado)(?: si)?$|^(?:[a-z]+ ){1,5}si$"
)
# A no that keeps something back: "no tanto como antes", "no, bueno, sí", "not yet".
_HALF_NO = re.compile(
    r"^(?:(?:oh|um|well|pues|pos|bueno|ay|mmm) )*(?:no|nah|not) "
    r"(?:tanto|del todo|exactamente|siempre|mucho|como tal|bueno si|bueno a veces|pero|se(?: |$)|lo se|se que|sabria|"
    r"puedo (?:contestar|decir|responder)|me dejan|quiero (?:contestar|hablar|decir|responder)|estoy segur|todavia|aun|"
    r"por ahora|de momento|hoy(?: |$)|este rato|yet|exactly|always|as much|anymore but|but)"
    r"|^(?:todavia|aun|hoy|por ahora|de momento|ahora) no(?: |$)|^no (?:[a-z]+ ){0,4}(?:bueno|pero) (?:a veces )?si$"
)
_NO = re.compile(
    r"^(?:(?:oh|um|well|pues|pos|bueno|ay|uy|god|jaja|haha|lol|ha|por dios|dios mio|ave maria purisima|hombre|mujer) )*"
    r"(?:no|noo+|nop|nel|nope|nah|naw|never|not at all|of course not|im not|i am not|i dont|not really|not like that|"
    r"nunca|"
    r"para nada|que va|claro que no|nada de eso|como crees|ni loco|ni loca|ni ahi|ni de (?:broma|chiste|cona)|"
    r"en absoluto|dios me libre|dios guarde|tampoco|jamas|negativo)(?: |$)"
)
_UNSURE = re.compile(
    r"^(?:(?:um|well|honestly|pues|bueno|la verdad) )*(?:i dont know|idk|dont know|dunno|not sure|im not sure|"
    r"hard to say|"
    r"no se(?: |$)|no lo se|nose|ns(?: |$)|ni idea|no estoy segur|quien sabe|depende|depends|it depends|"
    r"sometimes or not sure|"
    r"a veces o no|does it matter|why|que importa|que mas da|what if i am|"
    r"would it matter)"
)
_RATHER_NOT = re.compile(
    r"(?:rather not|prefer not|dont want to (?:say|talk|answer)|dont wanna (?:say|talk)|can we not|"
    r"next question|skip|pass|"
    r"prefiero no|mejor no|no quiero (?:decir|hablar|contestar|responder)|no te voy a decir|paso)"
)
_MEANT_ELSE = re.compile(
    r"(?:meant something else|misread|otra cosa|me expres|figure of speech|es un decir|broma|joking|kidding)"
)
# Anything that reads as a no or as talk of something else, wherever it stands in a short answer.
_SOME_NO = re.compile(
    r"\b(?:no+|nop|nel|nope|nah|naw|not|never|none|nothing|nunca|jamas|nada|ning[a-z]+|tampoco|ni|que va|absoluto|"
    r"jaj[a-z]*|haha[a-z]*|lol|broma|bromeando|kidding|joking|referia|refiero|hablaba|hablo de|meant|mean|dios|"
    r"exager[a-z]*|"
    r"como crees|de donde|libre|safe|a salvo|segur[oa]|bien|fine|good|okay|ok)\b"
)
_NUMBER = re.compile(r"^(?:(?:un|una|a|como|about|maybe|quiza|tal vez|diria|un solido) )*(10|[0-9])(?: |$)")
_ON_A_SCALE = re.compile(r"\b(?:0|1|cero|uno|zero|one)\b.{0,12}\b(?:10|diez|ten)\b", re.IGNORECASE)
# The bot asks on: how, when, with what. Whatever is no "no" tells of a plan.
_ABOUT_PLAN = re.compile(
    r"\bhow you would\b|\bwhen\b|\ba plan\b|\bun plan\b|\bat hand\b|\ba (?:la )?mano\b|"
    r"pensado (?:en )?(?:c[oó]mo|cu[aá]ndo)|"
    r"c[oó]mo lo har|con qu[eé] hacer",
    re.IGNORECASE,
)
_VOICES = re.compile(r"\bvoices?\b|\bvoz\b|\bvoces\b", re.IGNORECASE)
_ABOUT_SAFETY = re.compile(r"\b(?:safe|a salvo|segur[oa]|peligro|danger)\b", re.IGNORECASE)
_ASKS_IF_SAFE = re.compile(
    r"\b(?:are you safe|feel safe|a salvo|segur[oa]|is (?:he|she|the \w+) safe)\b", re.IGNORECASE
)
_DEATH = re.compile(r"kill|die\b|dying|suicid|end your life|dead|mat[ae]r|morir|vida|muert", re.IGNORECASE)
_OTHERS = re.compile(
    r"hurt(?:ing)? (?:some|him|her|them|the baby|your baby|any)|da[ñn]o a (?:tu|su|al|alguien|tus|otr)|"
    r"lastimar a|hacerle",
    re.IGNORECASE,
)
_OWN_BODY = re.compile(
    r"hurt(?:ing)? yourself|harm(?:ing)? yourself|cut|hacer[st]e da|hecho da|hagas da|lastimarte|cortarte",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the last turn answers. `kind`: yes, unsure, rather_not, no."""

    kind: str
    level: str
    severity: int
    category: str


def answer_to_risk_question(turns: Sequence[Turn], reading: Reading) -> Answer | None:
    """The answer, or None where the last client turn follows no direct question or does not answer it."""
    question = _question_before(turns)
    if question is None:
        return None
    words = reading.stream.replace("\n", " ")
    category, bad_is_no = _asked_about(question)
    short = reading.word_count <= ANSWER_WORDS
    if _RATHER_NOT.search(words) and short:
        return Answer("rather_not", "check_in", 2, category)
    if (number := _NUMBER.match(words)) and _ON_A_SCALE.search(question):
        return _of_number(int(number.group(1)), category)
    if _UNSURE.match(words) or (_HALF_NO.match(words) and not bad_is_no):
        return Answer("unsure", "check_in", 2, category)
    if _NO.match(words):
        return Answer("no", "alert" if bad_is_no else "none", 2 if bad_is_no else 0, category)
    if _YES.match(words) and not _MEANT_ELSE.search(words):
        return Answer("yes", "none" if bad_is_no else "alert", 0 if bad_is_no else 2, category)
    if short and words.strip() and not _SOME_NO.search(words):
        if _ABOUT_PLAN.search(question):
            return Answer("yes", "alert", 3, "plan_or_intent")
        # Neither a yes nor a no to so direct a question: it is put once more.
        return Answer("unsure", "check_in", 2, category)
    return None


def _of_number(number: int, category: str) -> Answer:
    """An answer on a scale from 0 to 10."""
    if number == 0:
        return Answer("no", "none", 0, category)
    return Answer("yes", "alert", 2, category) if number >= 5 else Answer("unsure", "check_in", 2, category)


def _question_before(turns: Sequence[Turn]) -> str | None:
    """The bot's direct question, if the last client turn comes right after it."""
    seen_client = False
    for turn in reversed(turns):
        if turn.role == "client":
            if seen_client:
                return None
            seen_client = True
        elif seen_client and turn.role == "bot":
            return turn.text if turn.question == "risk" else None
    return None


def _asked_about(question: str) -> tuple[str, bool]:
    if _ASKS_IF_SAFE.search(question) and not _DEATH.search(question):
        return "abuse_or_danger", True
    if _VOICES.search(question):
        return "command_hallucination", False
    if _DEATH.search(question):
        return "active_ideation", False
    if _OTHERS.search(question):
        return "harm_to_others", False
    if _OWN_BODY.search(question):
        return "self_harm", False
    return ("abuse_or_danger", False) if _ABOUT_SAFETY.search(question) else ("active_ideation", False)
