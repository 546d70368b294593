"""Minutes and resolutions as sheets of paper. Their words are Vietnamese, as official papers are."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.clock import ZONE, local
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.printed import head_of
from ecabinet.meetings.rules import ParticipantRole
from ecabinet.minutes import queries, rules
from ecabinet.minutes.models import Minutes, Resolution
from ecabinet.minutes.texts import GROUPS, group_of
from ecabinet.printing.sheets import Block, Heading, Items, Marks, Paragraph, Run, Sheet, Signer, Text, Title
from ecabinet.registry.models import Member

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")


@dataclass(frozen=True)
class Words:
    """A section as it is printed."""

    key: str
    heading: str
    text: str


def minutes_sheet(db: Session, minutes: Minutes, now: datetime, *, hidden: bool = False) -> Sheet:
    """The minutes as a paper of the unit, a draft until they are signed; ``hidden``: with what is hidden."""
    meeting = minutes.meeting
    words = [Words(one.key, one.heading, one.text) for one in queries.sections(db, minutes, hidden=hidden)]
    day = (minutes.chair_at or now).astimezone(ZONE).date()
    return Sheet(
        head_of(db, meeting.unit, "BB", day),
        Title("BIÊN BẢN", meeting.title),
        body(words),
        signers=_signers(db, minutes),
        recipients=("Các đồng chí dự phiên họp", "Lưu: VT"),
        draft=minutes.state not in rules.OVER,
    )


def body(words: list[Words]) -> tuple[Block, ...]:
    """The parts numbered as they come, items beneath theirs."""
    blocks: list[Block] = []
    seen: list[str] = []
    for one in words:
        group = group_of(one.key)
        if group not in seen:
            seen.append(group)
            blocks.append(Heading(f"{ROMAN[len(seen) - 1]}. {GROUPS.get(group, one.heading).upper()}", 1))
        if group == "item":
            blocks.append(Heading(one.heading, 2))
        blocks += prose(one.text)
    return tuple(blocks)


def prose(text: str) -> list[Block]:
    """Plain text: lines with a dash are lists, others paragraphs."""
    blocks: list[Block] = []
    listed: list[Text] = []
    for dashed, line in queries.lines_of(text):
        if dashed:
            listed.append(line)
            continue
        if listed:
            blocks.append(Items(tuple(listed), Marks.DASHES))
            listed = []
        blocks.append(Paragraph(line))
    if listed:
        blocks.append(Items(tuple(listed), Marks.DASHES))
    return blocks


def _signers(db: Session, minutes: Minutes) -> tuple[Signer, ...]:
    people = list(db.scalars(select(Participant).where(Participant.meeting_id == minutes.meeting_id)))
    people.sort(key=lambda one: one.rank)

    def signer(position: str, role: ParticipantRole, member_id: int | None, at: datetime | None) -> Signer:
        named = next((one.name for one in people if one.role == role), "")
        if member_id is not None:
            named = db.get_one(Member, member_id).full_name
        note = f"(Đã ký xác nhận lúc {local(at, '%H:%M ngày %d/%m/%Y')})" if at else "(Ký, ghi rõ họ tên)"
        return Signer(position, named, note=note)

    return (
        signer("THƯ KÝ", ParticipantRole.SECRETARY, minutes.secretary_id, minutes.secretary_at),
        signer("CHỦ TRÌ", ParticipantRole.CHAIR, minutes.chair_id, minutes.chair_at),
    )


def resolution_sheet(db: Session, meeting: Meeting, one: Resolution, day: date | None) -> Sheet:
    """A resolution as a draft in the unit's form; number and day are given when it is issued."""
    grounds = [Paragraph(line, italic=True) for line in one.grounds.splitlines() if line.strip()]
    articles: list[Block] = []
    for line in one.articles.splitlines():
        start, point, rest = line.strip().partition(".")
        if start.startswith("Điều ") and point:
            articles.append(Paragraph((Run(f"{start}. ", bold=True), Run(rest.strip()))))
        elif line.strip():
            articles += prose(line.strip())
    people = select(Participant).where(
        Participant.meeting_id == meeting.id, Participant.role == ParticipantRole.CHAIR
    )  # fmt: skip
    chair = db.scalar(people.order_by(Participant.rank).limit(1))
    authority = (f"TM. {meeting.body.name.upper()}",) if meeting.body else ()
    return Sheet(
        head_of(db, meeting.unit, "NQ", day),
        Title("NGHỊ QUYẾT", one.summary),
        (*grounds, Heading("QUYẾT NGHỊ", 1), *articles),
        signers=(Signer((chair.title if chair else "").upper() or "CHỦ TRÌ", chair.name if chair else "", authority),),
        recipients=("Như trên", "Lưu: VT"),
        draft=True,
    )
