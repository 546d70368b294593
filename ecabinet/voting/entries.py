"""Votes as what can be found: the question once it is put to the room, the outcome once it is published."""

from collections.abc import Iterator, Sequence

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from documents.search import Entry
from documents.search_query import Field
from ecabinet.clock import ZONE
from ecabinet.entries import SEPARATOR, EntryKind, itself, key_of
from ecabinet.meetings import entries as meetings
from ecabinet.voting import queries
from ecabinet.voting.models import Poll
from ecabinet.voting.published import outcome_text
from ecabinet.voting.rules import PollKind, PollState

KIND = "poll"


def _read(db: Session, ids: Sequence[int]) -> Iterator[Entry]:
    found = list(db.scalars(select(Poll).options(selectinload(Poll.options)).where(Poll.id.in_(ids))))
    of = meetings.meetings_of(db, (poll.meeting_id for poll in found))
    limited = meetings.limited_items(db, of.values())
    for poll in found:
        meeting = of[poll.meeting_id]
        put = limited.get(poll.item_id or 0, meetings.seen_labels(meeting))
        yield Entry(
            key=key_of(KIND, poll.id),
            kind=KIND,
            title=poll.title,
            text=SEPARATOR.join(part for part in _words(db, poll) if part),
            labels=meetings.running_labels(meeting) if poll.state == PollState.DRAFT else put,
            issued_on=(poll.published_at or poll.opened_at or meeting.starts_at).astimezone(ZONE).date(),
            unit=meeting.unit.name,
            meeting=meetings.named(meeting),
            also=((Field.KIND, "biểu quyết"), (Field.KIND, "bầu cử")),
        )


def _words(db: Session, poll: Poll) -> Iterator[str]:
    """What the room may know: no figure and no outcome before the vote is published."""
    if poll.state == PollState.PUBLISHED:
        yield outcome_text(poll, queries.result(db, poll))
    if poll.kind == PollKind.ELECTION:  # the options of a motion are the same everywhere
        for option in poll.options:
            yield f"{option.label}, {option.note}" if option.note else option.label
    yield poll.reference
    yield poll.decision
    yield poll.cancel_reason


def _pages(db: Session, ids: Sequence[int]) -> dict[int, str]:
    """Its own page once it is published, till then that of the meeting."""
    rows = db.execute(select(Poll.id, Poll.meeting_id, Poll.state).where(Poll.id.in_(ids)))
    return {
        poll_id: url_for("voting.result", poll_id=poll_id)
        if state == PollState.PUBLISHED
        else url_for("meetings.page", meeting_id=meeting_id)
        for poll_id, meeting_id, state in rows
    }


def _of_meeting(db: Session, meeting_id: int) -> Sequence[int]:
    return db.scalars(select(Poll.id).where(Poll.meeting_id == meeting_id)).all()


def _below(db: Session, unit_id: int) -> Sequence[int]:
    return db.scalars(select(Poll.id).where(Poll.meeting_id.in_(meetings.below(db, unit_id)))).all()


KINDS = (
    EntryKind(
        KIND, Poll.id, Poll.title, _read, _pages,
        {"poll": itself, "unit": _below} | dict.fromkeys(("polls", "agenda", "meeting"), _of_meeting),
    ),
)  # fmt: skip
