"""check_in: one direct question that admits it may be wrong, its answers, and what follows (CLINICAL, "Two
thresholds").

The question is the gateway's, never the engine's: it is committed with the message that raised it, and the message
waits for the answer before the engine sees it. Each piece of evidence is asked about once in 24 hours. At severity
2-3 silence tells a person, and the sentence under the question says when; below that leaving is fine and nothing is
sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.crisis.types import Assessment, Evidence
from bot.handoff import alerts, card, escalation, safety_item
from bot.handoff.answers import read_answer
from bot.handoff.coverage import moment_words
from bot.records import Tx, contacts, conversations, episodes, people, practice, questions, reflections
from bot.records.conversations import Conversation, Message
from bot.records.people import Client
from bot.records.questions import Question
from bot.texts import Line, Lines, Said, Texts

ASK_AGAIN_AFTER = timedelta(hours=24)
_YES = "risk_yes"
# Option ids of the widget. The question they belong to is in the step that comes with them.
ANSWER_OPTIONS: Mapping[str, str] = {
    _YES: "yes",
    "risk_not_sure": "not_sure",
    "risk_no": "no",
    "risk_rather_not": "rather_not",
}
CHOICE_OPTIONS: Mapping[str, str] = {"risk_tell": "tell", "risk_brief": "brief", "risk_help": "help"}
ASK_PERSON = "ask_person"
_STEP = "risk:"
_UNSURE = ("not_sure", "rather_not")
# Where the danger is another person the question is "Are you safe where you are?": there "no" is the answer that tells.
_TURNED: Mapping[str, str] = {"yes": "no", "no": "yes"}
# Severity from which silence and an unsure answer tell a person.
TOLD_FROM = 2
_NAMESPACE = uuid.UUID("d2a1c1de-51d8-4c4f-9b39-6b5e3c0d7a52")
# How many lines a sentence of the chat names; the card and "Get help now" have all of them.
_LINES_IN_CHAT = 2
_ASK: Mapping[str, str] = {
    "self": "ask_self",
    "attempt": "ask_self",
    "others": "ask_others",
    "baby": "ask_baby",
    "abuse": "ask_abuse",
    "third": "ask_third",
    "eating": "ask_eating",
    "voices": "ask_voices",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A client message that was just stored, what was read in it, and the transaction that it belongs to."""

    tx: Tx
    texts: Texts
    lines: Lines
    conversation: Conversation
    client: Client
    message: Message
    assessment: Assessment
    at: datetime

    def say(self, key: str, **params: object) -> Said:
        """The text `handoff.<key>` for this client."""
        return self.texts.say(f"handoff.{key}", language=self.client.language, address=self.client.address, **params)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a message answers. `answer`: one of questions.ANSWERS, or "choice" with `choice` tell, brief or help.
    `pressed`: by a button, so that the engine has nothing to say to it."""

    question: Question
    answer: str
    pressed: bool
    choice: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows for the caller; see `bot.handoff.intake.Received`."""

    forward: bool
    episode_id: str | None = None
    question_id: str | None = None


def find_answer(case: Case) -> Answer | None:
    """What the message says to a question that was put; None if it says nothing to one."""
    option = case.message.option
    asked = _asked(case)
    if asked is None:
        return None
    if option in CHOICE_OPTIONS and asked.answer in _UNSURE:
        return Answer(question=asked, answer="choice", pressed=True, choice=CHOICE_OPTIONS[str(option)])
    if asked.answer is not None and not (option == _YES and asked.answer != "yes"):
        # Answered before. Only a later yes still counts: people change their mind, and it is the one that matters.
        return None
    if option in ANSWER_OPTIONS:
        return Answer(question=asked, answer=ANSWER_OPTIONS[str(option)], pressed=True)
    if option is not None:
        return None
    read = read_answer(case.message.text)
    if read is not None and asked.category == card.ABUSE:
        read = _TURNED.get(read, read)
    if read is None:
        read = {"alert": "yes", "check_in": "not_sure"}.get(case.assessment.level, "text")
    return Answer(question=asked, answer=read, pressed=False)


