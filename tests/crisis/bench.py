"""`make bench-crisis`: how fast the assessment is, beside a list of key words and TF-IDF with logistic regression.

One core where the system lets a process choose (all for the line interface, as in use). The texts are pieced together
from the train and tune messages, a new one for each measurement, so that nothing has been seen before unless it says
so. Times depend on the machine, elapsed ones on whatever else runs on it; processor time less; the ratios to the
references, measured on texts of the same kind in the same run, least.
"""

from __future__ import annotations

import json
import math
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from bot.crisis import Turn, assess, load, warm
from bot.crisis.engine import engine
from tests.corpora.corpus_format import rows_of
from tests.crisis.evaluate import Reader, messages
from tests.crisis.references import by_keywords, fit_tf_idf

ROOT = Path(__file__).resolve().parents[2]
SEED = 1
MESSAGE_CHARS, EARLIER_TURNS = 500, 10
CONVERSATIONS = 300
LENGTHS_CHARS = (625, 1_250, 2_500, 5_000, 10_000, 20_000, 40_000)
TEXTS_PER_LENGTH = 5
LINES = 10_000
P99_MS, LONGEST_MS, LINES_PER_S = 5.0, 400.0, 500.0
# From the second longest to the longest, log2 of the factor: 1 is linear, 2 quadratic.
LINEAR_BELOW = 1.2

type Conversation = list[Turn]


