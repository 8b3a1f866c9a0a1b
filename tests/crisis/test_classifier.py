"""The classifier's file: only the one of the manifest is opened, and without it the rules go on, visibly."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bot.crisis import Turn, assess, engine
from bot.crisis.classifier import (
    MANIFEST_NAME,
    MODEL_NAME,
    MODELS,
    NOTHING,
    ModelRefused,
    chance,
    load_classifier,
)
from bot.crisis.engine import make_engine
from tests.crisis.readers import using


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The model and its manifest, to be damaged."""
    for name in (MODEL_NAME, MANIFEST_NAME):
        shutil.copy(MODELS / name, tmp_path)
    return tmp_path


def test_the_model_of_the_manifest_loads(copied: Path) -> None:
    """And is told by its digest."""
    found = load_classifier(copied)
    assert found.digest == json.loads((copied / MANIFEST_NAME).read_text())[MODEL_NAME]


@pytest.mark.fault(51)
def test_one_changed_byte_is_refused(copied: Path) -> None:
    """Before anything in the file is opened."""
    content = bytearray((copied / MODEL_NAME).read_bytes())
    content[100] ^= 1
    (copied / MODEL_NAME).write_bytes(content)
    with pytest.raises(ModelRefused, match="has the SHA-256"):
        load_classifier(copied)


@pytest.mark.parametrize("content", [b"", b"PK no zip", b"{}"])
def test_a_file_of_another_form_is_refused(copied: Path, content: bytes) -> None:
    """Even one that the manifest vouches for."""
    import hashlib

    (copied / MODEL_NAME).write_bytes(content)
    (copied / MANIFEST_NAME).write_text(json.dumps({MODEL_NAME: hashlib.sha256(content).hexdigest()}))
    with pytest.raises(ModelRefused):
        load_classifier(copied)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    """The remedy is part of the message."""
    with pytest.raises(ModelRefused, match="run make train"):
        load_classifier(tmp_path)


def test_the_rules_go_on_alone_and_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version says so, which every stored assessment carries."""

    def refuse() -> None:
        raise ModelRefused("damaged")

    monkeypatch.setattr(engine, "load_classifier", refuse)
    with using(make_engine(with_model=True)):
        found = assess([Turn("client", "I am going to kill myself tonight")])
    assert found.level == "alert"
    assert found.version.endswith("rules-only")


def test_a_text_in_an_unread_language_is_not_judged() -> None:
    """What cannot be read has no probability."""
    made = make_engine(with_model=True)
    assert made.opinion is not None
    assert made.opinion("я не хочу больше жить, мне очень плохо") == NOTHING
    assert made.opinion("") == NOTHING


def test_a_chance_is_that_of_a_logistic_regression() -> None:
    """By hand: 1 / (1 + e^-(2 * 0.5 - 1)) is one half."""
    import numpy as np

    assert chance(np.asarray([2.0, -1.0], dtype=np.float32), [0.5]) == pytest.approx(0.5)
    assert 0.0 < chance(np.asarray([1e9, 0.0], dtype=np.float32), [-1e9]) < 1e-9
