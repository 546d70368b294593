"""Changes of votes. None commits; the clock and fresh receipts are passed in."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from documents.database import changed
from documents.errors import Problem
from ecabinet.meetings.attendance import places
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.operations import advance
from ecabinet.meetings.rules import MeetingState, entitled, quorum
from ecabinet.voting import rules
from ecabinet.voting.models import Poll, PollOption, Voter

DEFAULT_LABELS = (
    (rules.OptionKey.FOR, "Đồng ý"),
    (rules.OptionKey.AGAINST, "Không đồng ý"),
    (rules.OptionKey.ABSTAIN, "Ý kiến khác"),
)


@dataclass(frozen=True)
class MotionDraft:
    """A motion as the secretary puts it."""

    title: str
    item_id: int | None
    majority: rules.Majority
    reference: str
    needs_quorum: bool


def draft_poll(db: Session, meeting: Meeting, draft: MotionDraft) -> Poll:
    """Prepare a named vote on a motion with the three usual options."""
    rules.check_poll(draft.title, draft.majority)
    poll = Poll(
        meeting_id=meeting.id,
        item_id=draft.item_id,
        title=draft.title,
        state=rules.PollState.DRAFT,
        majority_numerator=draft.majority.numerator,
        majority_denominator=draft.majority.denominator,
        majority_strict=draft.majority.strict,
        majority_base=draft.majority.base,
        reference=draft.reference[:300],
        needs_quorum=draft.needs_quorum,
    )
    db.add(poll)
    poll.options = [
        PollOption(position=n, key=key, label=label) for n, (key, label) in enumerate(DEFAULT_LABELS, start=1)
    ]
    db.flush()
    changed(db, "polls", meeting.id)
    return poll


def open_poll(db: Session, poll: Poll, now: datetime) -> None:
    """Open: the entitled are those present with voting right now; the quorum is checked and its figures are frozen."""
    rules.check_next(rules.PollState(poll.state), rules.PollState.OPEN)
    if poll.meeting.state != MeetingState.UNDER_WAY:
        raise Problem("meeting_not_under_way")
    if _open_poll_of(db, poll.meeting) is not None:
        raise Problem("another_poll_open")
    here = places(db, poll.meeting_id)
    figures = quorum(here, poll.meeting.quorum_numerator, poll.meeting.quorum_denominator)
    voters = entitled(here)
    if not voters:
        raise Problem("nobody_entitled")
    if poll.needs_quorum and not figures.met:
        raise Problem("no_quorum", present=figures.present, summoned=figures.summoned, needed=figures.needed)
    poll.quorum_present, poll.quorum_summoned = figures.present, figures.summoned
    poll.state, poll.opened_at = rules.PollState.OPEN, now
    db.execute(
        insert(cast(Table, Voter.__table__)),
        [
            {"poll_id": poll.id, "member_id": v.member_id, "participant_id": v.participant_id, "seat_id": v.seat_id}
            for v in voters
        ],
    )
    changed(db, "polls", poll.meeting_id)


def close_poll(db: Session, poll: Poll, now: datetime) -> None:
    """Close: from this commit on no ballot is taken."""
    _advance(db, poll, rules.PollState.CLOSED)
    poll.closed_at = now


def publish_poll(db: Session, poll: Poll, now: datetime) -> None:
    """Publish: the whole room sees the result."""
    _advance(db, poll, rules.PollState.PUBLISHED)
    poll.published_at = now


def cancel_poll(db: Session, poll: Poll, reason: str) -> None:
    """Cancel a run: it is kept, with the reason and its ballots."""
    if not reason:
        raise Problem("missing", field="reason")
    _advance(db, poll, rules.PollState.CANCELLED)
    poll.cancel_reason = reason[:300]


def conclude(db: Session, meeting: Meeting, now: datetime) -> None:
    """End the meeting; not while a vote is open, which nobody could close any more in good order."""
    if _open_poll_of(db, meeting) is not None:
        raise Problem("poll_still_open")
    advance(db, meeting, MeetingState.CONCLUDED, now)
    changed(db, "polls", meeting.id)


def _open_poll_of(db: Session, meeting: Meeting) -> int | None:
    return db.scalar(select(Poll.id).where(Poll.meeting_id == meeting.id, Poll.state == rules.PollState.OPEN))


def _advance(db: Session, poll: Poll, state: rules.PollState) -> None:
    rules.check_next(rules.PollState(poll.state), state)
    poll.state = state
    changed(db, "polls", poll.meeting_id)
