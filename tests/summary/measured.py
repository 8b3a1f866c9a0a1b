"""The PHQ-9 as it is shared: HL7 US Core's published example, whose total is 12."""

from __future__ import annotations

from bot.reflection.measuring import load_measures
from bot.summary.outgoing import AnswerChoice, CodedMeasure, MeasureTaken
from tests.summary.life import UNTIL

# LOINC answer list LL358-3.
CHOICES = (
    AnswerChoice("LA6568-5", 0, "Not at all", "Ningún día"),
    AnswerChoice("LA6569-3", 1, "Several days", "Varios días"),
    AnswerChoice("LA6570-1", 2, "More than half the days", "Más de la mitad de los días"),
    AnswerChoice("LA6571-9", 3, "Nearly every day", "Casi todos los días"),
)
# US Core 8.0.0, QuestionnaireResponse-phq-9-example: item -> answer, in its order.
US_CORE = {
    "44250-9": "LA6570-1", "44255-8": "LA6570-1", "44259-0": "LA6570-1", "44254-1": "LA6570-1", "44251-7": "LA6569-3",
    "44258-2": "LA6569-3", "44252-5": "LA6570-1", "44253-3": "LA6568-5", "44260-8": "LA6568-5",
}  # fmt: skip
_SCORE = {choice.code: choice.score for choice in CHOICES}
_PHQ9 = load_measures()["phq9"]
PHQ9 = CodedMeasure(
    title=_PHQ9.title,
    panel=_PHQ9.panel,
    total=_PHQ9.total,
    stem=_PHQ9.stem["en"],
    items=tuple((item.code, item.text["en"]) for item in _PHQ9.items),
    choices=CHOICES,
    source=_PHQ9.source,
    licence=_PHQ9.licence,
)
TAKEN = MeasureTaken(
    id="phq1",
    measure=PHQ9,
    answers=tuple((item, _SCORE[answer]) for item, answer in US_CORE.items()),
    total=12,
    band="moderate",
    remark="12 of 27",
    at=UNTIL,
)
