"""The encoder: reads with the file that was vouched for, refuses any other, and is not needed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from bot.crisis import Turn, assess, encoder, engine
from bot.crisis.encoder import MANIFEST, WEIGHTS, EncoderRefused, load_encoder

TEXTS = ["the soup was good", "i am going to kill myself tonight", "hoy me tomé todas las pastillas", "ok", "a " * 300]


@pytest.fixture
def copied(tmp_path: Path) -> tuple[Path, Path]:
    """The two files, to be damaged."""
    for path in (WEIGHTS, MANIFEST):
        shutil.copy(path, tmp_path)
    return tmp_path / WEIGHTS.name, tmp_path / MANIFEST.name


def test_a_text_is_scored_the_same_alone_and_among_others() -> None:
    """Neither its neighbours nor their number change what a text is."""
    made = load_encoder()
    together = made.score(TEXTS)
    alone = np.concatenate([made.score([text]) for text in TEXTS])
    assert together.shape == (len(TEXTS), 13)
    np.testing.assert_allclose(together, alone, atol=1e-3)


def test_danger_scores_above_peace() -> None:
    """The first number is the crisis, the second how soon; else all columns could be mixed up."""
    scores = load_encoder().score(TEXTS)
    assert scores[1, 0] > 0 > scores[0, 0]
    assert scores[1, 1] > scores[0, 1]
    assert int(np.argmax(scores[0, 2:])) == 0


@pytest.mark.fault(51)
def test_one_changed_byte_is_refused(copied: tuple[Path, Path]) -> None:
    """Whoever could change the file could make it blind."""
    weights, manifest = copied
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    with pytest.raises(EncoderRefused, match="has the SHA-256"):
        load_encoder(weights, manifest)


@pytest.mark.parametrize("broken", ["{}", "no json", json.dumps({"sha256": "0"})])
def test_a_manifest_that_does_not_vouch_is_refused(copied: tuple[Path, Path], broken: str) -> None:
    """So is one that is not there."""
    weights, manifest = copied
    manifest.write_text(broken)
    with pytest.raises(EncoderRefused):
        load_encoder(weights, manifest)
    manifest.unlink()
    with pytest.raises(EncoderRefused, match="cannot be read"):
        load_encoder(weights, manifest)


def test_the_assessment_goes_on_when_the_encoder_was_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By words, letters and rules; a plain danger is still an alert."""

    def refuse() -> None:
        raise EncoderRefused("damaged")

    monkeypatch.setattr(encoder, "load_encoder", refuse)
    encoder.encoder.cache_clear()
    engine.engine.cache_clear()
    try:
        assert assess([Turn("client", "I am going to kill myself tonight")]).level == "alert"
        assert assess([Turn("client", "the soup was good today")]).level == "none"
    finally:
        encoder.encoder.cache_clear()
        engine.engine.cache_clear()
