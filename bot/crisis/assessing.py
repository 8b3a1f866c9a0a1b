"""From turns to a level: rules, conversation, classifier, baseline, in that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.crisis.baseline import within_baseline
from bot.crisis.dialogue import Conclusion, Spoken, client_turns, conclusions, evidence_id
from bot.crisis.engine import Engine, engine
from bot.crisis.fixed_list import phrases_in
from bot.crisis.language import is_unread
from bot.crisis.reading import Finding, Reading
from bot.crisis.rules import Meaning
from bot.crisis.thresholds import Thresholds
from bot.crisis.types import LEVELS, Assessment, Evidence, Level, Mode, Turn

CLASSIFIER = "classifier"
_NO_MEANING = Meaning(words={"en": "", "es": ""}, lowers={"en": "", "es": ""})


def assess(
    turns: Sequence[Turn],
    *,
    language: str | None = None,
    mode: Mode = "full",
    baseline: Mapping[str, object] | None = None,
) -> Assessment:
    """The last client turn in the light of the others. Pure; never raises on any text.

    `turns`: oldest first. `language`: the conversation's, a hint only: both languages are always read. `mode`:
    "fixed_list" compares with the published phrases alone and infers nothing. `baseline`: what therapist and client
    agreed is usual, see baseline.py. Levels, severities and categories: types.py.
    """
    del language  # both languages are read in every text; the hint would only ever take something away
    using = engine()
    opinion = using.opinion if mode == "full" else None
    spoken = client_turns(turns, using.read, using.thresholds, opinion)
    if not spoken:
        return Assessment("none", 0, (), (), unread_language=False, version=using.version)
    unread = is_unread(spoken[0].turn.text, spoken[0].reading.stream)
    if mode == "fixed_list":
        evidence = phrases_in(spoken[0].turn.text, using)
        return _assessment("alert" if evidence else "none", evidence, unread, using)
    last = spoken[0]
    level, evidence = _of_message(last, using, unread=unread)
    levels = [level]
    weights = using.classifier.dialogue if using.classifier else None
    for conclusion in conclusions(turns, spoken, using.thresholds, weights):
        evidence += _of_conclusion(conclusion, spoken, using)
        levels.append(conclusion.level)  # type: ignore[arg-type]
    result = _assessment(_highest(levels), evidence, unread, using)
    return within_baseline(result, baseline) if baseline else result


def _highest(levels: Sequence[str]) -> Level:
    return max((level for level in LEVELS if level in levels), key=LEVELS.index, default="none")


def _of_message(last: Spoken, using: Engine, *, unread: bool) -> tuple[Level, list[Evidence]]:
    """What the last turn says by itself: the rules' word, with the classifier's support or doubt."""
    limits, reading, opinion = using.thresholds, last.reading, last.opinion
    findings = [found for found in reading.findings if found.level != "none"]
    if using.opinion is None or unread:
        level = _highest([found.level for found in findings])
    else:
        ask, tell = _lines(reading, limits)
        level = "alert" if opinion.crisis >= tell else "check_in" if opinion.crisis >= ask else "none"
    if level == "check_in" and opinion.imminent >= limits.imminent_alert:
        level = "alert"
    if level == "none":
        findings = [found for found in findings if found.level == "note"]
    evidence = [_of_finding(found, last, using) for found in findings]
    if level != "none" and (not reading.standing or opinion.imminent >= limits.imminent_severe):
        evidence.append(_of_classifier(last, using))
    return level, evidence


def _lines(reading: Reading, limits: Thresholds) -> tuple[float, float]:
    """From which probability a text is asked about, and from which it is told: by the best rule that stands in it."""
    levels = {found.level for found in reading.standing}
    if "alert" in levels:
        return limits.plain_check_in, limits.plain_alert
    if levels:
        return limits.support_check_in, limits.support_alert
    return limits.alone_check_in, limits.alone_alert


def _of_classifier(last: Spoken, using: Engine) -> Evidence:
    text, meaning = last.turn.text, using.book.meanings["like_crisis"]
    notes = [found for found in last.reading.findings if found.level == "note"]
    return Evidence(
        id=evidence_id(CLASSIFIER, text, 0, len(text), last.turn.at_utc),
        rule=CLASSIFIER,
        category=last.opinion.category or (notes[0].rule.category if notes else "passive_ideation"),
        severity=3 if last.opinion.imminent >= using.thresholds.imminent_severe else 2,
        turn=0,
        start=0,
        end=len(text),
        why="like_crisis",
        meaning=meaning.words,
        lowers=meaning.lowers,
    )


def _of_finding(found: Finding, said: Spoken, using: Engine) -> Evidence:
    meaning = using.book.meanings[found.rule.meaning]
    return Evidence(
        id=evidence_id(found.rule.id, said.turn.text, found.start, found.end, said.turn.at_utc),
        rule=found.rule.id,
        category=found.rule.category,
        severity=found.severity,
        turn=said.age,
        start=found.start,
        end=found.end,
        why=found.rule.meaning,
        meaning=meaning.words,
        lowers=meaning.lowers,
    )


def _of_conclusion(conclusion: Conclusion, spoken: Sequence[Spoken], using: Engine) -> list[Evidence]:
    last = spoken[0].turn
    rule = f"dialogue:{conclusion.name}"
    meaning = using.book.meanings.get(conclusion.name, _NO_MEANING)
    own = Evidence(
        id=evidence_id(rule, last.text, 0, len(last.text), last.at_utc),
        rule=rule,
        category=conclusion.category,
        severity=conclusion.severity,
        turn=0,
        start=0,
        end=len(last.text),
        why=conclusion.name,
        meaning=meaning.words,
        lowers=meaning.lowers,
    )
    earlier = [_of_finding(found, spoken[age], using) for age, found in conclusion.because if age > 0]
    return [own, *earlier]


def _assessment(level: Level, evidence: Sequence[Evidence], unread: bool, using: Engine) -> Assessment:
    worst = max((piece.severity for piece in evidence if piece.turn == 0), default=0)
    severity = {"none": min(worst, 1), "check_in": max(1, worst), "alert": max(2, worst)}[level]
    counted = [piece for piece in evidence if level == "none" or piece.severity >= 2 or len(evidence) == 1]
    categories = dict.fromkeys(
        piece.category for piece in sorted(counted or evidence, key=lambda piece: -piece.severity)
    )
    return Assessment(level, severity, tuple(categories), tuple(evidence), unread, using.version)
