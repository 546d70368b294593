"""The invitation (giấy mời) as a paper of the unit, one for each invited, and all of them in one file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ecabinet.clock import ZONE
from ecabinet.meetings import audience_queries, queries
from ecabinet.meetings.agenda_queries import ItemLine
from ecabinet.meetings.attendance_queries import outside_guests
from ecabinet.meetings.audience_queries import NOBODY
from ecabinet.meetings.audience_rules import Circle
from ecabinet.meetings.invitation_rules import Wishes
from ecabinet.meetings.invitations import wishes_of
from ecabinet.meetings.models import Meeting, Participant
from ecabinet.meetings.printed import head_of
from ecabinet.meetings.rules import ParticipantRole
from ecabinet.meetings.telling import when
from ecabinet.printing import pdf
from ecabinet.printing.sheets import (
    Align,
    Block,
    Code,
    Column,
    Facts,
    Head,
    Paragraph,
    Run,
    Sheet,
    Signer,
    Table,
    Title,
)


@dataclass(frozen=True)
class Invited:
    """Whom a paper is for: with a code to be scanned on arrival, or none for a guest from outside."""

    name: str
    title: str
    unit: str
    code_url: str = ""
    circle: Circle = NOBODY

    @property
    def line(self) -> str:
        """As they are addressed."""
        return ", ".join(part for part in (self.name, self.title, self.unit) if part)


@dataclass(frozen=True)
class Occasion:
    """What all papers of a meeting share."""

    head: Head
    title: str
    when: str
    place: str
    items: dict[Circle, tuple[tuple[str, str, str, str], ...]]
    wishes: Wishes
    chair: str


def occasion_of(db: Session, meeting: Meeting, now: datetime) -> Occasion:
    """From the meeting as it is now; hidden items are on no paper, those for named participants on theirs."""
    people = queries.participants(db, meeting.id)
    chair = next((p.name for p in people if p.role == ParticipantRole.CHAIR), "")
    return Occasion(
        head_of(db, meeting.unit, "GM", now.astimezone(ZONE).date()),
        meeting.title,
        when(meeting.starts_at, meeting.ends_at),
        meeting.place or meeting.unit.name,
        {
            circle: tuple(_item(item) for item in queries.agenda(db, meeting, circle=circle))
            for circle in audience_queries.all_circles(db, meeting.id)
        },
        wishes_of(db, meeting),
        chair,
    )


def _item(item: ItemLine) -> tuple[str, str, str, str]:
    return (item.number, item.title, item.presenter, f"{item.minutes} phút" if item.minutes else "")


def invited(db: Session, person: Participant, address: Callable[[str], str]) -> Invited:
    """Somebody of the list; ``address`` makes the address that their code opens."""
    circle = audience_queries.circle(db, person.meeting_id, person.id)
    return Invited(person.name, person.title, person.unit_name, address(person.check_in_code), circle)


def everybody(db: Session, meeting: Meeting, address: Callable[[str], str]) -> list[Invited]:
    """All of the list as read out, then the guests from outside."""
    people = [invited(db, p, address) for p in queries.participants(db, meeting.id)]
    return people + [Invited(g.name, g.title, g.organisation) for g in outside_guests(db, meeting.id)]


def sheet(occasion: Occasion, to: Invited) -> Sheet:
    """The paper for one."""
    wishes = occasion.wishes
    facts = [("Thời gian", occasion.when), ("Địa điểm", occasion.place)]
    if wishes.answer_by is not None:
        by = wishes.answer_by.astimezone(ZONE)
        facts.append(("Đề nghị trả lời", f"trước {by:%H:%M ngày %d/%m/%Y}"))
    body: list[Block] = [
        Paragraph((Run("Kính mời: "), Run(to.line, bold=True))),
        Paragraph(f"Dự: {occasion.title}."),
        Facts(tuple(facts)),
    ]
    if items := occasion.items[to.circle]:
        columns = (
            Column("TT", 0.6, Align.CENTER), Column("Nội dung", 5), Column("Người trình bày", 2),
            Column("Thời lượng", 1.1, Align.CENTER),
        )  # fmt: skip
        body.append(Table(columns, items, caption="Chương trình"))
    if wishes.note:
        body.append(Paragraph(wishes.note))
    body.append(Paragraph("Rất mong đồng chí thu xếp thời gian đến dự đúng giờ."))
    if to.code_url:
        body.append(Code(to.code_url, "Mã điểm danh của đồng chí: đưa cho thư ký quét khi đến", 28))
    signer = Signer((wishes.signer_position or "CHỦ TRÌ").upper(), wishes.signer_name or occasion.chair)
    return Sheet(
        occasion.head, Title("GIẤY MỜI", occasion.title), tuple(body), signers=(signer,),
        recipients=("Như trên", "Lưu: VP"),
    )  # fmt: skip


def one(occasion: Occasion, to: Invited, now: datetime) -> bytes:
    """The PDF for one."""
    return pdf.render(sheet(occasion, to), now)


def bundle(occasion: Occasion, people: Sequence[Invited], now: datetime) -> bytes:
    """All in one PDF, each beginning on a page of its own, with a bookmark by name."""
    return pdf.render_all([(to.name, sheet(occasion, to)) for to in people], now)
