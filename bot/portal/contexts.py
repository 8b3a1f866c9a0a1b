"""What each page may show: one documented dataclass a template, and nothing else reaches it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.portal.chart import Chart
from bot.summary import Brief


@dataclass(frozen=True)
class SignInPage:
    """`sign_in.html`. `failed`: the last try was refused; the page never says why. `next`: a path of this door."""

    failed: bool
    too_many: bool
    next: str


@dataclass(frozen=True)
class SecondStepPage:
    """`second_step.html`: the code after the password. `failed`: the last one was refused; the page never says why."""

    failed: bool
    too_many: bool
    next: str


@dataclass(frozen=True)
class EnrolFactorPage:
    """`enrol_factor.html`: the secret as a picture, as a link for the same device, and for typing.

    `qr_path`, `qr_size`: an SVG path and its width in modules. `needed`: nothing else opens before. `next`: a path of
    this door.
    """

    secret: str
    uri: str
    qr_path: str
    qr_size: int
    needed: bool
    next: str
    fault: str | None


@dataclass(frozen=True)
class OwnFactorPage:
    """`own_factor.html`: what is set up. `codes_left`: unused recovery codes."""

    since: datetime
    codes_left: int
    needed: bool
    fault: str | None


@dataclass(frozen=True)
class RecoveryCodesPage:
    """`recovery_codes.html`: shown once. `next`: a path of this door."""

    codes: tuple[str, ...]
    next: str


@dataclass(frozen=True)
class SignInLine:
    """One of the person's own sign-ins. `this`: the one that asks. `half`: the password was given, the code not."""

    id: str
    label: str | None
    since: datetime
    used_at: datetime
    this: bool
    half: bool


@dataclass(frozen=True)
class SignInsPage:
    """`sign_ins.html`. `second_factor`: whether the person has one."""

    sign_ins: tuple[SignInLine, ...]
    second_factor: bool


@dataclass(frozen=True)
class AccountLine:
    """One account of the staff. `second_factor`: whether the person has set one up."""

    id: str
    name: str
    login: str
    email: str
    roles: tuple[str, ...]
    closed: bool
    second_factor: bool


@dataclass(frozen=True)
class AccountsPage:
    """`accounts.html`: the accounts, and the form for a new one."""

    accounts: tuple[AccountLine, ...]
    roles: tuple[str, ...]
    languages: tuple[str, ...]
    fault: str | None = None


@dataclass(frozen=True)
class CodePage:
    """`code.html`: a code that is shown once. `days`: how long it works. `back`: a path of this door."""

    name: str
    code: str
    address: str
    days: int
    for_client: bool
    back: str


@dataclass(frozen=True)
class WelcomePage:
    """`welcome.html`: choosing a password with a code. `least`, `most`: characters."""

    fault: str | None
    least: int
    most: int


@dataclass(frozen=True)
class EnrolPage:
    """`enrol.html`. `problems`: what keeps an alert from reaching a person; while there is one, nobody is enrolled."""

    problems: tuple[str, ...]
    languages: tuple[str, ...]
    fault: str | None = None


@dataclass(frozen=True)
class EpisodeLine:
    """One open episode in a list. No name: the list is seen in passing."""

    id: str
    reference: str
    severity: int
    state: str
    opened_at: datetime
    answer: str | None


@dataclass(frozen=True)
class ClientLine:
    """One client of the signed-in therapist."""

    id: str
    name: str
    appointment_at: datetime | None
    shared: int
    open_episode_id: str | None


@dataclass(frozen=True)
class TodayPage:
    """`today.html`. Clients are the signed-in therapist's own, next appointment first."""

    now: datetime
    episodes: tuple[EpisodeLine, ...]
    clients: tuple[ClientLine, ...]
    worker: str
    is_therapist: bool


@dataclass(frozen=True)
class SharedLine:
    """One line that the client shared. `kind`: fact, words or score; they look different."""

    kind: str
    label: str
    text: str


@dataclass(frozen=True)
class SharedEntry:
    """One shared summary, as the client saw it before sharing. `id` is what brief lines link to."""

    id: str
    title: str
    shared_at: datetime
    lines: tuple[SharedLine, ...]


@dataclass(frozen=True)
class ClientPage:
    """`client.html`: the brief, mood over twelve weeks and, below it, each shared entry in full.

    `mood`: None where no mood is shared. `appointments`: those ahead (id, start). `zone`: the time zone in which they
    are typed. `rhythms`: of each questionnaire its id, its title, and every how many weeks it is put first (0: never).
    """

    name: str
    pronouns: str | None
    appointment_at: datetime | None
    brief: Brief
    mood: Chart | None
    entries: tuple[SharedEntry, ...]
    open_episode_id: str | None
    id: str
    appointments: tuple[tuple[str, datetime], ...]
    rhythms: tuple[tuple[str, str, int], ...]
    zone: str
    fault: str | None = None


@dataclass(frozen=True)
class HistoryLine:
    """One step of an episode. `kind` names a text; `who` is a colleague's name or None for the program."""

    at: datetime
    kind: str
    who: str | None
    detail: str | None