def take_answer(case: Case, answer: Answer) -> Outcome:
    """What follows from an answer, where the message itself is no alert."""
    if answer.choice is not None:
        return _chosen(case, answer.question, answer.choice)
    if answer.answer == "text":
        return _unclear(case, answer.question)
    asked = questions.answer(case.tx, answer.question.id, answer=answer.answer, message_id=case.message.id, at=case.at)
    if answer.answer == "no":
        return _believed(case, asked)
    severity = max(asked.severity, case.assessment.severity)
    if answer.answer == "yes":
        return _told(case, asked, severity=max(TOLD_FROM, severity), saying="after_unsure_told")
    if severity >= TOLD_FROM:
        return _told(case, asked, severity=severity, saying="after_unsure_told")
    _offer(case, asked, choices=("tell", "brief", "help"))
    conversations.mark_answered(case.tx, case.message.id, at=case.at)
    return Outcome(forward=conversations.release(case.tx, asked.id) > 0, question_id=asked.id)


def settle(case: Case, answer: Answer | None) -> None:
    """An alert ends every question that is open: the answer is recorded, what waited for it needs no reply any more."""
    for asked in questions.unanswered(case.tx, case.conversation.id):
        given = answer.answer if answer and answer.question.id == asked.id and answer.choice is None else "text"
        questions.answer(case.tx, asked.id, answer=given, message_id=case.message.id, at=case.at)
        _end_wait(case, asked)
        alerts.raise_alert(
            case.tx,
            client_id=case.client.id,
            conversation_id=case.conversation.id,
            message_id=asked.message_id,
            severity=max(asked.severity, case.assessment.severity),
            categories=(asked.category, *case.assessment.categories),
            at=case.at,
        )


def check_in(case: Case) -> Outcome:
    """Asks, unless this was asked or alerted in the last 24 hours, or an alert is open (then it joins)."""
    episode = episodes.open_episode_of(case.tx, case.conversation.id)
    severity = max(1, case.assessment.severity)
    if episode is not None:
        if severity >= TOLD_FROM:
            joined = alerts.raise_alert(
                case.tx,
                client_id=case.client.id,
                conversation_id=case.conversation.id,
                message_id=case.message.id,
                severity=severity,
                categories=case.assessment.categories,
                at=case.at,
            )
            return Outcome(forward=True, episode_id=joined.id)
        return Outcome(forward=True, episode_id=episode.id)
    evidence = _new_evidence(case)
    if evidence is None:
        return Outcome(forward=True)
    minutes = contacts.coverage(case.tx).reply_minutes[severity]
    pages_at = case.at + timedelta(minutes=minutes) if severity >= TOLD_FROM else None
    asked = questions.ask(
        case.tx,
        conversation_id=case.conversation.id,
        message_id=case.message.id,
        evidence_id=evidence.id,
        category=evidence.category,
        severity=severity,
        pages_at=pages_at,
        at=case.at,
    )
    conversations.hold(case.tx, case.message.id, asked.id)
    _put(case, asked, _ask_key(evidence), kind="ask")
    return Outcome(forward=False, question_id=asked.id)


def ask_for_person(case: Case) -> Outcome:
    """The client asks for somebody, without an alarm. Offered only while somebody is on duty; if that is over by now,
    it says so."""
    duty = escalation.duty(case.tx, case.client.id, case.at)
    here = practice.practice(case.tx).name
    conversations.mark_answered(case.tx, case.message.id, at=case.at)
    if duty.nobody or not duty.path:
        said = case.say("asked_person_nobody", practice=here, lines=_lines_in_words(case))
        _bot_says(case, said, message_id=_id("answer", case.message.id))
        return Outcome(forward=False)
    _bot_says(case, case.say("asked_person", practice=here), message_id=_id("answer", case.message.id))
    episode = alerts.raise_alert(
        case.tx,
        client_id=case.client.id,
        conversation_id=case.conversation.id,
        message_id=case.message.id,
        severity=1,
        categories=(card.ASKED_FOR_PERSON,),
        at=case.at,
    )
    return Outcome(forward=False, episode_id=episode.id)


