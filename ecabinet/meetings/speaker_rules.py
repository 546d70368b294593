"""Rules of the floor from plain values: who may ask, who is next, how long a turn has run."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from documents.errors import Invalid, Problem
from ecabinet.meetings.rules import ROOM_IS_OPEN, MeetingState, ParticipantRole


class SpeechKind(StrEnum):
    """What somebody asks the floor for: a speech, a question (chất vấn), a point of order."""

    SPEECH = "speech"
    QUESTION = "question"
    ORDER = "order"


class RequestState(StrEnum):
    """What became of a request; all but the first are final and stay on the record."""

    WAITING = "waiting"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    LEFT = "left"
    OVER = "over"


class TurnState(StrEnum):
    """A turn at the floor. An interrupted one waits, its clock stopped, for a point of order to end."""

    RUNNING = "running"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    ENDED = "ended"


HAS_FLOOR = frozenset({TurnState.RUNNING, TurnState.PAUSED})


class OrderRule(StrEnum):
    """In which order a queue is called."""

    FIRST_COME = "first_come"
    ONCE_EACH = "once_each"
    ALTERNATE_UNITS = "alternate_units"


LONGEST_SECONDS = 4 * 3600
LONGEST_BUDGET = 24 * 3600
LONGEST_TOPIC = 300
MOST_REQUESTS = 60
"""Of one person in one meeting: more is a tablet gone wild."""


@dataclass(frozen=True)
class Waiting:
    """A request as far as its place is concerned. ``place`` is set where the chair has put the queue in order."""

    id: int
    participant_id: int
    unit_id: int
    asked_at: datetime
    place: int | None = None


@dataclass(frozen=True)
class Turn:
    """Who has had the floor, as far as the next ones' places are concerned."""

    participant_id: int
    unit_id: int


def in_order(waiting: Iterable[Waiting], turns: Sequence[Turn], rule: OrderRule) -> list[Waiting]:
    """The queue as it is called, first first; ``turns`` are those of the same queue so far, in their order.

    Whom the chair has placed comes first, as placed; the rest follow by the rule. A later request never changes the
    order of those before it among each other.
    """
    by_time = sorted(waiting, key=lambda request: (request.asked_at, request.id))
    placed = sorted((r for r in by_time if r.place is not None), key=lambda r: r.place or 0)
    rest = [request for request in by_time if request.place is None]
    so_far = [*turns, *(Turn(r.participant_id, r.unit_id) for r in placed)]
    if rule == OrderRule.ONCE_EACH:
        spoken = Counter(turn.participant_id for turn in so_far)
        rest.sort(key=lambda request: spoken[request.participant_id])
    elif rule == OrderRule.ALTERNATE_UNITS:
        rest = _alternating(rest, so_far)
    return placed + rest


def _alternating(by_time: list[Waiting], turns: Sequence[Turn]) -> list[Waiting]:
    """Next is always the unit heard longest ago, never-heard ones first, and in it who asked first."""
    queues: dict[int, list[Waiting]] = {}
    for request in reversed(by_time):
        queues.setdefault(request.unit_id, []).append(request)
    heard = {turn.unit_id: number for number, turn in enumerate(turns)}
    called: list[Waiting] = []
    while queues:
        unit = min(queues, key=lambda u: (heard.get(u, -1), queues[u][-1].asked_at, queues[u][-1].id))
        heard[unit] = len(turns) + len(called)
        called.append(queues[unit].pop())
        if not queues[unit]:
            del queues[unit]
    return called


@dataclass(frozen=True)
class Clock:
    """The clock of a turn. ``limit`` holds the extra time too and is 0 where there is none; seconds all."""

    began_at: datetime
    limit: int
    warn: int
    paused_seconds: float = 0.0
    paused_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """When the turn would have begun had it never been paused: what a running clock counts from."""
        return self.began_at + timedelta(seconds=self.paused_seconds)

    def elapsed(self, now: datetime) -> float:
        """Seconds spoken until ``now``, or until the pause or the end; never below zero."""
        return max(0.0, ((self.ended_at or self.paused_at or now) - self.since).total_seconds())

    def ended(self, now: datetime) -> "Clock":
        """The clock stopped for good; a pause that was still on is no speaking time."""
        paused = max(0.0, (now - self.paused_at).total_seconds()) if self.paused_at else 0.0
        at = max(now, self.began_at)
        return Clock(self.began_at, self.limit, self.warn, self.paused_seconds + paused, None, at)


