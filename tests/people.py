"""A small office to test with: a centre, two provinces, a committee with a term, people with roles and sessions."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from documents.database import Database
from ecabinet.access import Person, Role
from ecabinet.meetings import agenda, attendance
from ecabinet.meetings import operations as meetings
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.persons import identify
from ecabinet.meetings.rules import AttendanceHow, MeetingDraft, MeetingState, ParticipantRole
from ecabinet.registry import bodies, operations
from ecabinet.registry.body_rules import Days
from ecabinet.registry.models import Body, Member, Unit
from ecabinet.registry.rules import BodyKind, Sex, UnitKind
from ecabinet.sealing import Sealer
from ecabinet.voting import operations as voting
from ecabinet.voting.models import Poll
from ecabinet.voting.rules import Base, Majority, PollDraft

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SEALER = Sealer("a secret of the tests")
ACT = voting.Act(None, NOW, SEALER)
PASSWORD = "một mật khẩu dài"
_codes = count(1)


def new_code() -> str:
    return f"code-{next(_codes)}"


@dataclass
class Office:
    """Ids by name, and a session token for each person."""

    units: dict[str, int] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    body: int = 0

    def person(self, db: Session, name: str) -> Person:
        """As the application sees this person."""
        found = identify(db, self.tokens[name], datetime.now(UTC))
        assert found is not None
        return found


PEOPLE: dict[str, tuple[str, tuple[tuple[Role, str], ...]]] = {
    "chair": ("centre", ()),
    "first": ("centre", ()),
    "second": ("hue", ()),
    "third": ("hue", ()),
    "spare": ("hue", ()),
    "secretary": ("centre", ((Role.SECRETARY, "centre"),)),
    "leader": ("centre", ((Role.LEADER, "centre"),)),
    "administrator": ("centre", ((Role.ADMINISTRATOR, "centre"),)),
    "stranger": ("hanoi", ((Role.SECRETARY, "hanoi"), (Role.LEADER, "hanoi"))),
}
"""Name → unit of membership, roles on units. The stranger has every right elsewhere and none here."""

SEATS = ("chair", "first", "second", "third")


def make_office(db: Session) -> Office:
    """The office with its committee of four."""
    office = Office()
    centre = operations.add_unit(db, None, "TW", "Trung ương Đoàn", UnitKind.CENTRAL)
    hue = operations.add_unit(db, centre, "46", "Thành đoàn Huế", UnitKind.PROVINCE)
    hanoi = operations.add_unit(db, centre, "01", "Thành đoàn Hà Nội", UnitKind.PROVINCE)
    units = {"centre": centre, "hue": hue, "hanoi": hanoi}
    office.units = {name: unit.id for name, unit in units.items()}
    members = {
        name: operations.add_member(
            db, units[unit], f"Nguyễn Thị {name.title()}", Sex.FEMALE, date(1995, 3, 26), f"DV{n:08d}"
        )
        for n, (name, (unit, _roles)) in enumerate(PEOPLE.items(), 1)
    }
    db.flush()
    office.members = {name: member.id for name, member in members.items()}
    _make_accounts(db, office, members, units)
    _make_body(db, office, members, centre)
    return office


def _make_accounts(db: Session, office: Office, members: dict[str, Member], units: dict[str, Unit]) -> None:
    # One hash for all: hashing is slow on purpose, and what is tested here is not the hash.
    for name, (_unit, roles) in PEOPLE.items():
        account = operations.add_account_hashed(db, members[name], name, PASSWORD_HASH)
        for role, unit in roles:
            operations.grant(db, account, role, units[unit])
        office.tokens[name] = f"token-of-{name}"
        operations.begin_session(db, account.id, office.tokens[name], datetime.now(UTC))


def _make_body(db: Session, office: Office, members: dict[str, Member], centre: Unit) -> None:
    days = Days(date(2022, 12, 17), None)
    body = bodies.set_up(db, centre, "Ban Thường vụ", BodyKind.STANDING, None, NOW)
    term = bodies.begin_term(db, body, "2022–2027", days, None, NOW)
    for rank, name in enumerate(SEATS, 1):
        bodies.appoint(db, body, term, members[name], "Ủy viên" if rank > 1 else "Bí thư", rank, days, None, NOW)
    office.body = body.id


PASSWORD_HASH = operations.HASHER.hash(PASSWORD)


def draft(**changes: object) -> MeetingDraft:
    """A sound draft of a meeting."""
    values: dict[str, object] = {
        "title": "Hội nghị tháng 11", "place": "Phòng A", "starts_at": NOW, "ends_at": NOW + timedelta(hours=9),
        "quorum_numerator": 1, "quorum_denominator": 2,
    }  # fmt: skip
    return MeetingDraft(**(values | changes))  # type: ignore[arg-type]


def make_meeting(
    db: Session, office: Office, *, state: MeetingState = MeetingState.UNDER_WAY, here: tuple[str, ...] = SEATS
) -> Meeting:
    """A meeting of the committee in that state, with a chair, and with those people in the room."""
    secretary = office.person(db, "secretary")
    body = db.get_one(Body, office.body)
    meeting = meetings.create_meeting(db, secretary, body.unit, body, draft(), new_code)
    agenda.add_item(db, meeting, "Báo cáo", "Văn phòng", 30)
    agenda.add_item(db, meeting, "Biểu quyết", "", 10)
    attendance.invite_body(db, meeting, body, new_code)
    db.flush()
    attendance.set_role(db, participant(db, office, meeting, "chair"), ParticipantRole.CHAIR)
    for step in (MeetingState.INVITED, MeetingState.UNDER_WAY, MeetingState.CONCLUDED):
        if list(MeetingState).index(step) <= list(MeetingState).index(state):
            meetings.advance(db, meeting, step, NOW)
        if step == MeetingState.INVITED and state != MeetingState.DRAFT:
            for name in here:
                attendance.record_attendance(
                    db, participant(db, office, meeting, name), True, AttendanceHow.SECRETARY, secretary, NOW
                )
    return meeting


def participant(db: Session, office: Office, meeting: Meeting, name: str) -> Participant:
    """Somebody's place in a meeting."""
    return db.query(Participant).filter_by(meeting_id=meeting.id, member_id=office.members[name]).one()


def make_poll(db: Session, meeting: Meeting, *, opened: bool = True, needs_quorum: bool = True) -> Poll:
    """A motion that needs more than half of all summoned."""
    majority = Majority(1, 2, True, Base.ENTITLED)
    motion = PollDraft("Thông qua báo cáo", None, majority, "Điều 9", needs_quorum=needs_quorum)
    poll = voting.draft_poll(db, meeting, motion)
    if opened:
        voting.open_poll(db, poll, ACT)
    return poll


@dataclass
class Scene:
    """A meeting under way with an open vote, by ids, for tests that act on it in transactions of their own."""

    database: Database
    office: Office
    meeting: int
    poll: int
    options: dict[str, int]

    def member(self, name: str) -> int:
        return self.office.members[name]


def make_scene(database: Database, **options: object) -> Scene:
    """The usual scene."""
    with database.writing() as db:
        office = make_office(db)
        meeting = make_meeting(db, office, **options)  # type: ignore[arg-type]
        poll = make_poll(db, meeting)
        return Scene(database, office, meeting.id, poll.id, {option.key: option.id for option in poll.options})
