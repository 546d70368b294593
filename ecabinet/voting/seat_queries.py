"""The seat map as somebody may see it: of a vote only that somebody has voted, and only where progress may be shown."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.meetings import audience_queries, seat_queries
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.seat_queries import SeatMap
from ecabinet.voting import queries, rules
from ecabinet.voting.models import Ballot, Marked, Poll


def voted(db: Session, meeting: Meeting, *, runs_it: bool) -> set[int] | None:
    """The members who have voted in the vote that is open, or None where that is not for the one who looks: of a secret
    vote only those who run it see who has been at the urn. What a ballot says is never asked here.
    """
    poll = db.scalar(select(Poll).where(Poll.meeting_id == meeting.id, Poll.state == rules.PollState.OPEN))
    if poll is None or not may_see(poll, runs_it=runs_it):
        return None
    if not runs_it and poll.item_id in audience_queries.limited(db, meeting.id):
        return None
    table = Marked if poll.manner == rules.Manner.SECRET else Ballot
    return set(db.scalars(select(table.member_id).where(table.poll_id == poll.id)))


def may_see(poll: Poll, *, runs_it: bool) -> bool:
    """Whether the one who looks may know who has voted."""
    if poll.manner == rules.Manner.HANDS or (poll.manner == rules.Manner.SECRET and not runs_it):
        return False
    return rules.Shown.PROGRESS in queries.shown_to(poll, runs_it=runs_it)


def map_of(db: Session, meeting: Meeting, *, runs_it: bool) -> SeatMap | None:
    """The map, if one was drawn."""
    return seat_queries.map_of(db, meeting, voted(db, meeting, runs_it=runs_it))
