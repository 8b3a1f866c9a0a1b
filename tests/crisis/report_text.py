"""The page docs/crisis-report.md: words that hold whatever the figures are, and tables made of them."""

from __future__ import annotations

from collections.abc import Iterable

from tests.crisis.breakdowns import breakdowns, groups
from tests.crisis.evaluate import AT_MOST, TARGETS, Judged, Share, group_gap, headline, met, share
from tests.crisis.measures import Bounded, Use, in_a_week, ppv_of, recall_at
from tests.crisis.measuring import (
    BOTH,
    CLASSIFIER,
    FIXED,
    KEYWORD_LIST,
    RULES,
    TF_IDF,
    Measured,
    Result,
    alerted,
    seen,
    spared,
)
from tests.crisis.misses import misses
from tests.crisis.tables import bounds, cell, filled, plain_name, table

PREVALENCES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
BUDGET_PER_1000 = 25
BUDGETS_PER_1000 = (5, 10, BUDGET_PER_1000, 40, 100, 200)
CRISES_PER_1000 = (1, 5, 20)
NAMES = {
    "seen_plain": "crises in plain words: seen",
    "seen_hard": "crises in hard words: seen",
    "alert_specificity": "benign messages: no alert",
    "check_in_benign": "benign messages: asked about",
    "severity_3_alerted": "crises of severity 3: alerted",
    "dialogues_in_time": "dialogues: alerted by the right turn",
    "controls_alerted": "control dialogues: alerted",
    "group_gap": "lowest group below all, crises seen",
}
ABOUT = {
    BOTH: "the product as it runs",
    RULES: "what runs where the model's file is missing or refused",
    CLASSIFIER: (
        "its probability of the last message against its own two thresholds; "
        "it knows which rules matched, but no rule decides, and no earlier turn counts"
    ),
    FIXED: '`mode="fixed_list"`: the published phrases, word for word, nothing inferred',
    KEYWORD_LIST: "a reference: key words anywhere in the last message, an alert on each",
    TF_IDF: (
        "a reference: words and pairs with logistic regression, fitted on train; "
        "thresholds at 4 % (asks or alerts) and 1 % (alerts) of benign tune messages; last message alone"
    ),
}


def page(measured: Measured) -> str:
    """The whole page, in Markdown."""
    sections = (
        opening,
        in_short,
        texts,
        targets,
        comparison,
        predictive_value,
        trade,
        practice,
        breakdowns,
        groups,
        misses,
    )
    blocks = "\n\n".join(section(measured).strip() for section in sections).split("\n\n")
    return "\n\n".join(filled(block) for block in blocks if block.strip()) + "\n"


def opening(measured: Measured) -> str:
    """What this is, and the words it uses."""
    return f"""
# What the crisis assessment sees and misses

Rules and model: version `{measured.version}` (rules, then model). Written by `make crisis-report`; the same rules,
model and corpora give the same page. `clinical_review: none`.

Every text measured here was invented for this project, and no clinician has checked a label:
[how the corpora were made, and what is weak in them](../tests/corpora/README.md). The figures say how the software does
on these texts. They do not show that it is safe to rely on alone, and no figure could. Who must not rely on it is in
the [model card](model-card.md).

The words: a **crisis** is a message of which a human should be told; every other message is **benign**. A crisis is
**seen** when the software asks the direct question (a check-in) or tells a person (an alert), and **missed** when it
does neither. **Hard** words are those that a search for key words would not find; hard benign messages would fool one.
**Sensitivity** is the share of crises seen, or alerted where it says so; **specificity** is the share of benign
messages without an alert, or left alone where it says so. Numbers in brackets are Wilson intervals at 95 %, and every
share stands beside its count and total. Messages of one family resemble each other, so true intervals are wider.
How fast it is: `make bench-crisis`."""


def in_short(measured: Measured) -> str:
    """The headline in sentences."""
    rows = target_rows(measured)
    short = [row for row in rows if not row[3]]
    lines = [f"- {NAMES[name]}: {value.split(' = ')[-1]}, wanted {wanted}" for name, wanted, value, _ in short]
    missed = "\n".join(lines)
    own = measured.results[BOTH]
    found = headline(own.judged, own.followed)
    asked = share(measured.ordinary, lambda each: each.level == "check_in")
    return f"""
## In short

{len(rows) - len(short)} of {len(rows)} targets are met on the held-out texts.{" Not met:" if missed else ""}

{missed}

Of 100 crises like those here, in plain words, the software sees about {_of(100, found["seen_plain"])}; in hard words,
about {_of(100, found["seen_hard"])}. Of 1,000 benign messages like these it asks about
{_of(1000, found["check_in_benign"])} and raises a false alert on {_of(1000, alerted(own.benign))}. Of 1,000 ordinary
check-ins, which were not written to mislead it, it asks about {_of(1000, asked)} and raises a false alert on
{_of(1000, alerted(measured.ordinary))}.

When it says nothing, that is no sign of safety."""