def ordinary(case: Case) -> Outcome:
    """Nothing was found. Where the language cannot be read, that is said once a conversation, with lines."""
    if case.assessment.unread_language:
        message_id = _id("unread", case.conversation.id)
        if conversations.message(case.tx, message_id) is None:
            said = case.say("unread", lines=_lines_in_words(case))
            _bot_says(case, said, message_id=message_id, kind="notice")
    return Outcome(forward=True)


def page_silence(tx: Tx, asked: Question, *, texts: Texts, lines: Lines, at: datetime) -> bool:
    """No answer came in time: says so to the client, then tells a person. False when an answer or another worker was
    first."""
    if not questions.page_silence(tx, asked.id, at=at):
        return False
    conversation = conversations.conversation(tx, asked.conversation_id)
    trigger = conversations.message(tx, asked.message_id)
    case_client = people.client(tx, conversation.client_id)
    said, params = _now_or_later(tx, case_client.id, "after_silence", at)
    text = texts.say(f"handoff.{said}", language=case_client.language, address=case_client.address, **params)
    conversations.add_message(
        tx,
        conversation.id,
        message_id=_id("silence", asked.id),
        role="bot",
        kind="notice",
        text=text.text,
        text_id=text.text_id,
        params=text.params,
        reason=text.reason,
        in_reply_to=asked.message_id if trigger else None,
        at=at,
    )
    for message_id in conversations.held_by(tx, asked.id):
        conversations.mark_answered(tx, message_id, at=at)
    conversations.release(tx, asked.id)
    _put_aside(tx, conversation.id, at)
    alerts.raise_alert(
        tx,
        client_id=conversation.client_id,
        conversation_id=conversation.id,
        message_id=asked.message_id,
        severity=asked.severity,
        categories=(asked.category,),
        at=at,
    )
    return True


def _asked(case: Case) -> Question | None:
    """The question that a message can answer: the one that its button names, else the newest without an answer.

    However long ago: the buttons stand on the screen until something is said, and a yes on the next day is a yes.
    """
    waiting = questions.unanswered(case.tx, case.conversation.id)
    if case.message.option is None:
        return waiting[0] if waiting else None
    step = case.message.step or ""
    named = questions.find(case.tx, step.removeprefix(_STEP)) if step.startswith(_STEP) else None
    if named is not None and named.conversation_id == case.conversation.id:
        return named
    return questions.newest(case.tx, case.conversation.id)


def _new_evidence(case: Case) -> Evidence | None:
    """The gravest piece that was neither asked about nor alerted in the last 24 hours; None if there is none."""
    since = case.at - ASK_AGAIN_AFTER
    known = {
        piece.get("id")
        for episode in episodes.episodes_of(case.tx, case.client.id, since)
        for kept in episodes.episode_messages(case.tx, episode.id)
        for piece in (kept.assessment or {}).get("evidence", ())
    }
    pieces = sorted(case.assessment.evidence, key=lambda piece: (piece.turn > 0, -piece.severity))
    for piece in pieces:
        if piece.id not in known and not questions.asked_since(case.tx, case.conversation.id, piece.id, since):
            return piece
    return None


def _ask_key(evidence: Evidence) -> str:
    """The question in the words of the category; about suicide where a category has none, for that is the graver
    one."""
    if evidence.why == safety_item.RULE:
        return "ask_item"
    if evidence.category == "self_harm":
        return "ask_harm"
    return _ASK.get(card.group_of((evidence.category,), whys=(evidence.why,)), "ask_self")


def _put(case: Case, asked: Question, key: str, *, kind: str) -> None:
    """The question as a stored message: the words, the consequence under them, the four answers."""
    said, consequence = case.say(key), _consequence(case, asked)
    about = "safe" if asked.category == card.ABUSE else "answer"
    options = [{"id": option, "label": case.say(f"{about}_{answer}").text} for option, answer in ANSWER_OPTIONS.items()]
    conversations.add_message(
        case.tx,
        case.conversation.id,
        message_id=_id(kind, asked.id),
        role="bot",
        kind="question",
        text=f"{said.text}\n\n{consequence.text}",
        text_id=said.text_id,
        params={"consequence": consequence.text_id, **consequence.params},
        reason=said.reason,
        prompt=_prompt(asked, options),
        step=_STEP + asked.id,
        in_reply_to=case.message.id,
        at=case.at,
    )


