"""Changes of meetings. None commits or tells anybody: the transaction records what changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import changed
from documents.errors import NotFound, Problem
from documents.models import Document
from documents.operations import add_document, add_version, set_labels
from ecabinet.access import Person, ancestors, meeting_label, member_label, office_label
from ecabinet.meetings import rules
from ecabinet.meetings.models import AgendaItem, Attendance, Meeting, Paper, Participant
from ecabinet.registry.models import Body, Member, Unit
from ecabinet.registry.queries import Seat, seats_of
from ecabinet.registry.rules import MemberStatus

OFFICE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

NewCode = Callable[[], str]


def create_meeting(
    db: Session, person: Person, unit: Unit, body: Body | None, draft: rules.MeetingDraft, new_code: NewCode
) -> Meeting:
    """A draft meeting of a unit; whoever creates it is its secretary."""
    rules.check_meeting(draft)
    meeting = Meeting(unit_id=unit.id, body_id=body.id if body else None, state=rules.MeetingState.DRAFT, **vars(draft))
    db.add(meeting)
    db.flush()
    member = db.get_one(Member, person.member_id)
    _add_participant(db, meeting, member, rules.ParticipantRole.SECRETARY, new_code)
    return meeting


def edit_meeting(db: Session, meeting: Meeting, draft: rules.MeetingDraft) -> None:
    """Change what was said of a meeting."""
    rules.check_meeting(draft)
    for field, value in vars(draft).items():
        setattr(meeting, field, value)
    changed(db, "meeting", meeting.id)


def advance(db: Session, meeting: Meeting, state: rules.MeetingState, now: datetime) -> None:
    """Invite, begin or conclude. With the invitations the papers open to the offices above."""
    rules.check_next(rules.MeetingState(meeting.state), state)
    meeting.state = state
    if state == rules.MeetingState.INVITED:
        laid = select(Document).join(Paper, Paper.document_id == Document.id).join(AgendaItem)
        for document in db.scalars(laid.where(AgendaItem.meeting_id == meeting.id)):
            set_labels(db, document, paper_labels(meeting), now)
    changed(db, "meeting", meeting.id)


def add_item(db: Session, meeting: Meeting, title: str, presenter: str, minutes: int | None) -> AgendaItem:
    """Append an item to the agenda."""
    rules.check_item(title, presenter, minutes)
    last = db.scalar(select(func.max(AgendaItem.position)).where(AgendaItem.meeting_id == meeting.id))
    item = AgendaItem(
        meeting_id=meeting.id, position=(last or 0) + 1, title=title, presenter=presenter, minutes=minutes
    )
    db.add(item)
    db.flush()
    changed(db, "agenda", meeting.id)
    return item


def edit_item(db: Session, item: AgendaItem, title: str, presenter: str, minutes: int | None) -> None:
    """Change an item where it stands."""
    rules.check_item(title, presenter, minutes)
    item.title, item.presenter, item.minutes = title, presenter, minutes or 0
    changed(db, "agenda", item.meeting_id)


def remove_item(db: Session, item: AgendaItem) -> None:
    """Take an item off the agenda. One that carries papers or votes stays: those are on the record."""
    meeting_id = item.meeting_id
    db.delete(item)
    try:
        db.flush()
    except IntegrityError as error:
        raise Problem("item_has_papers") from error
    changed(db, "agenda", meeting_id)


def reorder(db: Session, meeting: Meeting, order: list[int]) -> None:
    """Put the items into this order, given by their ids."""
    items = {item.id: item for item in db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id))}
    rules.check_order(order, items)
    for position, item_id in enumerate(order, start=1):
        items[item_id].position = position
    changed(db, "agenda", meeting.id)


def go_to_item(db: Session, meeting: Meeting, item_id: int, now: datetime) -> None:
    """The chair opens an item: every screen shows it as the present one."""
    item = db.get(AgendaItem, item_id)
    if item is None or item.meeting_id != meeting.id:
        raise NotFound(f"item {item_id} of meeting {meeting.id}")
    meeting.current_item_id, meeting.current_since = item.id, now
    changed(db, "agenda", meeting.id)


@dataclass(frozen=True)
class PaperFile:
    """A file whose bytes are in the blob store already; ``media_type`` was told from its content."""

    title: str
    blob: Blob
    filename: str
    media_type: str


def lay_paper(db: Session, meeting: Meeting, item: AgendaItem, file: PaperFile, by: Person, now: datetime) -> Paper:
    """Lay a file before the meeting; those invited may read it, and the offices above by their role."""
    author = member_label(by.member_id)
    document = add_document(
        db,
        title=file.title,
        kind="paper",
        labels=paper_labels(meeting),
        by=author,
        now=now,
        issuer=meeting.unit.name,
        issued_on=now.astimezone(OFFICE_ZONE).date(),
    )
    add_version(db, document, file.blob, filename=file.filename, media_type=file.media_type, by=author, now=now)
    paper = Paper(item_id=item.id, document_id=document.id)
    db.add(paper)
    db.flush()
    changed(db, "agenda", meeting.id)
    return paper


def paper_labels(meeting: Meeting) -> set[str]:
    """Who may read a paper of the meeting; of a draft only those who prepare it."""
    if meeting.state == rules.MeetingState.DRAFT:
        return {meeting_label(meeting.id)}
    return {meeting_label(meeting.id)} | {office_label(unit_id) for unit_id in ancestors(meeting.unit.path)}


def invite_body(db: Session, meeting: Meeting, body: Body, new_code: NewCode) -> int:
    """Invite a body as it stands on the meeting's day; how many were added. Who was invited stays as invited."""
    seats = seats_of(db, body.id, meeting.starts_at.astimezone(OFFICE_ZONE).date())
    invited = {p.member_id: p for p in db.scalars(select(Participant).where(Participant.meeting_id == meeting.id))}
    added = 0
    for rank, seat in enumerate(seats, start=1):
        known = invited.get(seat.member_id)
        if known is None:
            _add_seat(db, meeting, seat, rank, new_code)
            added += 1
        elif known.represents_id is None and not known.voting:
            # Who prepared the meeting, or was a guest before, may hold a seat in the body too.
            if known.role == rules.ParticipantRole.GUEST:
                known.role = rules.ParticipantRole.DELEGATE
            known.voting, known.title, known.rank = seat.voting, seat.title, rank
    changed(db, "attendance", meeting.id)
    return added