def _of(number: int, found: Share) -> str:
    return f"{number * found.value:.0f}" if found.total else "(none measured)"


def texts(measured: Measured) -> str:
    """How much was measured on what."""
    uses = {
        "train": "rules written, model fitted; not measured here",
        "tune": "thresholds and calibration; its figures flatter",
        "test": "held out; unless another split is named, every figure below",
    }
    rows = [
        [
            split,
            str(held.messages),
            str(held.crises),
            str(held.messages - held.crises),
            str(held.ordinary),
            str(held.families),
            str(held.dialogues),
            uses[split],
        ]
        for split, held in measured.corpora.items()
    ]
    head = ["split", "messages", "crises", "benign", "of these ordinary", "families", "dialogues", "used for"]
    return f"## The texts\n\n{table(head, rows)}"


def target_rows(measured: Measured) -> list[tuple[str, str, str, bool]]:
    """Name, what is wanted, what was found, and whether it is met, for each target."""
    own = measured.results[BOTH]
    rows = []
    for name, found in headline(own.judged, own.followed).items():
        rows.append((name, _wanted(name), cell(found), met(name, found.value)))
    lowest, gap = group_gap(own.judged)
    rows.append(("group_gap", _wanted("group_gap"), f"{gap:.3f} ({plain_name(lowest)})", met("group_gap", gap)))
    return rows


def _wanted(name: str) -> str:
    return f"{'at most' if name in AT_MOST else 'at least'} {TARGETS[name]:.2f}"


def target_lines(measured: Measured) -> list[str]:
    """The targets for a terminal."""
    return [
        f"{NAMES[name]:40} {value}   {wanted}: {'met' if reached else 'not met'}"
        for name, wanted, value, reached in target_rows(measured)
    ]


def targets(measured: Measured) -> str:
    """The targets, and whether they are met."""
    tune = {name: cell(found) for name, found in headline(measured.tune.judged, measured.tune.followed).items()}
    lowest, gap = group_gap(measured.tune.judged)
    tune["group_gap"] = f"{gap:.3f} ({plain_name(lowest)})"
    rows = [
        [NAMES[name], wanted, value, "yes" if reached else "**no**", tune[name]]
        for name, wanted, value, reached in target_rows(measured)
    ]
    return f"""
## Targets

{table(["figure", "wanted", "held out", "met", "on tune, for comparison"], rows)}

A target counts as met by the share itself; where the interval reaches across the target, the texts are too few to be
sure. A group has few crises, so the lowest of many groups lies below the others by chance alone, too."""


def comparison(measured: Measured) -> str:
    """The readers beside each other."""
    rows = []
    for name, result in measured.results.items():
        found = headline(result.judged, result.followed)
        rows.append(
            [
                name,
                cell(seen(result.crises)),
                *(cell(found[key]) for key in ("seen_plain", "seen_hard")),
                cell(alerted(result.crises)),
                cell(spared(result.benign)),
                cell(found["check_in_benign"]),
                cell(share(result.benign, lambda each: not each.seen)),
                *(cell(found[key]) for key in ("severity_3_alerted", "dialogues_in_time", "controls_alerted")),
            ]
        )
    head = ["reader", "crises seen", "plain: seen", "hard: seen", "crises alerted", "benign: no alert"]
    head += [
        "benign: asked about",
        "benign: left alone",
        "severity 3: alerted",
        "dialogues in time",
        "controls alerted",
    ]
    about = "\n".join(f"- **{name}**: {ABOUT[name]}." for name in measured.results)
    return f"## Rules, classifier, both, and references\n\n{about}\n\n{table(head, rows)}"


