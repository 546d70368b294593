"""The week of a unit on paper: LỊCH CÔNG TÁC TUẦN, in the form that the unit writes in."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from ecabinet.calendars.queries import Slot, Week
from ecabinet.calendars.rules import EventState
from ecabinet.clock import ZONE
from ecabinet.meetings.printed import head_of
from ecabinet.office import series
from ecabinet.printing.sheets import Align, Column, Form, Run, Sheet, Signer, Table, Text, Title

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
COLUMNS = (
    Column("Thứ, ngày", 1.1, Align.CENTER), Column("Thời gian", 1.4, Align.CENTER), Column("Nội dung", 4),
    Column("Lãnh đạo", 2), Column("Địa điểm", 1.6), Column("Đơn vị chuẩn bị", 1.6),
)  # fmt: skip


def sheet(db: Session, week: Week, leader: str, on: date) -> Sheet:
    """The week; ``leader`` is the name of the one whose week it is, "" for the whole unit's. The words are Vietnamese,
    as those of all papers of the house. What is not published yet is not printed.
    """
    form = Form.STATE if series.profile_of(db, week.unit).name == "state" else Form.UNION
    end = week.begin + timedelta(days=6)
    whose = f"của đồng chí {leader} " if leader else ""
    rows = [row for day, slots in week.days.items() for row in _rows(day, slots)]
    return Sheet(
        head=replace(head_of(db, week.unit, "", on), form=form),
        title=Title("LỊCH CÔNG TÁC TUẦN", f"{whose}(từ ngày {week.begin:%d/%m/%Y} đến ngày {end:%d/%m/%Y})"),
        body=(Table(COLUMNS, tuple(rows), empty="(Tuần này chưa có lịch)"),),
        signers=(Signer("NGƯỜI DUYỆT LỊCH", note="(Ký, ghi rõ họ tên)"),),
        landscape=True,
    )


def _rows(day: date, slots: list[Slot]) -> list[tuple[Text, ...]]:
    shown = [slot for slot in slots if slot.title and slot.state != EventState.DRAFT]
    name: Text = (Run(f"{WEEKDAYS[day.weekday()]}\n{day:%d/%m}", bold=True),)
    return [
        (name if number == 0 else "", _time(slot, day), _what(slot), "\n".join(slot.leaders), slot.place,
         slot.prepared_by)
        for number, slot in enumerate(shown)
    ]  # fmt: skip


def _time(slot: Slot, day: date) -> str:
    begins, ends = (_clock(at, day) for at in (slot.starts_at, slot.ends_at))
    return f"{begins or '…'} – {ends or '…'}" if begins or ends else "Cả ngày"


def _clock(at: datetime, day: date) -> str:
    """The time, where it is on that day."""
    here = at.astimezone(ZONE)
    return f"{here:%H:%M}" if here.date() == day else ""


def _what(slot: Slot) -> Text:
    if slot.state == EventState.CANCELLED:
        return (Run(slot.title), Run(" (hoãn, hủy)", italic=True))
    return slot.title