def invite_guest(db: Session, meeting: Meeting, member: Member, new_code: NewCode) -> Participant:
    """Invite someone from outside the body: a guest has no vote."""
    _require_active(member)
    guest = _add_participant(db, meeting, member, rules.ParticipantRole.GUEST, new_code)
    changed(db, "attendance", meeting.id)
    return guest


def set_role(db: Session, participant: Participant, role: rules.ParticipantRole) -> None:
    """Make someone chair, secretary or delegate of this meeting."""
    if rules.ParticipantRole.SUBSTITUTE in (role, participant.role):
        raise Problem("wrong_state")
    if role == rules.ParticipantRole.GUEST and participant.voting:
        raise Problem("seat_is_no_guest")
    participant.role = role
    changed(db, "attendance", participant.meeting_id)
    changed(db, "member", participant.member_id)


def answer(db: Session, participant: Participant, rsvp: rules.Rsvp, reason: str) -> None:
    """Accept, or be absent with a reason. A substitute named before falls away unless already here."""
    rules.check_rsvp(rsvp, reason, rules.MeetingState(participant.meeting.state))
    _withdraw_substitute(db, participant)
    participant.rsvp = rsvp
    participant.reason = reason if rsvp == rules.Rsvp.ABSENT else ""
    changed(db, "attendance", participant.meeting_id)
    changed(db, "member", participant.member_id)