def _consequence(case: Case, asked: Question) -> Said:
    """What silence brings about, with the names and times that are true now."""
    if asked.pages_at is None:
        return case.say("pages_never")
    here = practice.practice(case.tx)
    clock = {"zone": here.time_zone, "language": case.client.language}
    time = moment_words(asked.pages_at, case.at, **clock)
    duty = escalation.duty(case.tx, case.client.id, asked.pages_at)
    if not duty.path:
        return case.say("pages_nobody", time=time, practice=here.name)
    name = duty.path[0].display_name
    if duty.nobody:
        return case.say("pages_at_opening", time=time, name=name, opens=moment_words(duty.opens, case.at, **clock))
    return case.say("pages_by", time=time, name=name)


def _unclear(case: Case, asked: Question) -> Outcome:
    """A text that is neither yes nor no. Where silence pages, the question is put once more; otherwise it is let go."""
    if asked.severity < TOLD_FROM or asked.paged_at is not None:
        questions.answer(case.tx, asked.id, answer="text", message_id=case.message.id, at=case.at)
        conversations.release(case.tx, asked.id)
        return Outcome(forward=True)
    if conversations.message(case.tx, _id("again", asked.id)) is not None:
        # Asked twice is enough. The time under the question still counts, and the client is heard meanwhile.
        return Outcome(forward=True)
    conversations.hold(case.tx, case.message.id, asked.id)
    _put(case, asked, "ask_again", kind="again")
    return Outcome(forward=False, question_id=asked.id)


def _believed(case: Case, asked: Question) -> Outcome:
    """A clear no: believed, noted, and a way back."""
    episode = episodes.open_episode_of(case.tx, case.conversation.id)
    if asked.paged_at is not None and episode is not None:
        joined = episodes.join_episode(
            case.tx, episode.id, message_id=case.message.id, severity=asked.severity, at=case.at
        )
        episodes.add_step(case.tx, joined.id, kind="answered_no", at=case.at)
        escalation.add_word(case.tx, joined, case.at)
        said = case.say("after_no_late", practice=practice.practice(case.tx).name)
    else:
        said = case.say("after_no")
    _bot_says(case, said, message_id=_id("answer", case.message.id))
    conversations.mark_answered(case.tx, case.message.id, at=case.at)
    freed = conversations.release(case.tx, asked.id)
    return Outcome(forward=freed > 0, question_id=asked.id, episode_id=episode.id if episode else None)


def _told(case: Case, asked: Question, *, severity: int, saying: str) -> Outcome:
    """A person is told, and the client hears so first."""
    key, params = _now_or_later(case.tx, case.client.id, saying, case.at)
    _bot_says(case, case.say(key, **params), message_id=_id("answer", case.message.id))
    conversations.mark_answered(case.tx, case.message.id, at=case.at)
    _end_wait(case, asked)
    _put_aside(case.tx, case.conversation.id, case.at)
    episode = None
    for message_id in (asked.message_id, case.message.id):
        episode = alerts.raise_alert(
            case.tx,
            client_id=case.client.id,
            conversation_id=case.conversation.id,
            message_id=message_id,
            severity=severity,
            categories=(asked.category, *case.assessment.categories),
            at=case.at,
        )
    return Outcome(forward=False, question_id=asked.id, episode_id=episode.id if episode else None)