class Texts:
    """Texts that were never there before, from the corpora's own words. The same on every run."""

    def __init__(self) -> None:
        rows = [item for split in ("train", "tune") for item in rows_of("messages", split)]
        self._all = [str(row["text"]) for _, row in rows]
        self._ordinary = [str(row["text"]) for where, row in rows if "ordinary" in where and not row["crisis"]]
        self._crises = [str(row["text"]) for _, row in rows if row["crisis"]]
        self._drawn: set[str] = set()
        self._random = random.Random(SEED)

    def of_length(self, chars: int, *, danger: bool) -> str:
        """Ordinary check-ins put together, with one crisis in the first half where `danger`; cut to `chars`."""
        while True:
            pieces, starts, length = [], [], 0
            while length < chars:
                pieces.append(self._random.choice(self._ordinary))
                starts.append(length)
                length += len(pieces[-1]) + 2
            if danger:
                early = sum(start <= chars // 2 for start in starts)
                pieces.insert(self._random.randrange(early), self._random.choice(self._crises))
            if self._is_new(made := ". ".join(pieces)[:chars]):
                return made

    def as_written(self) -> str:
        """A message of the corpora, crisis or not, after the beginning of another: a text of usual length, but new."""
        while True:
            beginning = " ".join(self._random.choice(self._ordinary).split()[:6])
            if self._is_new(made := f"{beginning}. {self._random.choice(self._all)}"[:MESSAGE_CHARS]):
                return made

    def _is_new(self, made: str) -> bool:
        new = made not in self._drawn
        self._drawn.add(made)
        return new

    def up_to_limit(self) -> str:
        """40 to 500 characters, four in ten with a crisis in them."""
        return self.of_length(self._random.randint(40, MESSAGE_CHARS), danger=self._random.random() < 0.4)

    def conversation(self, *, danger: bool) -> Conversation:
        """Ten earlier turns, every other by the client, and a new message of 500 characters."""
        earlier = [Turn(role="client" if at % 2 == 0 else "bot", text=self.as_written()) for at in range(EARLIER_TURNS)]
        return [*earlier, Turn(role="client", text=self.of_length(MESSAGE_CHARS, danger=danger))]


def by_assess(turns: Sequence[Turn]) -> tuple[str, int]:
    """The product's own answer."""
    found = assess(turns)
    return found.level, found.severity


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of each reading: elapsed, and of the processor."""

    elapsed: Sequence[float]
    processor: Sequence[float]

    def at(self, percent: int) -> tuple[float, float]:
        """A percentile of both."""
        return float(np.percentile(self.elapsed, percent)), float(np.percentile(self.processor, percent))


def timed(read: Callable[[Conversation], object], conversations: Iterable[Conversation]) -> Times:
    """How long each takes."""
    elapsed, processor = [], []
    for turns in conversations:
        started, began = perf_counter(), process_time()
        read(turns)
        processor.append(1000 * (process_time() - began))
        elapsed.append(1000 * (perf_counter() - started))
    return Times(elapsed, processor)


def growth(lengths: Sequence[int], times_ms: Sequence[float]) -> float:
    """The power of the length that the time follows: 1 is linear (least squares over logarithms)."""
    slope, _ = np.polyfit(np.log(lengths), np.log(times_ms), 1)
    return float(slope)


def said(met: bool) -> str:
    """Whether a target is met, in words."""
    return "met" if met else "NOT MET"


def messages_with_turns(references: dict[str, Reader], texts: Texts) -> Iterator[str]:
    """p50 and p99 for a message of 500 characters after ten turns."""
    yield (
        f"A message of {MESSAGE_CHARS} characters after {EARLIER_TURNS} turns, n = {CONVERSATIONS} each, one core, "
        "ms elapsed (ms of the processor)"
    )
    yield f"  {'':<70}{'p50':>16}{'p99':>16}"
    worst = (0.0, 0.0)
    own: Times = Times((), ())
    for danger, kind in ((False, "ordinary"), (True, "with danger in it")):
        new = [texts.conversation(danger=danger) for _ in range(CONVERSATIONS)]
        growing = [texts.conversation(danger=danger) for _ in range(CONVERSATIONS)]
        cold = timed(by_assess, new)
        again = timed(by_assess, new)
        for turns in growing:
            assess(turns[:-2])
        own = timed(by_assess, growing)
        for name, times in (
            ("cold, no turn seen before (as after a restart)", cold),
            ("new message, earlier turns seen before (as in use)", own),
            ("the same conversation once more", again),
        ):
            yield f"  {f'{kind}: {name}':<70}{both(times.at(50))}{both(times.at(99))}"
            worst = max(worst[0], times.at(99)[0]), max(worst[1], times.at(99)[1])
    yield (
        f"  p99 below {P99_MS:g} ms wanted; worst {worst[0]:.2f} elapsed: {said(worst[0] < P99_MS)}; "
        f"{worst[1]:.2f} of the processor: {said(worst[1] < P99_MS)}"
    )
    for name, reader in references.items():
        theirs = timed(reader, (texts.conversation(danger=True) for _ in range(CONVERSATIONS)))
        yield f"  {f'{name}, last message alone':<70}{both(theirs.at(50))}{both(theirs.at(99))}"
        ratios = [own.at(percent)[1] / theirs.at(percent)[1] for percent in (50, 99)]
        yield f"    assess (as in use, danger): {ratios[0]:.1f} times its processor time at p50, {ratios[1]:.1f} at p99"


def both(times_ms: tuple[float, float]) -> str:
    """Elapsed, and of the processor in brackets."""
    return f"{times_ms[0]:>8.2f} ({times_ms[1]:.2f})".rjust(16)


def by_length(references: dict[str, Reader], texts: Texts) -> Iterator[str]:
    """Time against length."""
    yield f"Time against length, median of {TEXTS_PER_LENGTH} new texts with danger in them, one core, processor's ms"
    yield f"  {'characters':<20}" + "".join(f"{chars:>9,}" for chars in LENGTHS_CHARS) + "   grows with the power"
    found: dict[str, list[float]] = {}
    longest = (0.0, 0.0)
    for name, reader in {"assess": by_assess, **references}.items():
        found[name] = []
        for chars in LENGTHS_CHARS:
            alone = [[Turn(role="client", text=texts.of_length(chars, danger=True))] for _ in range(TEXTS_PER_LENGTH)]
            times = timed(reader, alone)
            found[name].append(times.at(50)[1])
            if name == "assess":
                longest = max(longest[0], *times.elapsed), max(longest[1], *times.processor)
        row = "".join(f"{time:>9.2f}" for time in found[name])
        yield f"  {name:<20}{row}   {growth(LENGTHS_CHARS, found[name]):.2f}"
    own = found["assess"]
    factor = own[-1] / own[-2]
    yield (
        f"  from {LENGTHS_CHARS[-2]:,} to {LENGTHS_CHARS[-1]:,} characters: {factor:.2f} times as long "
        f"(linear: 2, quadratic: 4): {said(math.log2(factor) < LINEAR_BELOW)}"
    )
    yield (
        f"  below {LONGEST_MS:g} ms wanted; longest {longest[0]:.0f} elapsed: {said(longest[0] < LONGEST_MS)}; "
        f"{longest[1]:.0f} of the processor: {said(longest[1] < LONGEST_MS)}"
    )
    for name in references:
        ratio = own[-1] / found[name][-1]
        yield f"  at {LENGTHS_CHARS[-1]:,} characters assess takes {ratio:.1f} times as long as {name}"


def line_interface(references: dict[str, Reader], texts: Texts) -> Iterator[str]:
    """Lines a second of `python -m bot.crisis.lines`, start-up included, all cores."""
    yield f"python -m bot.crisis.lines: {LINES:,} new lines, start-up included, {os.cpu_count()} cores"
    for kind, draw in (("as long as messages are", texts.as_written), (f"40 to {MESSAGE_CHARS}", texts.up_to_limit)):
        lines = [draw() for _ in range(LINES)]
        sent = "".join(json.dumps({"id": at, "turns": [text]}) + "\n" for at, text in enumerate(lines))
        before, started = os.times(), perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "bot.crisis.lines"], input=sent.encode(), capture_output=True, cwd=ROOT, check=True
        )
        took_s, after = perf_counter() - started, os.times()
        processor_s = after.children_user + after.children_system - before.children_user - before.children_system
        answered, rate = len(done.stdout.splitlines()), LINES / took_s
        yield (
            f"  {kind} ({sum(map(len, lines)) / LINES:.0f} characters on average): {rate:,.0f} lines a second, "
            f"{LINES_PER_S:g} wanted: {said(rate >= LINES_PER_S and answered == LINES)}; "
            f"{LINES / processor_s:,.0f} for each second of a processor"
        )
        for name, reader in references.items():
            times = timed(reader, ([Turn(role="client", text=text)] for text in lines))
            theirs = 1000 * LINES / sum(times.processor)
            ratio = theirs * processor_s / LINES
            yield f"    {name}: {theirs:,.0f} for each second of a processor, {ratio:.1f} times as many"


def on_one_core() -> str:
    """Keeps this process on one core, where the system allows it; says whether it does."""
    if not hasattr(os, "sched_setaffinity"):
        return "all cores: this system does not let a process choose"
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return "one core"


def main() -> int:
    """Prints the figures; a target that is not met is said, and is no failure of the run."""
    everywhere = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    cores = on_one_core()
    started = perf_counter()
    load()
    loaded_s = perf_counter() - started
    started = perf_counter()
    warm()
    warmed_s = perf_counter() - started
    texts = Texts()
    references: dict[str, Reader] = {
        "keyword list": by_keywords,
        "TF-IDF + LR": fit_tf_idf(messages("train"), messages("tune")).read,
    }
    load_average = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    print(f"Crisis assessment, version {engine().version}; {cores}; load average {load_average}")
    print(f"  start: rules and model {loaded_s:.2f} s, sentence encoder {warmed_s:.2f} s, once for a process")
    for part in (messages_with_turns, by_length):
        for line in part(references, texts):
            print(line, flush=True)
    if everywhere is not None:
        os.sched_setaffinity(0, everywhere)
    for line in line_interface(references, texts):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
