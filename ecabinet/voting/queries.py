"""What is read of votes."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from documents.errors import Forbidden, NotFound, Problem
from ecabinet.access import Person
from ecabinet.meetings import audience_queries
from ecabinet.meetings import queries as meetings
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.voting import rules
from ecabinet.voting.models import Ballot, Marked, Poll, PollOption, SecretBallot, Voter
from ecabinet.voting.tally_rules import Count, Elected, Figures, Slip, Standing, Verdict, count, elected, verdict


@dataclass(frozen=True)
class OptionResult:
    """One bar of a result; ``percent`` of the ballots cast, 0–100; ``standing`` of a candidate."""

    id: int
    label: str
    note: str
    kind: str
    count: int
    percent: float
    standing: Standing | None = None

    @property
    def elected(self) -> bool:
        """Whether this candidate has a seat."""
        return self.standing is not None and self.standing.elected

    @property
    def tied(self) -> bool:
        """Whether this candidate stands equal with others for too few seats."""
        return self.standing is not None and self.standing.tied


@dataclass(frozen=True)
class Result:
    """A counted vote: recomputed from the ballots each time it is shown. A motion has a verdict, an election an
    outcome.
    """

    options: list[OptionResult]
    counted: Count
    verdict: Verdict | None = None
    outcome: Elected | None = None


@dataclass(frozen=True)
class Progress:
    """How many of the entitled have voted."""

    voted: int
    entitled: int


def load(db: Session, person: Person, poll_id: int) -> tuple[Poll, meetings.Seen]:
    """A poll with the meeting as the person sees it; drafts exist only for those who run the meeting, and one under an
    item for named participants only for these.
    """
    poll = db.get(Poll, poll_id, options=[selectinload(Poll.options), joinedload(Poll.meeting)])
    if poll is None:
        raise NotFound(f"poll {poll_id}")
    seen = meetings.load(db, person, poll.meeting_id)
    if poll.state == rules.PollState.DRAFT and not seen.manages:
        raise NotFound(f"poll {poll_id} is a draft")
    if poll.item_id in audience_queries.closed(db, poll.meeting_id, meetings.circle(db, seen)):
        raise NotFound(f"poll {poll_id} is for others")
    return poll, seen


def load_to_change(db: Session, person: Person, poll_id: int) -> Poll:
    """A poll for those who run the meeting, locked: closing waits for ballots under way and holds off later ones.

    Its meeting is locked too, always before the poll: two votes are not opened at once, nor one while the meeting ends.
    """
    meeting_id = db.scalar(select(Poll.meeting_id).where(Poll.id == poll_id))
    if meeting_id is None:
        raise NotFound(f"poll {poll_id}")
    meetings.load_to_change(db, person, meeting_id).require_manager()
    db.execute(select(Poll.id).where(Poll.id == poll_id).with_for_update())
    return load(db, person, poll_id)[0]


def load_to_count(db: Session, person: Person, poll_id: int) -> Poll:
    """A poll by hand for those who run the vote, locked while its counts are entered."""
    db.execute(select(Poll.id).where(Poll.id == poll_id).with_for_update())
    poll, seen = load(db, person, poll_id)
    if not runs_vote(seen):
        raise Forbidden
    if poll.manner != rules.Manner.HANDS:
        raise Problem("not_by_hand")
    return poll


def polls_of(db: Session, meeting_id: int) -> list[Poll]:
    """All votes of a meeting in the order in which they were prepared."""
    return list(
        db.scalars(
            select(Poll).options(selectinload(Poll.options)).where(Poll.meeting_id == meeting_id).order_by(Poll.id)
        )
    )


def _seen(closed: Collection[int]) -> list[ColumnElement[bool]]:
    return [or_(Poll.item_id.is_(None), Poll.item_id.not_in(closed))] if closed else []


def on_the_floor(db: Session, meeting: Meeting, closed: Collection[int] = ()) -> Poll | None:
    """The vote that concerns the room now: one open or closed; else the one published since the chair last moved on.
    ``closed``: the items that are not for those who look.
    """
    of_meeting = select(Poll).options(selectinload(Poll.options)).where(Poll.meeting_id == meeting.id, *_seen(closed))
    of_meeting = of_meeting.limit(1)
    running = of_meeting.where(Poll.state.in_((rules.PollState.OPEN, rules.PollState.CLOSED)))
    shown = of_meeting.where(Poll.state == rules.PollState.PUBLISHED)
    if meeting.current_since is not None:
        shown = shown.where(Poll.published_at >= meeting.current_since)
    return db.scalar(running.order_by(Poll.opened_at.desc())) or db.scalar(shown.order_by(Poll.published_at.desc()))


def published(db: Session, meeting_id: int, closed: Collection[int] = ()) -> list[Poll]:
    """The published votes of a meeting, in the order of publishing; without those of ``closed`` items."""
    return list(
        db.scalars(
            select(Poll)
            .options(selectinload(Poll.options))
            .where(Poll.meeting_id == meeting_id, Poll.state == rules.PollState.PUBLISHED, *_seen(closed))
            .order_by(Poll.published_at)
        )
    )


def progress(db: Session, poll_id: int) -> Progress:
    """Voted and entitled at this moment, named or secret."""
    voted = sum(
        db.scalar(select(func.count()).select_from(table).where(table.poll_id == poll_id)) or 0
        for table in (Ballot, Marked)
    )
    entitled = db.scalar(select(func.count()).select_from(Voter).where(Voter.poll_id == poll_id)) or 0
    return Progress(voted, entitled)


def room_of(db: Session, poll: Poll) -> Figures:
    """The room when the vote opened, as sums of weights."""
    issued = db.scalar(select(func.sum(Voter.weight)).where(Voter.poll_id == poll.id)) or 0
    summoned = poll.votes_summoned or 0
    # Votes opened before bodies were counted know only the seats summoned.
    members = summoned if poll.votes_members is None else poll.votes_members
    return Figures(issued, poll.votes_present or 0, summoned, members)


def slips(db: Session, poll: Poll) -> list[Slip]:
    """What the ballots say, in no order that tells anything. Of a secret vote there is nothing before it is closed."""
    if poll.manner == rules.Manner.SECRET:
        weight = db.scalar(select(func.min(Voter.weight)).where(Voter.poll_id == poll.id)) or 1
        said = db.scalars(
            select(SecretBallot.options).where(SecretBallot.poll_id == poll.id).order_by(SecretBallot.key)
        )
        return [Slip(tuple(options), weight) for options in said]
    rows = db.execute(
        select(Ballot.options, Voter.weight)
        .join(Voter, (Voter.poll_id == Ballot.poll_id) & (Voter.member_id == Ballot.member_id))
        .where(Ballot.poll_id == poll.id)
    )
    return [Slip(tuple(options), weight) for options, weight in rows]


def counted(db: Session, poll: Poll) -> Count:
    """The count, from the ballots or as it was entered by hand."""
    room = room_of(db, poll)
    if poll.manner == rules.Manner.HANDS:
        cast, invalid = poll.hand_cast or 0, poll.hand_invalid or 0
        votes = {option.id: option.hand_votes or 0 for option in poll.options}
        return Count(votes, cast, cast - invalid, invalid, replace(room, issued=poll.hand_issued or 0))
    on_offer = [option.id for option in poll.options]
    return count(rules.PollKind(poll.kind), slips(db, poll), on_offer, poll.choices, room)


def outcome(db: Session, poll: Poll) -> Elected:
    """Who is elected."""
    return elected(counted(db, poll), poll.majority, poll.seats)


def result(db: Session, poll: Poll) -> Result:
    """Count the ballots and decide. Whether it may be shown is the caller's matter."""
    tally = counted(db, poll)
    found = elected(tally, poll.majority, poll.seats) if poll.kind == rules.PollKind.ELECTION else None
    in_favour = next((option.id for option in poll.options if option.key == rules.OptionKey.FOR), None)
    standings = {one.option: one for one in found.standings} if found else {}
    lines = [
        OptionResult(
            option.id, option.label, option.note, option.key, votes,
            100 * votes / tally.cast if tally.cast else 0.0, standings.get(option.id),
        )
        for option in poll.options
        for votes in (tally.votes[option.id],)
    ]  # fmt: skip
    if found is not None:
        order = {one.option: n for n, one in enumerate(found.standings)}
        lines.sort(key=lambda line: order[line.id])
    decided = verdict(tally, in_favour, poll.majority) if in_favour is not None and found is None else None
    return Result(lines, tally, decided, found)


