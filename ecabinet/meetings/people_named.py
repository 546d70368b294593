"""Whom a name or a card number in a form means, for meetings."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.errors import Invalid, Problem
from ecabinet.access import within
from ecabinet.fields import text
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.registry.models import Member, Unit
from ecabinet.registry.queries import members_named
from ecabinet.registry.rules import MemberStatus


def member_meant(db: Session, meeting: Meeting, field: str) -> Member | None:
    """The member meant by a field: somebody invited by name (with unit where there are two), else a member of the unit
    and below by card number or name. None for an empty field; raises :class:`Invalid` naming the field.
    """
    typed = text(field)
    if not typed:
        return None
    invited = select(Member).join(Participant, Participant.member_id == Member.id)
    named = invited.where(
        Participant.meeting_id == meeting.id, (Participant.name + " · " + Participant.unit_name == typed)
    )
    by_card = (
        select(Member)
        .join(Unit, Unit.id == Member.unit_id)
        .where(Member.card_number == typed, Member.status == MemberStatus.ACTIVE, within(Unit.path, meeting.unit.path))
    )
    found = (
        list(db.scalars(named))
        or list(db.scalars(invited.where(Participant.meeting_id == meeting.id, Participant.name == typed)))
        or list(db.scalars(by_card))
        or [member for member, _unit in members_named(db, typed, meeting.unit.path)]
    )
    if not found:
        raise Invalid({field: Problem("no_such_member")})
    if len(found) > 1:
        listed = ", ".join(f"{member.card_number} ({member.full_name})" for member in found)
        raise Invalid({field: Problem("member_ambiguous", members=listed)})
    return found[0]