@dataclass(frozen=True)
class EvidenceLine:
    """Why a message was raised: the words, split so that the span can be marked, and what the rule means."""

    before: str
    span: str
    after: str
    meaning: str


@dataclass(frozen=True)
class MessageSeen:
    """One of the client's messages that belong to the episode."""

    at: datetime
    text: str
    evidence: tuple[EvidenceLine, ...]


@dataclass(frozen=True)
class EpisodeDetails:
    """What opens only for the client's therapist, or to a colleague who gave a reason (break-glass)."""

    client_name: str
    pronouns: str | None
    phone: str | None
    therapist: str
    messages: tuple[MessageSeen, ...]


@dataclass(frozen=True)
class EpisodePage:
    """`episode.html`. `details` is None until they may be seen, and what colleagues wrote is left out till then.

    `answered_by_me`: the person may change the next step that they named. `taken_by`: who answers in the chat now, None
    while the bot does; `taken_by_me`: the person reading is the one. `unsafe_to_call`: the danger is another person.
    """

    id: str
    reference: str
    severity: int
    state: str
    opened_at: datetime
    answered_by: str | None
    next_step: str | None
    next_step_at: datetime | None
    details: EpisodeDetails | None
    history: tuple[HistoryLine, ...]
    answered_by_me: bool = False
    taken_by: str | None = None
    taken_by_me: bool = False
    unsafe_to_call: bool = False
    notice: str | None = None


@dataclass(frozen=True)
class LiveMessage:
    """One message of a conversation that a person answers. `mine`: written by the person who reads."""

    offset: int
    role: str
    mine: bool
    text: str
    at: datetime


@dataclass(frozen=True)
class LivePage:
    """`live.html`: the conversation from the line that announced the person on. `max_chars`: of one message."""

    id: str
    reference: str
    client_name: str
    messages: tuple[LiveMessage, ...]
    max_chars: int
    fault: str | None = None


@dataclass(frozen=True)
class ChannelLine:
    """One way to reach a contact. `usable`: this deployment can send through it."""

    id: str
    kind: str
    address: str
    usable: bool


@dataclass(frozen=True)
class ContactLine:
    """One contact with its channels, in the order in which they are told. `second_factor`: they have set one up."""

    id: str
    name: str
    channels: tuple[ChannelLine, ...]
    second_factor: bool


@dataclass(frozen=True)
class DrillLine:
    """What became of a drill or test message through one channel. `state` names a text."""

    name: str
    channel: str
    at: datetime
    state: str
    code: str | None
    confirmed_at: datetime | None


@dataclass(frozen=True)
class PracticePage:
    """`practice.html`: hours, holidays, contacts, drills. Times are the practice's local time.

    `problems`: what keeps an alert from reaching a person (`bot.handoff.enrolment`); no client is enrolled meanwhile.
    `outside`: the name of who answers outside the hours, None for nobody; `outside_id`: their id. `others`: colleagues
    who are no contact yet (id, name). `second_factor`: "always" (with real clients), "needed" (the practice says so) or
    "optional".
    """

    name: str
    time_zone: str
    hours: tuple[tuple[int, str, str], ...]
    holidays: tuple[str, ...]
    outside: str | None
    outside_id: str
    reply_minutes: tuple[tuple[int, int], ...]
    contacts: tuple[ContactLine, ...]
    others: tuple[tuple[str, str], ...]
    drills: tuple[DrillLine, ...]
    problems: tuple[str, ...]
    may_change: bool
    second_factor: str
    saved: bool = False
    fault: str | None = None


@dataclass(frozen=True)
class DrillPage:
    """`drill.html`: what the link in a drill leads to. `confirmed_at`: None until the button was pressed."""

    id: str
    reference: str
    confirmed_at: datetime | None


@dataclass(frozen=True)
class IncidentLine:
    """One month of the register, or one language of it. Minutes are medians; `outcomes`: (outcome, how many)."""

    month: str
    language: str | None
    alerts: int
    open: int
    told_minutes: float | None
    acknowledged_minutes: float | None
    outcome_minutes: float | None
    outcomes: tuple[tuple[str, int], ...]
    questions: int
    silence_pages: int


@dataclass(frozen=True)
class IncidentsPage:
    """`incidents.html`. `smallest`: groups of fewer alerts are not shown apart."""

    year: int
    lines: tuple[IncidentLine, ...]
    smallest: int


@dataclass(frozen=True)
class AuditLine:
    """Who did what, to whose data, when."""

    at: datetime
    actor: str
    action: str
    client: str | None
    detail: str


@dataclass(frozen=True)
class AuditPage:
    """`audit.html`. `broken_at`: the first row whose chain does not verify, or None."""

    lines: tuple[AuditLine, ...] = field(default_factory=tuple)
    broken_at: int | None = None


@dataclass(frozen=True)
class MessagePage:
    """`message.html`: one sentence, such as "not here" or "try again", without any detail of the fault."""

    title: str
    text: str