def send_substitute(
    db: Session, participant: Participant, member: Member, reason: str, new_code: NewCode
) -> Participant:
    """Send another member in one's place; with the body's leave the substitute votes for the one represented."""
    rules.check_rsvp(rules.Rsvp.SUBSTITUTED, reason, rules.MeetingState(participant.meeting.state))
    if participant.role == rules.ParticipantRole.SUBSTITUTE:
        raise Problem("substitute_of_substitute")
    _require_active(member)
    invited = db.scalar(
        select(Participant).where(Participant.meeting_id == participant.meeting_id, Participant.member_id == member.id)
    )
    if invited is not None and invited.represents_id != participant.id:
        raise Problem("already_invited", field="substitute")
    if invited is None:
        _withdraw_substitute(db, participant)
        invited = _add_participant(db, participant.meeting, member, rules.ParticipantRole.SUBSTITUTE, new_code)
    body = participant.meeting.body
    invited.represents_id = participant.id
    invited.rank = participant.rank
    invited.voting = participant.voting and (body is None or body.substitutes_vote)
    participant.rsvp, participant.reason = rules.Rsvp.SUBSTITUTED, reason
    changed(db, "attendance", participant.meeting_id)
    changed(db, "member", participant.member_id)
    return invited


def record_attendance(
    db: Session, participant: Participant, present: bool, how: rules.AttendanceHow, by: Person, now: datetime
) -> bool:
    """Record an arrival or a departure; saying again what is so already changes nothing and answers False."""
    # Two taps at once are two transactions: the second waits here and then finds the first one's arrival.
    db.flush()
    db.refresh(participant, ["present"], with_for_update={"key_share": True})
    if participant.present == present:
        return False
    if participant.meeting.state not in rules.ROOM_IS_OPEN:
        raise Problem("wrong_state")
    participant.present = present
    db.add(Attendance(participant_id=participant.id, at=now, present=present, how=how, recorded_by=by.member_id))
    changed(db, "attendance", participant.meeting_id)
    changed(db, "member", participant.member_id)
    return True


def _require_active(member: Member) -> None:
    if member.status != MemberStatus.ACTIVE:
        raise Problem("no_such_member")


def _withdraw_substitute(db: Session, participant: Participant) -> None:
    for substitute in db.scalars(select(Participant).where(Participant.represents_id == participant.id)):
        came = db.scalar(select(func.count()).select_from(Attendance).where(Attendance.participant_id == substitute.id))
        if came:
            raise Problem("substitute_came")
        db.delete(substitute)
        db.flush()


def _add_seat(db: Session, meeting: Meeting, seat: Seat, rank: int, new_code: NewCode) -> None:
    participant = Participant(
        meeting_id=meeting.id,
        member_id=seat.member_id,
        name=seat.name,
        unit_name=seat.unit_name,
        title=seat.title,
        rank=rank,
        role=rules.ParticipantRole.DELEGATE,
        voting=seat.voting,
        rsvp=rules.Rsvp.PENDING,
        check_in_code=new_code(),
    )
    db.add(participant)


def _add_participant(
    db: Session, meeting: Meeting, member: Member, role: rules.ParticipantRole, new_code: NewCode
) -> Participant:
    known = db.scalar(
        select(Participant.id).where(Participant.meeting_id == meeting.id, Participant.member_id == member.id)
    )
    if known is not None:
        raise Problem("already_invited", field="member")
    participant = Participant(
        meeting_id=meeting.id,
        member_id=member.id,
        name=member.full_name,
        unit_name=member.unit.name,
        title="",
        rank=1000,
        role=role,
        voting=False,
        rsvp=rules.Rsvp.PENDING,
        check_in_code=new_code(),
    )
    db.add(participant)
    db.flush()
    return participant


# Plain columns: making objects of a thousand participants takes longer than deciding from them.
_PLACES = select(
    Participant.id,
    Participant.member_id,
    Participant.represents_id,
    Participant.role,
    Participant.rsvp,
    Participant.voting,
    Participant.present,
).where(Participant.meeting_id == bindparam("meeting_id"))


def places(db: Session, meeting_id: int) -> list[rules.Place]:
    """All invited, as the plain values that the rules of quorum and entitlement decide from."""
    return [
        rules.Place(
            participant_id=participant_id,
            member_id=member_id,
            seat_id=represents_id or participant_id,
            role=rules.ParticipantRole(role),
            rsvp=rules.Rsvp(rsvp),
            voting=voting,
            present=present,
        )
        for participant_id, member_id, represents_id, role, rsvp, voting, present in db.execute(
            _PLACES, {"meeting_id": meeting_id}
        )
    ]