def _chosen(case: Case, asked: Question, choice: str) -> Outcome:
    """After an unsure answer at severity 1: tell a person, put it into the brief, or show help."""
    conversations.mark_answered(case.tx, case.message.id, at=case.at)
    if choice == "help":
        said = case.say("chose_help", lines=_lines_in_words(case))
        _bot_says(case, said, message_id=_id("answer", case.message.id))
        if asked.choice is None:
            _offer(case, asked, choices=("tell", "brief"))
        return Outcome(forward=False, question_id=asked.id)
    if not questions.choose(case.tx, asked.id, choice=choice, at=case.at):
        return Outcome(forward=False, question_id=asked.id)
    if choice == "brief":
        therapist = people.staff(case.tx, case.client.therapist_id).display_name
        _bot_says(case, case.say("chose_brief", name=therapist), message_id=_id("answer", case.message.id))
        return Outcome(forward=False, question_id=asked.id)
    return _told(case, asked, severity=max(1, asked.severity), saying="chose_tell")


def _offer(case: Case, asked: Question, *, choices: Sequence[str]) -> None:
    duty = escalation.duty(case.tx, case.client.id, case.at)
    name = duty.path[0].display_name if duty.path else practice.practice(case.tx).name
    words = {"tell": {"name": name}, "brief": {}, "help": {}}
    options = [
        {"id": f"risk_{choice}", "label": case.say(f"choice_{choice}", **words[choice]).text} for choice in choices
    ]
    said = case.say("after_unsure")
    conversations.add_message(
        case.tx,
        case.conversation.id,
        message_id=_id("offer", case.message.id),
        role="bot",
        kind="prompt",
        text=said.text,
        text_id=said.text_id,
        reason=said.reason,
        prompt=_prompt(asked, options),
        step=_STEP + asked.id,
        in_reply_to=case.message.id,
        at=case.at,
    )


def _prompt(asked: Question, options: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    return {"kind": "question", "step": _STEP + asked.id, "options": [dict(option) for option in options]}


def _end_wait(case: Case, asked: Question) -> None:
    """What a question held needs no answer of the engine any more: the alert is the answer."""
    for message_id in conversations.held_by(case.tx, asked.id):
        conversations.mark_answered(case.tx, message_id, at=case.at)
    conversations.release(case.tx, asked.id)


def _put_aside(tx: Tx, conversation_id: str, at: datetime) -> None:
    """The engine sees none of this, so the reflection is paused here: the next words are no answer to its question."""
    running = reflections.open_reflection_of(tx, conversation_id)
    if running is not None:
        reflections.pause(tx, running.id, at)


def _now_or_later(tx: Tx, client_id: str, key: str, at: datetime) -> tuple[str, dict[str, object]]:
    """The text that says that somebody is told now, or at the opening when nobody is on duty."""
    duty = escalation.duty(tx, client_id, at)
    if not duty.nobody:
        return key, {}
    here, client = practice.practice(tx), people.client(tx, client_id)
    opens = moment_words(duty.opens, at, zone=here.time_zone, language=client.language)
    return f"{key}_later", {"practice": here.name, "opens": opens}


def _lines_in_words(case: Case) -> str:
    reader = card.Reader(language=case.client.language, address=case.client.address, country=case.client.country)
    found = card.sorted_lines(case.lines, reader, "self")[:_LINES_IN_CHAT]
    return "; ".join(_line_in_words(case, line) for line in found)


def _line_in_words(case: Case, line: Line) -> str:
    if line.number:
        return case.say("line_call", name=line.name, number=line.number, hours=line.hours).text
    if line.text_number:
        return case.say("line_text", name=line.name, number=line.text_number, hours=line.hours).text
    return case.say("line_web", name=line.name, url=line.url, hours=line.hours).text


def _bot_says(case: Case, said: Said, *, message_id: str, kind: str = "text") -> None:
    conversations.add_message(
        case.tx,
        case.conversation.id,
        message_id=message_id,
        role="bot",
        kind=kind,
        text=said.text,
        text_id=said.text_id,
        params=said.params,
        reason=said.reason,
        in_reply_to=case.message.id,
        at=case.at,
    )


def _id(kind: str, of: str) -> str:
    """The id of a bot message: always the same for the same cause, so that nothing is said twice."""
    return uuid.uuid5(_NAMESPACE, f"{kind}:{of}").hex
