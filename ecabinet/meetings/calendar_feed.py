"""A member's meetings as a calendar: the personal feed, and one meeting as a file."""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import NotFound
from ecabinet.meetings.door_rules import feed_code, member_of_feed
from ecabinet.meetings.invitation_models import Invitation
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.rules import Rsvp
from ecabinet.meetings.telling import event_of
from ecabinet.notices import queries as notices
from ecabinet.notices.calendar import Event
from ecabinet.registry.models import Account

Feed = Callable[[Session, int, datetime, str], list[Event]]
"""What a member's calendar holds besides meetings, from the member, the moment and the application's address."""
KEPT = timedelta(days=180)
"""How far back a personal calendar goes."""


def member_of(db: Session, secret: str, code: str) -> int:
    """Whose personal calendar the secret part of an address opens; raises :class:`NotFound` for nobody's."""
    member_id = member_of_feed(code)
    if member_id is None or not account_open(db, member_id):
        raise NotFound("calendar")
    wanted = feed_code(secret, member_id, notices.feed_number(db, member_id))
    if not hmac.compare_digest(code.encode(), wanted.encode()):
        raise NotFound("calendar")
    return member_id


def account_open(db: Session, member_id: int) -> bool:
    """Whether a member has an account that may sign in: without one their calendar is closed too."""
    account = db.scalar(select(Account).where(Account.member_id == member_id))
    return account is not None and account.may_sign_in


def events(db: Session, member_id: int, now: datetime, link: str) -> list[Event]:
    """The meetings that a member was told of and has not declined; those called off are marked so.

    ``link`` is the address of a meeting with ``{id}`` in it.
    """
    rows = db.execute(
        select(Invitation, Meeting, Participant.rsvp)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .outerjoin(
            Participant,
            (Participant.meeting_id == Invitation.meeting_id) & (Participant.member_id == Invitation.member_id),
        )
        .where(Invitation.member_id == member_id, Invitation.ends_at > now - KEPT)
        .order_by(Invitation.starts_at, Invitation.id)
    )
    return [
        _linked(event_of(row, meeting, row.told_at), link.format(id=meeting.id))
        for row, meeting, rsvp in rows
        if rsvp not in (Rsvp.ABSENT, Rsvp.SUBSTITUTED)
    ]


def event(db: Session, member_id: int, meeting: Meeting, link: str) -> Event | None:
    """One meeting as a member was told of it; None while they were not."""
    row = db.scalar(select(Invitation).where(Invitation.member_id == member_id, Invitation.meeting_id == meeting.id))
    return None if row is None else _linked(event_of(row, meeting, row.told_at), link.format(id=meeting.id))


def _linked(entry: Event, link: str) -> Event:
    return Event(**(vars(entry) | {"link": link}))
