"""`make nlu-report`: how well commands are told from answers, and the model's intents by cross-validation.

The phrasings are the project's own and the rules were widened for them; what each set measured when it was new stands
in its first line and is the better guess for phrasings that nobody has written down yet.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bot.reflection import command_of
from bot.set_up import ENGINE_PYTHON
from tests.reflection.phrasings import COMMAND_FILES, FOLDER, answers, commands, corpus_messages

ROOT = Path(__file__).resolve().parents[2]
FOLDS = 5


def main() -> int:
    """Prints the figures. Returns the exit code."""
    print("Commands in a step of free words (rules alone)")
    understood = total = 0
    for name in COMMAND_FILES:
        rows = commands(name)
        right = sum(command_of(text, intent="tell", kind="text") == want for want, text in rows)
        understood, total = understood + right, total + len(rows)
        first = (FOLDER / name).read_text("utf-8").splitlines()[0].lstrip("# ")
        print(f"  {name:<22} {right:>3} of {len(rows):<3} = {right / len(rows):.3f}   ({first})")
    print(f"  all                    {understood:>3} of {total:<3} = {understood / total:.3f}; wanted .95")
    given = answers()
    taken = [text for text in given if command_of(text, intent="stop", kind="text")]
    print(f"Journal answers taken for a command: {len(taken)} of {len(given)}; at most 1 of 300 wanted. {taken}")
    corpus = corpus_messages()
    taken = [text for text in corpus if command_of(text, intent="stop", kind="text")]
    print(
        f"Messages of the crisis corpora taken for a command: {len(taken)} of {len(corpus)}; most of them are commands."
    )
    print(f"Intents, {FOLDS}-fold cross-validation (takes some minutes)", flush=True)
    return _cross_validate()


def _cross_validate() -> int:
    with tempfile.TemporaryDirectory() as out:
        command = [
            str(ENGINE_PYTHON),
            "-m",
            "bot.engine.rasa",
            "test",
            "nlu",
            "--nlu",
            "data/nlu",
            "--cross-validation",
        ]
        command += ["--folds", str(FOLDS), "--out", out, "--no-plot"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        report = Path(out) / "intent_report.json"
        if done.returncode != 0 or not report.is_file():
            print(done.stderr[-2000:], file=sys.stderr)
            return 1
        found = json.loads(report.read_text("utf-8"))
    for name in ("macro avg", "weighted avg"):
        row = found[name]
        print(f"  {name:<14} precision {row['precision']:.3f}  recall {row['recall']:.3f}  F1 {row['f1-score']:.3f}")
    worst = sorted(
        (row["f1-score"], name) for name, row in found.items() if isinstance(row, dict) and "avg" not in name
    )
    print("  lowest F1:", ", ".join(f"{name} {score:.2f}" for score, name in worst[:5]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
