"""`python -m bot.engine.train [--if-needed]`: trains the dialogue model, notes its hash in models/manifest.json."""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bot.engine import quiet
from bot.engine.environment import ROOT
from bot.engine.model_file import MANIFEST_NAME, MODEL_NAME, ModelRefused, verified_model, write_to_manifest

SOURCES = (
    "config.yml",
    "domain.yml",
    "data",
    "bot/engine/policy.py",
    "bot/engine/screening.py",
    "bot/engine/requirements.lock",
)


def sources(root: Path) -> Iterator[Path]:
    """Every file that the model is made from."""
    for name in SOURCES:
        path = root / name
        yield from sorted(path.rglob("*.yml")) if path.is_dir() else (path,)


def is_current(root: Path) -> bool:
    """True where the model verifies and no source is newer."""
    try:
        model = verified_model(root / "models")
    except ModelRefused:
        return False
    return all(path.stat().st_mtime <= model.stat().st_mtime for path in sources(root))


def train(root: Path) -> Path:
    """Trains and returns the model's path. Raises RuntimeError with Rasa's reason where training fails."""
    import skops.io  # noqa: F401, I001 - before TensorFlow, see bot/engine/__main__.py
    import rasa
    from rasa.shared.exceptions import RasaException

    models = root / "models"
    models.mkdir(exist_ok=True)
    said = io.StringIO()
    try:
        # Rasa draws a progress bar a line for each of 150 rules.
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            result = rasa.train(
                domain=str(root / "domain.yml"),
                config=str(root / "config.yml"),
                training_files=[str(root / "data")],
                output=str(models),
                fixed_model_name=MODEL_NAME.removesuffix(".tar.gz"),
                force_training=True,
            )
    except RasaException as error:
        raise RuntimeError(str(error)) from error
    if result.code != 0 or result.model is None:
        raise RuntimeError(said.getvalue() or f"rasa train ended with code {result.code}")
    write_to_manifest(models, MODEL_NAME)
    return Path(result.model)


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot.engine.train", description=__doc__)
    parser.add_argument("--if-needed", action="store_true", help="do nothing while the model is newer than its sources")
    arguments = parser.parse_args()
    if arguments.if_needed and is_current(ROOT):
        print("The dialogue model is up to date.")
        return 0
    print("Training the dialogue model (about half a minute) ...", flush=True)
    began_s = time.monotonic()
    quiet.configure()
    try:
        model = train(ROOT)
    except RuntimeError as error:
        print(f"Training failed: {error}", file=sys.stderr)
        return 1
    took_s = time.monotonic() - began_s
    print(f"Trained {model.relative_to(ROOT)} in {took_s:.0f} s; its hash is in models/{MANIFEST_NAME}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