def draft_of(poll: Poll, without: Collection[int] = (), seats: int | None = None) -> rules.PollDraft:
    """How a vote was put, as a new one is; for a second round without those elected, for fewer seats."""
    options = [option for option in poll.options if option.id not in without]
    motion = poll.kind == rules.PollKind.MOTION
    choices = poll.choices
    if seats is not None:
        most = min(choices.most, seats)
        choices = rules.Choices(min(choices.least, most), most, seats)
    return rules.PollDraft(
        title=poll.title, item_id=poll.item_id, majority=poll.majority, reference=poll.reference,
        kind=rules.PollKind(poll.kind), manner=rules.Manner(poll.manner),
        labels=tuple(option.label for option in options) if motion else rules.PollDraft.labels,
        candidates=() if motion else tuple(rules.Candidate(option.label, option.note) for option in options),
        choices=choices, cross_out=poll.cross_out, needs_quorum=poll.needs_quorum, live_results=poll.live_results,
        shows_progress=poll.shows_progress,
    )  # fmt: skip


def has_voted(db: Session, poll_id: int, member_id: int) -> bool:
    """Whether a member has voted in a secret vote."""
    return (
        db.scalar(select(Marked.member_id).where(Marked.poll_id == poll_id, Marked.member_id == member_id)) is not None
    )