def predictive_value(measured: Measured) -> str:
    """What an alert is worth where crises are rare."""
    names = list(measured.results)
    alerts = [
        [
            f"{100 * prevalence:g} %",
            *(bounds(_ppv(measured.results[name], prevalence, alerts=True)) for name in names),
        ]
        for prevalence in PREVALENCES
    ]
    own = measured.results[BOTH]
    ordinary = Result(judged=[*own.crises, *measured.ordinary], followed=own.followed)
    other = [
        [
            f"{100 * prevalence:g} %",
            *(
                bounds(_ppv(result, prevalence, alerts=alerts_only))
                for result in (own, ordinary)
                for alerts_only in (True, False)
            ),
        ]
        for prevalence in PREVALENCES
    ]
    head = ["crises among messages", "alert", "alert or check-in", "alert, ordinary check-ins as benign"]
    head.append("alert or check-in, ordinary check-ins as benign")
    return f"""
## What an alert is worth

Positive predictive value: of what is raised, the share that are crises. It depends on how rare crises are, which these
texts cannot say; so it is worked out for stated prevalences. The bounds join the worst ends and the best ends of both
intervals (sensitivity, n = {len(own.crises)}; specificity, n = {len(own.benign)}), and are wider than 95 %.

Alerts, by reader:

{table(["crises among messages", *names], alerts)}

![Positive predictive value of alerts by prevalence](pictures/crisis/predictive-value.svg)

{BOTH.capitalize()}, alerts and check-ins, once more with the {len(measured.ordinary)} ordinary check-ins as the only
benign messages:

{table(head, other)}"""


def _ppv(result: Result, prevalence: float, *, alerts: bool) -> Bounded:
    if alerts:
        return ppv_of(alerted(result.crises), spared(result.benign), prevalence)
    return ppv_of(seen(result.crises), share(result.benign, lambda each: not each.seen), prevalence)


def trade(measured: Measured) -> str:
    """The curve: what more questions would buy."""
    rows = []
    for name, points in measured.curves.items():
        cells = []
        for budget in BUDGETS_PER_1000:
            best = recall_at(points, budget)
            cells.append(f"{cell(best.recall)} at {best.false_per_1000:.0f}" if best else "out of reach")
        rows.append([name, *cells])
    head = ["reader", *(f"at most {budget} per 1,000" for budget in BUDGETS_PER_1000)]
    own = measured.results[BOTH]
    return f"""
## What more questions would buy

Crises seen (n = {len(own.crises)}) against benign messages asked about or alerted on, per 1,000
(n = {len(own.benign)}). For {BOTH} the line moves every probability among the thresholds together, beyond their floors
too; the mark is where they are set. The line at {BUDGET_PER_1000} is what the project wants on real benign messages;
many of the benign messages here were written to mislead.

![Crises seen against needless questions per 1,000 benign messages](pictures/crisis/curve.svg)

{table(head, rows)}

A setting chosen by looking at this table would no longer be held out. Thresholds are chosen on the tune split."""


def practice(measured: Measured, use: Use | None = None) -> str:
    """What it means for a practice, under a stated model of use."""
    use = use or Use()
    own = measured.results[BOTH]
    rows = []
    for crises_per_1000 in CRISES_PER_1000:
        crises = use.messages * crises_per_1000 / 1000
        benign = use.messages - crises
        for label, calm in (("ordinary", measured.ordinary), ("all, many written to mislead", own.benign)):
            rows.append(
                [
                    f"{crises_per_1000} ({crises:g})",
                    f"{label} (n = {len(calm)})",
                    bounds(in_a_week(alerted(own.crises), crises), 1),
                    bounds(in_a_week(alerted(calm), benign), 1),
                    bounds(in_a_week(_asked(own.crises), crises), 1),
                    bounds(in_a_week(_asked(calm), benign), 1),
                    bounds(in_a_week(share(own.crises, lambda each: not each.seen), crises), 1),
                ]
            )
    head = ["crises per 1,000 messages (a week)", "benign messages taken as", "true alerts", "false alerts"]
    head += ["check-ins in a crisis", "needless check-ins", "crises missed"]
    return f"""
## What it means for a practice

An assumed week, not a finding: {use.clients} clients, each writing on {use.days_a_week} days,
{use.messages_a_day} messages a day, so {use.messages:,} messages. How many of them are crises differs between practices
and is not known here, so three values stand. An alert is a page to a person when somebody is on duty.

{table(head, rows)}

With other numbers: a week's false alerts are benign messages times {cell(alerted(measured.ordinary))} for ordinary
check-ins, or times {cell(alerted(own.benign))} for benign messages as misleading as
these. Where a practice lies, nobody knows before it has counted its own.

The count is of messages, not of people. Further messages join an alert that is open, so there are fewer pages than
alerts here. Somebody in danger may write more than once, so a missed message is not always a missed person; but
somebody who writes once, and is missed, is."""


def _asked(judged: Iterable[Judged]) -> Share:
    return share(judged, lambda each: each.level == "check_in")