def clock_phase(elapsed: float, limit: int, warn: int) -> str:
    """As what a clock is shown: ``free`` without a limit, ``calm``, ``warning`` before the end, ``over`` after it."""
    if not limit:
        return "free"
    left = limit - elapsed
    if left <= 0:
        return "over"
    return "warning" if left <= warn else "calm"


@dataclass(frozen=True)
class FloorSettings:
    """How the floor of a meeting, or of one item, is given. Seconds; 0 is no limit, no budget, no warning."""

    rule: OrderRule = OrderRule.FIRST_COME
    list_open: bool = True
    guests_may_speak: bool = False
    speech_seconds: int = 300
    question_seconds: int = 120
    order_seconds: int = 60
    warn_seconds: int = 30
    unit_seconds: int = 0

    def limit_of(self, kind: SpeechKind) -> int:
        """Seconds that a turn of this kind may take."""
        return {
            SpeechKind.SPEECH: self.speech_seconds,
            SpeechKind.QUESTION: self.question_seconds,
            SpeechKind.ORDER: self.order_seconds,
        }[kind]


def check_settings(seconds: dict[str, int | None], optional: frozenset[str] = frozenset()) -> None:
    """Raise :class:`Invalid` naming each duration that cannot stand; None is no number, unless ``optional``."""
    faults: dict[str, Problem] = {}
    for name, value in seconds.items():
        high = LONGEST_BUDGET if name == "unit_seconds" else LONGEST_SECONDS
        if value is None and name in optional:
            continue
        if value is None or not 0 <= value <= high:
            faults[name] = Problem("not_in_range", low=0, high=high)
    if faults:
        raise Invalid(faults)


def check_may_ask(state: MeetingState, present: bool, role: ParticipantRole, settings: FloorSettings) -> None:
    """One asks in a meeting under way, being present; guests where the chair lets them."""
    if state != MeetingState.UNDER_WAY:
        raise Problem("meeting_not_under_way")
    if not present:
        raise Problem("asker_not_present")
    if role == ParticipantRole.GUEST and not settings.guests_may_speak:
        raise Problem("guests_may_not_speak")


def check_list(kind: SpeechKind, settings: FloorSettings) -> None:
    """A closed list takes nobody any more; a point of order can always be raised."""
    if kind != SpeechKind.ORDER and not settings.list_open:
        raise Problem("speakers_list_closed")


def check_entering(state: MeetingState) -> None:
    """Those who run the meeting may put people on the list from the invitations on."""
    if state not in ROOM_IS_OPEN:
        raise Problem("wrong_state")


def check_topic(topic: str) -> None:
    """What somebody wants to speak about may be said in a line, or not at all."""
    if len(topic) > LONGEST_TOPIC:
        raise Invalid({"topic": Problem("too_long", limit=LONGEST_TOPIC)})


def check_reason(reason: str) -> None:
    """A refusal is explained to the one refused."""
    if not reason:
        raise Problem("refusal_needs_reason", field="reason")
    if len(reason) > LONGEST_TOPIC:
        raise Problem("too_long", field="reason", limit=LONGEST_TOPIC)


def check_extension(seconds: int | None, limit: int) -> int:
    """Extra time is a whole number of seconds on top of a limit."""
    if seconds is None or not 0 < seconds <= 3600:
        raise Problem("not_in_range", field="seconds", low=1, high=3600)
    if not limit:
        raise Problem("turn_without_limit")
    if limit + seconds > LONGEST_SECONDS:
        raise Problem("not_in_range", field="seconds", low=1, high=max(1, LONGEST_SECONDS - limit))
    return seconds
