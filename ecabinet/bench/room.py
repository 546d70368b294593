"""A meeting under way with as many members as there are tablets, each signed in: what the benchmark votes with."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.database import Database
from documents.media import PDF
from documents.models import Version
from ecabinet.access import Person, Role
from ecabinet.meetings import agenda, attendance, papers
from ecabinet.meetings import operations as meetings
from ecabinet.meetings.agenda import PaperFile
from ecabinet.meetings.models import AgendaItem, Meeting, Participant
from ecabinet.meetings.rules import AttendanceHow, MeetingDraft, MeetingState, ParticipantRole
from ecabinet.registry import bodies
from ecabinet.registry import operations as registry
from ecabinet.registry.body_rules import Days
from ecabinet.registry.models import Account, Body, Member, SignIn, Unit
from ecabinet.registry.rules import SESSION_LENGTH, BodyKind, Sex, UnitKind
from ecabinet.voting import operations as voting
from ecabinet.voting import rules
from ecabinet.voting.models import Ballot, Marked, Poll, SecretBallot, SecretReceipt
from ecabinet.voting.rules import Manner

CSRF = "benchmark"
PAPER_PAGES = 500


@dataclass(frozen=True)
class Vote:
    """A vote prepared: its poll and the ids of its options."""

    poll_id: int
    options: list[int]


@dataclass(frozen=True)
class Room:
    """The meeting: one session cookie a tablet, the secretary's, who runs it, and the votes prepared. The first tablet
    is the chair's; ``paper`` is what they lead the others through: ids and how many pages.
    """

    meeting_id: int
    cookies: list[str]
    secretary: str
    votes: list[Vote]
    paper: dict[str, int]


def make_room(
    database: Database, secret_key: str, tablets: int, votes: int, manners: Sequence[Manner] = (Manner.NAMED,)
) -> Room:
    """Fill an empty database: a unit, its committee of ``tablets``, all present in a meeting, ``votes`` drafts that go
    through the ``manners`` in turn.
    """
    now = datetime.now(UTC)
    with database.writing() as db:
        unit = registry.add_unit(db, None, "BENCH", "Đơn vị đo kiểm", UnitKind.CENTRAL)
        body = bodies.set_up(db, unit, "Ban Chấp hành", BodyKind.COMMITTEE, None, now)
        members = _members(db, unit, body, tablets, now)
        secretary = registry.add_member(db, unit, "Thư ký", Sex.FEMALE, date(1985, 1, 1), "S")
        db.flush()
        accounts, (secretary_cookie, *cookies) = sign_in(db, secret_key, [secretary, *members], now)
        registry.grant(db, accounts[0], Role.SECRETARY, unit)
        meeting = _meeting(db, unit, body, secretary, now)
        prepared = [_vote(db, meeting, number, manners[number % len(manners)]) for number in range(1, votes + 1)]
        paper = _paper(db, meeting, secretary, now)
        return Room(meeting.id, cookies, secretary_cookie, prepared, paper)


def receipts_and_voters(database: Database, poll_id: int) -> tuple[list[str], int]:
    """The receipts of the ballots that stand, and by how many different members they were cast."""
    with database.reading() as db:
        receipts = list(db.scalars(select(Ballot.receipt).where(Ballot.poll_id == poll_id)))
        voters = db.scalar(select(func.count(Ballot.member_id.distinct())).where(Ballot.poll_id == poll_id))
        return receipts, voters or 0


def secret_receipts_and_ballots(database: Database, poll_id: int) -> tuple[list[str], int, int]:
    """Of a closed secret vote: the receipts, how many ballots there are, and how many members have voted."""
    with database.reading() as db:
        receipts = list(db.scalars(select(SecretReceipt.receipt).where(SecretReceipt.poll_id == poll_id)))
        ballots, marked = (
            db.scalar(select(func.count()).select_from(table).where(table.poll_id == poll_id)) or 0
            for table in (SecretBallot, Marked)
        )
        return receipts, ballots, marked


def _members(db: Session, unit: Unit, body: Body, count: int, now: datetime) -> list[Member]:
    members = [
        registry.add_member(db, unit, f"Đại biểu {number}", Sex.MALE, date(1980, 1, 1), f"{number:07}")
        for number in range(count)
    ]
    db.flush()
    days = Days(date(2000, 1, 1), None)
    term = bodies.begin_term(db, body, "Nhiệm kỳ đo kiểm", days, None, now)
    for rank, member in enumerate(members, start=1):
        bodies.appoint(db, body, term, member, "Ủy viên", rank, days, None, now)
    return members


def sign_in(db: Session, secret_key: str, members: list[Member], now: datetime) -> tuple[list[Account], list[str]]:
    """Accounts for these members, and the session cookie of each, who is signed in already."""
    # One hash for all: Argon2 is slow on purpose, and nobody signs in by password here.
    password_hash = registry.nobody()
    tokens = [secrets.token_urlsafe(32) for _ in members]
    accounts = [
        Account(member_id=member.id, login=f"bench-{member.id}", password_hash=password_hash, active=True)
        for member in members
    ]
    db.add_all(accounts)
    db.flush()
    db.add_all(
        SignIn(
            token_hash=registry.token_hash(token),
            account_id=account.id,
            created_at=now,
            expires_at=now + SESSION_LENGTH,
        )
        for token, account in zip(tokens, accounts, strict=True)
    )
    return accounts, [_cookie(secret_key, token) for token in tokens]


def _meeting(db: Session, unit: Unit, body: Body, secretary: Member, now: datetime) -> Meeting:
    person = _as_person(secretary, unit)
    draft = MeetingDraft("Phiên họp đo kiểm", "Hội trường", now, now + timedelta(hours=3), 2, 3)
    meeting = meetings.create_meeting(db, person, unit, body, draft, _code)
    for number in range(1, 6):
        agenda.add_item(db, meeting, f"Nội dung thứ {number}", "", 15)
    attendance.invite_body(db, meeting, body, _code)
    db.flush()
    meetings.advance(db, meeting, MeetingState.INVITED, now)
    meetings.advance(db, meeting, MeetingState.UNDER_WAY, now)
    for participant in db.scalars(select(Participant).where(Participant.meeting_id == meeting.id, Participant.voting)):
        attendance.record_attendance(db, participant, True, AttendanceHow.SECRETARY, person, now)
    chair = select(Participant).where(Participant.meeting_id == meeting.id, Participant.voting)
    attendance.set_role(db, db.scalars(chair.order_by(Participant.rank).limit(1)).one(), ParticipantRole.CHAIR)
    db.flush()
    return meeting


def _paper(db: Session, meeting: Meeting, secretary: Member, now: datetime) -> dict[str, int]:
    """A paper of the meeting by its row alone: nobody opens it here."""
    item = db.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id).limit(1)).one()
    file = PaperFile("Báo cáo", Blob("0" * 64, 1), "bao-cao.pdf", PDF)
    laid = papers.lay_paper(db, meeting, item, file, _as_person(secretary, meeting.unit), now)
    db.flush()
    version = db.scalars(select(Version).where(Version.document_id == laid.document_id)).one()
    version.page_count = PAPER_PAGES
    return {"meeting": meeting.id, "document": version.document_id, "version": version.id, "pages": PAPER_PAGES}


def _as_person(member: Member, unit: Unit) -> Person:
    return Person(0, member.id, member.full_name, unit.path, (), frozenset())


def _vote(db: Session, meeting: Meeting, number: int, manner: Manner) -> Vote:
    majority = rules.Majority(1, 2, strict=True, base=rules.Base.ENTITLED)
    draft = rules.PollDraft(f"Thông qua nghị quyết số {number}", None, majority, manner=manner)
    poll: Poll = voting.draft_poll(db, meeting, draft)
    return Vote(poll.id, [option.id for option in poll.options])


def _code() -> str:
    return secrets.token_urlsafe(18)


def _cookie(secret_key: str, token: str) -> str:
    """The session cookie as the application would sign it."""
    app = Flask(__name__)
    app.secret_key = secret_key
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    if signer is None:
        raise ValueError("a secret key is needed")
    return f"ecabinet={signer.dumps({'token': token, 'csrf': CSRF})!s}"