def receipt_of(db: Session, poll_id: int, member_id: int) -> tuple[str, str] | None:
    """The receipt of a member's named ballot and the words of the options chosen, or None. Only ever shown to that
    member. Of a secret ballot nobody but the tablet knows it.
    """
    row = db.execute(
        select(Ballot.receipt, Ballot.options).where(Ballot.poll_id == poll_id, Ballot.member_id == member_id)
    ).first()
    if row is None:
        return None
    receipt, options = row
    return receipt, ", ".join(
        db.scalars(select(PollOption.label).where(PollOption.id.in_(options)).order_by(PollOption.position))
    )


def is_entitled(db: Session, poll_id: int, member_id: int) -> bool:
    """Whether a member is in the snapshot of a poll."""
    return db.scalar(select(Voter.member_id).where(Voter.poll_id == poll_id, Voter.member_id == member_id)) is not None


# Asked for every tablet that joins, so built once.
_WITH_A_BALLOT = (
    select(Voter.member_id)
    .join(Poll, Poll.id == Voter.poll_id)
    .join(Participant, Participant.id == Voter.participant_id)
    .outerjoin(Ballot, (Ballot.poll_id == Voter.poll_id) & (Ballot.member_id == Voter.member_id))
    .outerjoin(Marked, (Marked.poll_id == Voter.poll_id) & (Marked.member_id == Voter.member_id))
    .where(
        Poll.meeting_id == bindparam("meeting_id"),
        Poll.state == rules.PollState.OPEN,
        or_(Participant.present, Ballot.member_id.is_not(None), Marked.member_id.is_not(None)),
    )
)
_HAS_A_BALLOT = _WITH_A_BALLOT.where(Voter.member_id == bindparam("member_id")).limit(1)


def with_a_ballot(db: Session, meeting_id: int) -> set[int]:
    """The members whose page shows the ballot of the vote that runs: the entitled who are here or have voted already.
    Nobody while none runs.
    """
    return set(db.scalars(_WITH_A_BALLOT, {"meeting_id": meeting_id}))


def has_a_ballot(db: Session, meeting_id: int, member_id: int) -> bool:
    """Whether a member is among them."""
    return db.scalar(_HAS_A_BALLOT, {"meeting_id": meeting_id, "member_id": member_id}) is not None


def roll_call(db: Session, poll_id: int) -> dict[int, list[str]]:
    """Who voted how in a named vote: option id → names in alphabetical order of the snapshot."""
    from_ballots = db.execute(select(Ballot.member_id, Ballot.options).where(Ballot.poll_id == poll_id))
    chosen: dict[int, list[int]] = {member_id: options for member_id, options in from_ballots}
    called: dict[int, list[str]] = {
        option_id: [] for option_id in db.scalars(select(PollOption.id).where(PollOption.poll_id == poll_id))
    }
    names = db.execute(
        select(Voter.member_id, Participant.name)
        .join(Participant, Participant.id == Voter.participant_id)
        .where(Voter.poll_id == poll_id)
    )
    for member_id, name in names:
        for option_id in chosen.get(member_id, ()):
            called[option_id].append(name)
    return {option_id: sorted(some) for option_id, some in called.items()}


def runs_vote(seen: meetings.Seen) -> bool:
    """Whether somebody sees the count before it is published: the chair, the secretary and the scrutineers."""
    return seen.manages or (seen.participant is not None and seen.participant.scrutineer)


def shown_to(poll: Poll, *, runs_it: bool) -> frozenset[rules.Shown]:
    """What of this vote somebody in the room may see now."""
    return rules.shown(
        rules.PollState(poll.state),
        rules.Manner(poll.manner),
        runs_it=runs_it,
        live_results=poll.live_results,
        shows_progress=poll.shows_progress,
    )
