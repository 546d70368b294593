"""Rules of voting from plain values: how a vote is put, its states, what may be cast, who is shown what and when.

Counting stands in :mod:`ecabinet.voting.tally_rules`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from documents.errors import Invalid, Problem


class PollState(StrEnum):
    """draft → open → closed → published; a run may be cancelled, with a reason, before it is published."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


NEXT_STATE: dict[PollState, frozenset[PollState]] = {
    PollState.DRAFT: frozenset({PollState.OPEN, PollState.CANCELLED}),
    PollState.OPEN: frozenset({PollState.CLOSED, PollState.CANCELLED}),
    PollState.CLOSED: frozenset({PollState.PUBLISHED, PollState.CANCELLED}),
    PollState.PUBLISHED: frozenset(),
    PollState.CANCELLED: frozenset(),
}


class PollKind(StrEnum):
    """A motion is carried or lost; an election fills seats from a list."""

    MOTION = "motion"
    ELECTION = "election"


class Manner(StrEnum):
    """How votes are given: by name (công khai), in secret (phiếu kín), or by hand and entered as counts."""

    NAMED = "named"
    SECRET = "secret"  # noqa: S105 - the manner of a vote
    HANDS = "hands"


class OptionKey(StrEnum):
    """What an option means; its label is free. All options of an election are candidates."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"
    CANDIDATE = "candidate"


MOTION_KEYS = (OptionKey.FOR, OptionKey.AGAINST, OptionKey.ABSTAIN)


class Base(StrEnum):
    """Of what the majority is a fraction."""

    VALID = "valid"
    CAST = "cast"
    ISSUED = "issued"
    PRESENT = "present"
    ENTITLED = "entitled"
    MEMBERS = "members"


@dataclass(frozen=True)
class Majority:
    """A fraction of a base. ``strict``: more than the fraction; otherwise the fraction itself is enough."""

    numerator: int
    denominator: int
    strict: bool
    base: Base


@dataclass(frozen=True)
class Choices:
    """How many options one ballot may choose, and how many seats an election fills (0 for a motion)."""

    least: int
    most: int
    seats: int


ONE_OPTION = Choices(1, 1, 0)

LONGEST_TITLE = 300
LONGEST_LABEL = 100
LONGEST_NOTE = 200
MOST_CANDIDATES = 200


@dataclass(frozen=True)
class Candidate:
    """A name on the list of an election, with the line below it (position, unit)."""

    name: str
    note: str = ""


@dataclass(frozen=True)
class PollDraft:
    """A vote as the secretary puts it. ``labels`` word the three options of a motion; an election has candidates."""

    title: str
    item_id: int | None
    majority: Majority
    reference: str = ""
    kind: PollKind = PollKind.MOTION
    manner: Manner = Manner.NAMED
    labels: tuple[str, ...] = ("Đồng ý", "Không đồng ý", "Ý kiến khác")
    candidates: tuple[Candidate, ...] = ()
    choices: Choices = ONE_OPTION
    cross_out: bool = False
    needs_quorum: bool = True
    live_results: bool = False
    shows_progress: bool = True


def check_poll(draft: PollDraft) -> None:
    """Raise :class:`Invalid`, naming every fault by its field, when a vote cannot be put like this."""
    faults: dict[str, Problem] = {}
    if not draft.title:
        faults["title"] = Problem("missing")
    elif len(draft.title) > LONGEST_TITLE:
        faults["title"] = Problem("too_long", limit=LONGEST_TITLE)
    if len(draft.reference) > LONGEST_TITLE:
        faults["reference"] = Problem("too_long", limit=LONGEST_TITLE)
    if not 0 < draft.majority.numerator <= draft.majority.denominator <= 100:
        faults["majority"] = Problem("not_a_fraction")
    elif draft.majority.strict and draft.majority.numerator == draft.majority.denominator:
        faults["majority"] = Problem("more_than_all")
    if draft.live_results and draft.manner != Manner.NAMED:
        faults["live_results"] = Problem("live_only_named")
    faults |= _motion_faults(draft) if draft.kind == PollKind.MOTION else _election_faults(draft)
    if faults:
        raise Invalid(faults)


def _motion_faults(draft: PollDraft) -> dict[str, Problem]:
    if len(draft.labels) != len(MOTION_KEYS) or not all(draft.labels):
        return {"labels": Problem("missing")}
    if any(len(label) > LONGEST_LABEL for label in draft.labels):
        return {"labels": Problem("too_long", limit=LONGEST_LABEL)}
    return {}


def _election_faults(draft: PollDraft) -> dict[str, Problem]:
    faults: dict[str, Problem] = {}
    names = [candidate.name for candidate in draft.candidates]
    if not names:
        faults["candidates"] = Problem("no_candidates")
    elif len(names) > MOST_CANDIDATES:
        faults["candidates"] = Problem("too_many_candidates", limit=MOST_CANDIDATES)
    elif any(len(c.name) > LONGEST_LABEL or len(c.note) > LONGEST_NOTE for c in draft.candidates):
        faults["candidates"] = Problem("too_long", limit=LONGEST_LABEL)
    elif len(set(draft.candidates)) < len(names):
        faults["candidates"] = Problem("candidate_twice")
    least, most, seats = draft.choices.least, draft.choices.most, draft.choices.seats
    if names and not 1 <= seats <= len(names):
        faults["seats"] = Problem("not_in_range", low=1, high=len(names))
    # More choices than seats would let one ballot elect more than the body has decided to elect.
    if not 1 <= most <= max(seats, 1):
        faults["most"] = Problem("not_in_range", low=1, high=max(seats, 1))
    if not 0 <= least <= most:
        faults["least"] = Problem("not_in_range", low=0, high=most)
    return faults


def check_next(state: PollState, wanted: PollState) -> None:
    """Raise :class:`Problem` unless the state may follow."""
    if wanted not in NEXT_STATE[state]:
        raise Problem("wrong_state")


def check_ballot(
    state: PollState,
    chosen: Sequence[int],
    on_offer: Collection[int],
    *,
    entitled: bool,
    here: bool,
    choices: Choices = ONE_OPTION,
) -> None:
    """Raise the named reason why a ballot cannot be taken.

    The order is what the voter should hear first. A blank ballot is taken where the least number of choices is 0.
    """
    if not entitled:
        raise Problem("not_entitled")
    if state != PollState.OPEN:
        raise Problem("poll_not_open")
    if not here:
        raise Problem("not_present")
    if not chosen and choices.least:
        raise Problem("nothing_chosen")
    if len(chosen) > choices.most:
        raise Problem("too_many_chosen")
    if len(chosen) < choices.least:
        raise Problem("too_few_chosen", least=choices.least)
    if len(set(chosen)) < len(chosen):
        raise Problem("chosen_twice")
    if not set(chosen) <= set(on_offer):
        raise Problem("unknown_option")


class Shown(StrEnum):
    """What there is to see of a vote."""

    PROGRESS = "progress"
    TOTALS = "totals"
    NAMES = "names"


COUNTED = frozenset({PollState.CLOSED, PollState.PUBLISHED})


def shown(
    state: PollState, manner: Manner, *, runs_it: bool, live_results: bool, shows_progress: bool
) -> frozenset[Shown]:
    """What somebody in the room may see now; ``runs_it``: the chair, the secretary and the scrutineers.

    Totals of an open vote only where live results are on, and for everybody alike; before publishing only those who
    run the vote; who voted how only of a named vote that is published.
    """
    seen: set[Shown] = set()
    if state == PollState.OPEN:
        if runs_it or shows_progress:
            seen.add(Shown.PROGRESS)
        if live_results and manner == Manner.NAMED:
            seen |= {Shown.PROGRESS, Shown.TOTALS}
    elif state == PollState.PUBLISHED or (state == PollState.CLOSED and runs_it):
        seen |= {Shown.PROGRESS, Shown.TOTALS}
        if manner == Manner.NAMED:
            seen.add(Shown.NAMES)
    return frozenset(seen)


def check_second_round(state: PollState, kind: PollKind, number: int, vacant: int, decision: str) -> None:
    """A second round is held only by decision of the body, of a published election that left seats empty; never a
    third [election regulations of the Union].
    """
    if kind != PollKind.ELECTION or state != PollState.PUBLISHED:
        raise Problem("wrong_state")
    if number > 1:
        raise Problem("no_third_round")
    if vacant < 1:
        raise Problem("no_seat_vacant")
    if not decision:
        raise Problem("missing", field="decision")
    if len(decision) > LONGEST_TITLE:
        raise Problem("too_long", field="decision", limit=LONGEST_TITLE)
