"""What is read of votes."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from documents.errors import NotFound
from ecabinet.access import Person
from ecabinet.meetings import queries as meetings
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.voting import rules
from ecabinet.voting.models import Ballot, Poll, PollOption, Voter


@dataclass(frozen=True)
class OptionResult:
    """One bar of a result; ``percent`` of the ballots cast, 0–100."""

    label: str
    kind: str
    count: int
    percent: float


@dataclass(frozen=True)
class Result:
    """A counted vote: recomputed from the ballots each time it is shown."""

    options: list[OptionResult]
    counted: rules.Count
    verdict: rules.Verdict


@dataclass(frozen=True)
class Progress:
    """How many of the entitled have voted."""

    voted: int
    entitled: int


def load(db: Session, person: Person, poll_id: int) -> tuple[Poll, meetings.Seen]:
    """A poll with the meeting as the person sees it; drafts exist only for those who run the meeting."""
    poll = db.get(Poll, poll_id, options=[selectinload(Poll.options), joinedload(Poll.meeting)])
    if poll is None:
        raise NotFound(f"poll {poll_id}")
    seen = meetings.load(db, person, poll.meeting_id)
    if poll.state == rules.PollState.DRAFT and not seen.manages:
        raise NotFound(f"poll {poll_id} is a draft")
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


def polls_of(db: Session, meeting_id: int) -> list[Poll]:
    """All votes of a meeting in the order in which they were prepared."""
    return list(
        db.scalars(
            select(Poll).options(selectinload(Poll.options)).where(Poll.meeting_id == meeting_id).order_by(Poll.id)
        )
    )


def on_the_floor(db: Session, meeting: Meeting) -> Poll | None:
    """The vote that concerns the room now: one open or closed; else the one published since the chair last moved on."""
    of_meeting = select(Poll).options(selectinload(Poll.options)).where(Poll.meeting_id == meeting.id).limit(1)
    running = of_meeting.where(Poll.state.in_((rules.PollState.OPEN, rules.PollState.CLOSED)))
    shown = of_meeting.where(Poll.state == rules.PollState.PUBLISHED)
    if meeting.current_since is not None:
        shown = shown.where(Poll.published_at >= meeting.current_since)
    return db.scalar(running.order_by(Poll.opened_at.desc())) or db.scalar(shown.order_by(Poll.published_at.desc()))


def published(db: Session, meeting_id: int) -> list[Poll]:
    """The published votes of a meeting, in the order of publishing."""
    return list(
        db.scalars(
            select(Poll)
            .options(selectinload(Poll.options))
            .where(Poll.meeting_id == meeting_id, Poll.state == rules.PollState.PUBLISHED)
            .order_by(Poll.published_at)
        )
    )


def progress(db: Session, poll_id: int) -> Progress:
    """Voted and entitled at this moment."""
    voted = db.scalar(select(func.count()).select_from(Ballot).where(Ballot.poll_id == poll_id)) or 0
    entitled = db.scalar(select(func.count()).select_from(Voter).where(Voter.poll_id == poll_id)) or 0
    return Progress(voted, entitled)


def result(db: Session, poll: Poll) -> Result:
    """Count the ballots and decide. Whether it may be shown is the caller's matter."""
    key_of = {option.id: rules.OptionKey(option.key) for option in poll.options}
    ballots = db.scalars(select(Ballot.options).where(Ballot.poll_id == poll.id))
    entitled = progress(db, poll.id).entitled
    counted = rules.count((key_of[chosen[0]] for chosen in ballots), entitled, poll.quorum_summoned or 0)
    options = [
        OptionResult(option.label, option.key, votes, 100 * votes / counted.cast if counted.cast else 0.0)
        for option in poll.options
        for votes in (counted.votes[key_of[option.id]],)
    ]
    return Result(options, counted, rules.verdict(counted, poll.majority))


def receipt_of(db: Session, poll_id: int, member_id: int) -> tuple[str, str] | None:
    """The receipt of a member's ballot and the words of the option chosen, or None. Only ever shown to that member."""
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


def with_a_ballot(db: Session, meeting_id: int) -> set[int]:
    """The members whose page shows the ballot of the vote that runs: the entitled who are here or have voted already.
    Nobody while none runs.
    """
    return set(
        db.scalars(
            select(Voter.member_id)
            .join(Poll, Poll.id == Voter.poll_id)
            .join(Participant, Participant.id == Voter.participant_id)
            .outerjoin(Ballot, (Ballot.poll_id == Voter.poll_id) & (Ballot.member_id == Voter.member_id))
            .where(
                Poll.meeting_id == meeting_id,
                Poll.state == rules.PollState.OPEN,
                or_(Participant.present, Ballot.member_id.is_not(None)),
            )
        )
    )


def roll_call(db: Session, poll_id: int) -> dict[str, list[str]]:
    """The names by option of a named vote: option key → names in alphabetical order of the snapshot."""
    from_ballots = db.execute(select(Ballot.member_id, Ballot.options).where(Ballot.poll_id == poll_id))
    chosen = {member_id: options[0] for member_id, options in from_ballots}
    options = db.execute(select(PollOption.id, PollOption.key).where(PollOption.poll_id == poll_id))
    keys = {option_id: key for option_id, key in options}
    names = db.execute(
        select(Voter.member_id, Participant.name)
        .join(Participant, Participant.id == Voter.participant_id)
        .where(Voter.poll_id == poll_id)
    )
    called: dict[str, list[str]] = {key: [] for key in rules.OptionKey}
    for member_id, name in names:
        if member_id in chosen:
            called[keys[chosen[member_id]]].append(name)
    return {key: sorted(some) for key, some in called.items()}
