"""Rules of meetings from plain values: forms, quorum, who is entitled to be counted."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from documents.errors import Invalid, Problem


class MeetingState(StrEnum):
    """The life of a meeting; what leads from one to another stands in :mod:`ecabinet.meetings.life_rules`.

    ``dropped``: given up before anybody was invited; ``cancelled``: called off afterwards.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    INVITED = "invited"
    UNDER_WAY = "under_way"
    CONCLUDED = "concluded"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"
    DROPPED = "dropped"


UNANNOUNCED = frozenset({MeetingState.DRAFT, MeetingState.SUBMITTED, MeetingState.APPROVED, MeetingState.DROPPED})
"""The invited do not know of the meeting."""

PLANNED = frozenset({MeetingState.DRAFT, MeetingState.SUBMITTED, MeetingState.APPROVED, MeetingState.INVITED})
"""It is still to come."""

OVER = frozenset({MeetingState.CONCLUDED, MeetingState.ARCHIVED, MeetingState.CANCELLED, MeetingState.DROPPED})
"""Nothing is prepared any more."""

CALLED_OFF = frozenset({MeetingState.CANCELLED, MeetingState.DROPPED})
"""It does not take place: neither room nor people are bound by it."""

ROOM_IS_OPEN = frozenset({MeetingState.INVITED, MeetingState.UNDER_WAY})
"""When people may arrive and leave."""


class ParticipantRole(StrEnum):
    """What someone is in a meeting."""

    CHAIR = "chair"
    SECRETARY = "secretary"
    DELEGATE = "delegate"
    SUBSTITUTE = "substitute"
    GUEST = "guest"


RUNS_MEETING = frozenset({ParticipantRole.CHAIR, ParticipantRole.SECRETARY})


