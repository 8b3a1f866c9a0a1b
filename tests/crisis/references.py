"""What the assessment is compared with: a list of key words, and TF-IDF with logistic regression.

Both read the last client turn alone, as such tools do. Neither is part of the product.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.crisis import Turn
from tests.crisis.evaluate import Row

# Written from what such lists commonly hold, in both languages; matched anywhere in the text, accents and case aside.
_LIST = """
suicid|kill myself|killing myself|end my life|ending my life|take my life|took my own life|want to die|wanna die
wish i was dead|wish i were dead|better off dead|better off without me|no reason to live|dont want to live
don't want to live|dont want to be alive|don't want to be alive|not want to wake up|self harm|self-harm|hurt myself
hurting myself|cut myself|cutting myself|overdose|hang myself|shoot myself|jump off|kill him|kill her|kill them
kill someone|hits me|hit me|beats me|beat me up|raped|abusing me|hearing voices|voices tell me|starving myself
make myself throw up|matarme|me quiero matar|quitarme la vida|quiero morir|no quiero vivir|mejor muerto|mejor muerta
hacerme dano|lastimarme|cortarme|sobredosis|ahorcarme|tirarme de|matarlo|matarla|me pega|me golpea|me violo
las voces me dicen|vomitar a proposito
"""
KEYWORDS = tuple(keyword for line in _LIST.strip().splitlines() for keyword in line.split("|"))
# The share of benign tune messages that TF-IDF + LR may ask about or alert on, and alert on: the product's own targets.
SEEN_SHARE, ALERT_SHARE = 0.04, 0.01


def plain(text: str) -> str:
    """Lower case, without accents, curly apostrophes straightened."""
    parts = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'"))
    return "".join(part for part in parts if not unicodedata.combining(part))


def by_keywords(turns: Sequence[Turn]) -> tuple[str, int]:
    """An alert on any key word in the last turn."""
    words = plain(turns[-1].text)
    return ("alert", 2) if any(keyword in words for keyword in KEYWORDS) else ("none", 0)


@dataclass(frozen=True, slots=True)
class TfIdf:
    """TF-IDF of words and pairs with logistic regression, and the probabilities from which it asks and alerts."""

    model: Any
    vectorizer: Any
    check_in_from: float
    alert_from: float

    def scores(self, texts: Sequence[str]) -> Any:
        """The probability of a crisis, one for each text."""
        return self.model.predict_proba(self.vectorizer.transform(texts))[:, 1]

    def read(self, turns: Sequence[Turn]) -> tuple[str, int]:
        """The level of the last turn."""
        probability = float(self.scores([turns[-1].text])[0])
        if probability < self.check_in_from:
            return "none", 0
        return ("alert" if probability >= self.alert_from else "check_in"), 2


def fit_tf_idf(train: Sequence[Row], tune: Sequence[Row]) -> TfIdf:
    """Fitted on train, its two thresholds set by the share of benign tune messages beyond them.

    Messages that need earlier turns are left out of the fitting. Raises ValueError where a class is missing.
    """
    rows = [row for row in train if not row.get("turns")]
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, strip_accents="unicode")
    matrix = vectorizer.fit_transform([row["text"] for row in rows])
    model = LogisticRegression(C=10.0, solver="liblinear", random_state=0)
    model.fit(matrix, [row["crisis"] for row in rows])
    made = TfIdf(model, vectorizer, 1.0, 1.0)
    benign = np.sort(made.scores([row["text"] for row in tune if not row["crisis"]]))
    return TfIdf(model, vectorizer, _above(benign, SEEN_SHARE), _above(benign, ALERT_SHARE))


def _above(ascending: Any, part: float) -> float:
    """The lowest value that at most `part` of the values reach."""
    allowed = int(len(ascending) * part)
    return float(np.nextafter(ascending[len(ascending) - 1 - allowed], 2.0))
