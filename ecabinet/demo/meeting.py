"""The meeting of the day: an agenda with sub-items and a break, real papers, votes prepared, some already here."""

import random
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.blobs import Blob
from ecabinet.access import Person, Role
from ecabinet.clock import ZONE
from ecabinet.meetings import agenda, attendance, operations, papers, speakers
from ecabinet.meetings.agenda_lines import read_lines
from ecabinet.meetings.models import AgendaItem, Meeting, Participant
from ecabinet.meetings.rules import AttendanceHow, MeetingDraft, MeetingState, ParticipantRole, Rsvp
from ecabinet.meetings.speaker_rules import SpeechKind
from ecabinet.registry.models import Account, Body, Unit
from ecabinet.voting.operations import draft_poll
from ecabinet.voting.rules import Base, Majority, PollDraft

TITLE = "Hội nghị Ban Thường vụ Trung ương Đoàn tháng 11"
AGENDA = """
Khai mạc, thông qua chương trình | Chủ trì | 10
Báo cáo công tác Đoàn và phong trào thanh thiếu nhi quý IV | 40
	Công tác tổ chức xây dựng Đoàn | Ban Tổ chức | 20
	Phong trào hành động cách mạng | Ban Phong trào | 20
Thảo luận về hạ tầng đường sắt đô thị | 90
	Góp ý bộ thông số kỹ thuật dùng chung cho đường sắt đô thị | Ban Thanh niên công nhân | 45
	Cho ý kiến về quy chuẩn kỹ thuật metro QCVN 32:2026/BXD | Ban Thanh niên xung phong | 45
Giải lao | 15
Biểu quyết các nội dung của hội nghị | Chủ trì | 20
Kết luận và bế mạc | Chủ trì | 10
"""
"""As a secretary would paste it."""
FILES = {5: "cong-van-huong-dan-dmtc.pdf", 6: "qcvn-32-2026-bxd.pdf"}
"""Under which item, counted from 0, each paper lies."""
PAPER_TITLES = {
    "cong-van-huong-dan-dmtc.pdf": "Công văn về bộ thông số kỹ thuật đường sắt đô thị",
    "qcvn-32-2026-bxd.pdf": "Quy chuẩn kỹ thuật quốc gia QCVN 32:2026/BXD",
}
VOTES = (
    ("Thông qua chương trình hội nghị", 0, Majority(1, 2, True, Base.PRESENT), "Quy chế làm việc, Điều 8"),
    ("Thông qua Chương trình công tác năm 2027", 8, Majority(1, 2, True, Base.CAST), "Điều lệ Đoàn, Điều 5"),
    ("Ban hành Kết luận hội nghị", 8, Majority(2, 3, False, Base.ENTITLED), "Quy chế làm việc, Điều 12"),
)
HERE_ALREADY = slice(5, 14)
TOPICS = ("Kết quả phong trào tình nguyện quý IV", "Kiến nghị về kinh phí hoạt động của cơ sở Đoàn")
"""What the first two of those who are here will speak about, on the second item."""


def day_of(now: datetime) -> tuple[datetime, datetime]:
    """From eight to half past five, by the office's clock; later in the evening the meeting just goes on."""
    start = now.astimezone(ZONE).replace(hour=8, minute=0, second=0, microsecond=0)
    return start, max(start + timedelta(hours=9, minutes=30), now.replace(microsecond=0) + timedelta(minutes=30))


def make_meeting(
    db: Session,
    unit: Unit,
    body: Body,
    secretary: Account,
    blobs: dict[Path, Blob],
    now: datetime,
    source: random.Random,
) -> Meeting:
    """Prepare it as the secretary would, up to the sending of the invitations."""
    person = Person(
        secretary.id,
        secretary.member_id,
        secretary.member.full_name,
        unit.path,
        ((Role.SECRETARY, unit.path),),
        frozenset(),
    )
    start, end = day_of(now)

    def new_code() -> str:
        return f"{source.getrandbits(96):024x}"

    draft = MeetingDraft(TITLE, "Phòng họp A, 62 Bà Triệu, Hà Nội", start, end, 2, 3)
    meeting = operations.create_meeting(db, person, unit, body, draft, new_code)
    _fill_agenda(db, meeting, person, blobs, now)
    attendance.invite_body(db, meeting, body, new_code)
    db.flush()
    operations.advance(db, meeting, MeetingState.INVITED, now)
    _answer_and_come(db, meeting, person, now)
    _enter_speakers(db, meeting, person, now)
    return meeting


def _fill_agenda(db: Session, meeting: Meeting, person: Person, blobs: dict[Path, Blob], now: datetime) -> None:
    items = agenda.add_items(db, meeting, read_lines(AGENDA))
    by_name = {path.name: blob for path, blob in blobs.items()}
    for place, name in FILES.items():
        if name in by_name:
            paper = agenda.PaperFile(PAPER_TITLES[name], by_name[name], name, "application/pdf")
            papers.lay_paper(db, meeting, items[place], paper, person, now)
    for title, index, majority, reference in VOTES:
        draft_poll(db, meeting, PollDraft(title, items[index].id, majority, reference))


def _answer_and_come(db: Session, meeting: Meeting, person: Person, now: datetime) -> None:
    seats = list(
        db.scalars(
            select(Participant)
            .where(Participant.meeting_id == meeting.id, Participant.voting)
            .order_by(Participant.rank)
        )
    )
    attendance.set_role(db, seats[0], ParticipantRole.CHAIR)
    for participant in seats[HERE_ALREADY]:
        attendance.answer(db, participant, Rsvp.ACCEPTED, "")
        attendance.record_attendance(db, participant, True, AttendanceHow.SECRETARY, person, now)
    attendance.answer(db, seats[-1], Rsvp.ABSENT, "Đi công tác theo phân công")


def _enter_speakers(db: Session, meeting: Meeting, person: Person, now: datetime) -> None:
    """Two who are here have announced their speeches: on the list before the meeting begins."""
    item_id = db.scalar(select(AgendaItem.id).where(AgendaItem.meeting_id == meeting.id, AgendaItem.position == 2))
    here = select(Participant).where(Participant.meeting_id == meeting.id, Participant.present)
    for participant, topic in zip(db.scalars(here.order_by(Participant.rank)), TOPICS, strict=False):
        speakers.enter(db, meeting, participant, speakers.Wish(SpeechKind.SPEECH, item_id, topic), person, now)


def move_to_today(db: Session, now: datetime) -> None:
    """A demonstration started again on a later day has its meeting on that day, unless it has begun."""
    for meeting in db.scalars(select(Meeting).where(Meeting.title == TITLE, Meeting.state == MeetingState.INVITED)):
        meeting.starts_at, meeting.ends_at = day_of(now)