class Rsvp(StrEnum):
    """The answer to an invitation."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    ABSENT = "absent"
    SUBSTITUTED = "substituted"


class AttendanceHow(StrEnum):
    """How an arrival or departure was recorded: by oneself on the page, by the secretary, by the personal code scanned,
    by the code at the door, or from afar.
    """

    SELF = "self"
    SECRETARY = "secretary"
    QR = "qr"
    DOOR = "door"
    ONLINE = "online"


LONGEST_MEETING = timedelta(days=14)


@dataclass(frozen=True)
class MeetingDraft:
    """What a secretary says of a meeting; checked by :func:`check_meeting`."""

    title: str
    place: str
    starts_at: datetime | None
    ends_at: datetime | None
    quorum_numerator: int
    quorum_denominator: int
    quorum_units_numerator: int | None = None
    quorum_units_denominator: int | None = None


def span_faults(
    starts_at: datetime | None, ends_at: datetime | None, longest: timedelta, too_long: Problem
) -> dict[str, Problem]:
    """What is the matter with a beginning and an end, by field."""
    faults = {
        name: Problem("not_a_time") for name, at in (("starts_at", starts_at), ("ends_at", ends_at)) if at is None
    }
    if starts_at is not None and ends_at is not None:
        if ends_at <= starts_at:
            faults["ends_at"] = Problem("ends_before_start")
        elif ends_at - starts_at > longest:
            faults["ends_at"] = too_long
    return faults


def check_meeting(draft: MeetingDraft) -> None:
    """Raise :class:`Invalid` naming every fault by its field."""
    faults: dict[str, Problem] = {}
    if not draft.title:
        faults["title"] = Problem("missing")
    elif len(draft.title) > 300:
        faults["title"] = Problem("too_long", limit=300)
    if len(draft.place) > 200:
        faults["place"] = Problem("too_long", limit=200)
    too_long = Problem("meeting_too_long", days=LONGEST_MEETING.days)
    faults |= span_faults(draft.starts_at, draft.ends_at, LONGEST_MEETING, too_long)
    if not 0 < draft.quorum_numerator <= draft.quorum_denominator <= 100:
        faults["quorum"] = Problem("not_a_fraction")
    units = (draft.quorum_units_numerator, draft.quorum_units_denominator)
    if units != (None, None) and not (None not in units and 0 < (units[0] or 0) <= (units[1] or 0) <= 100):
        faults["quorum_units"] = Problem("not_a_fraction")
    if faults:
        raise Invalid(faults)


@dataclass(frozen=True)
class Place:
    """What counts of a participant: the seat represented (its own id unless a substitute), and whether it may vote
    now.
    """

    participant_id: int
    member_id: int
    seat_id: int
    role: ParticipantRole
    rsvp: Rsvp
    voting: bool
    present: bool
    weight: int = 1
    unit: str = ""


@dataclass(frozen=True)
class QuorumRule:
    """The fraction of the members summoned, and where there is one the fraction of the units summoned.

    A congress of the Union asks for both: at least 2/3 of the delegates, representing at least 2/3 of the units.
    """

    numerator: int
    denominator: int
    units: tuple[int, int] | None = None


@dataclass(frozen=True)
class Quorum:
    """Members present of members summoned against a fraction of the summoned, and units likewise."""

    present: int
    summoned: int
    numerator: int
    denominator: int
    units_present: int = 0
    units_summoned: int = 0
    units: tuple[int, int] | None = None

    @property
    def needed(self) -> int:
        """The smallest number present that meets the threshold (the fraction itself is enough: "at least 2/3")."""
        return -(-self.summoned * self.numerator // self.denominator)

    @property
    def units_needed(self) -> int:
        """The same for units; 0 where only members count."""
        return -(-self.units_summoned * self.units[0] // self.units[1]) if self.units else 0

    @property
    def met(self) -> bool:
        """Each threshold by itself. Nobody summoned is no quorum."""
        return self.summoned > 0 and self.present >= self.needed and self.units_present >= self.units_needed


def entitled(places: Iterable[Place]) -> list[Place]:
    """Those who may vote at this moment: present, with voting right, and one for each seat.

    When someone who had sent a substitute comes after all, the seat is theirs again and the substitute only listens.
    """
    holders: dict[int, Place] = {}
    for place in sorted(places, key=lambda p: (p.seat_id, p.participant_id != p.seat_id)):
        if place.present and place.voting:
            holders.setdefault(place.seat_id, place)
    return list(holders.values())


def concerned(places: Iterable[Place], people: Collection[int]) -> tuple[list[Place], list[Place]]:
    """Of a room, what a vote for these participants only is about: the places of their seats, and who of them votes."""
    known = list(places)
    seats = {place.seat_id for place in known if place.participant_id in people}
    here = [place for place in known if place.seat_id in seats]
    return here, [place for place in entitled(here) if place.participant_id in people]


def quorum(places: Iterable[Place], rule: QuorumRule) -> Quorum:
    """Seats summoned are those with voting right; a seat is present when its member or the substitute is.

    A unit is represented when one of its seats is present; whose seat it is counts, not where a substitute comes from.
    """
    known = list(places)
    unit_of = {place.seat_id: place.unit for place in known if place.voting and place.participant_id == place.seat_id}
    present = {place.seat_id for place in entitled(known)} & unit_of.keys()
    units_present = {unit_of[seat] for seat in present}
    return Quorum(
        len(present), len(unit_of), rule.numerator, rule.denominator,
        len(units_present), len(set(unit_of.values())), rule.units,
    )  # fmt: skip


def check_quorum(figures: Quorum) -> None:
    """Raise which threshold is not met, with its figures."""
    if figures.met:
        return
    if not figures.summoned or figures.present < figures.needed:
        raise Problem("no_quorum", present=figures.present, summoned=figures.summoned, needed=figures.needed)
    raise Problem(
        "no_quorum_of_units",
        present=figures.units_present,
        summoned=figures.units_summoned,
        needed=figures.units_needed,
    )


def check_rsvp(rsvp: Rsvp, reason: str, state: MeetingState) -> None:
    """An absence needs its reason; a meeting that is over takes no more answers."""
    if state in OVER:
        raise Problem("wrong_state")
    if rsvp == Rsvp.ABSENT and not reason:
        raise Invalid({"reason": Problem("missing")})
    if len(reason) > 500:
        raise Invalid({"reason": Problem("too_long", limit=500)})
