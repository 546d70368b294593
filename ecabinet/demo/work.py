"""What the office has to do: days off, a week of the work calendar, tasks from a document that came."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ecabinet.access import Person, within
from ecabinet.calendars import operations as calendars
from ecabinet.calendars import queries
from ecabinet.calendars.rules import EventDraft, EventKind, monday
from ecabinet.clock import ZONE
from ecabinet.demo.people import signed_in
from ecabinet.office import desk, tasks_given
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.life_rules import OfficeState
from ecabinet.registry.models import Unit
from ecabinet.registry.rules import UnitKind
from ecabinet.tasks.rules import TaskDraft
from ecabinet.workdays import operations as workdays
from ecabinet.workdays import queries as known_days


@dataclass(frozen=True)
class Planned:
    """An entry: on which day of the week, from when, how long, what; ``published`` or a draft."""

    day: int
    hour: int
    hours: int
    kind: EventKind
    title: str
    place: str
    prepared_by: str
    published: bool = True


WEEK = (
    Planned(0, 8, 2, EventKind.MEETING, "Giao ban Ban Bí thư", "Phòng họp tầng 2", "Văn phòng"),
    Planned(1, 14, 2, EventKind.RECEPTION, "Tiếp đoàn đại biểu Đoàn Thanh niên Nhân dân Cách mạng Lào",
            "Phòng khách", "Ban Quốc tế Thanh niên"),
    Planned(2, 8, 9, EventKind.TRIP, "Kiểm tra công tác Đoàn tại tỉnh Lào Cai", "Lào Cai", "Ban Tổ chức - Kiểm tra"),
    Planned(3, 9, 2, EventKind.MEETING, "Làm việc với Bộ Nội vụ về Chiến lược phát triển thanh niên",
            "Bộ Nội vụ", "Ban Tuyên giáo"),
    Planned(4, 14, 2, EventKind.OTHER, "Dự lễ phát động Tháng Thanh niên", "Nhà Văn hóa Thanh niên",
            "Ban Phong trào", published=False),
)  # fmt: skip


def make(db: Session, centre: Unit, now: datetime) -> None:
    """Of the centre, by its clerk and its leader."""
    clerk, leader = (signed_in(db, login, now) for login in ("vanthu", "lanhdao"))
    for year in known_days.public():
        workdays.put_public(db, year, clerk.member_id, now)
    begin = monday(now.astimezone(ZONE).date())
    for week in (0, 7):
        for one in WEEK:
            _plan(db, centre, one, datetime.combine(begin + timedelta(days=week), time(), ZONE), (clerk, leader), now)
    _give_tasks(db, centre, leader, now)


def _plan(
    db: Session, centre: Unit, one: Planned, week: datetime, people: tuple[Person, Person], now: datetime
) -> None:  # fmt: skip
    clerk, leader = people
    starts_at = week + timedelta(days=one.day, hours=one.hour)
    draft = EventDraft(
        one.kind, one.title, starts_at, starts_at + timedelta(hours=one.hours), (leader.member_id,), one.place, None,
        "", one.prepared_by,
    )  # fmt: skip
    event = calendars.plan(db, centre, draft, clerk, now, anyway=True)
    if one.published:
        calendars.publish(db, queries.load(db, leader, event.id), leader, now)


def _give_tasks(db: Session, centre: Unit, leader: Person, now: datetime) -> None:
    """Two provinces and the official each see to a part of the document that has waited longest."""
    waits = select(OfficeDocument.id).where(
        OfficeDocument.unit_id == centre.id, OfficeDocument.state == OfficeState.ASSIGNED
    )  # fmt: skip
    seen = desk.load(db, leader, db.scalars(waits.order_by(OfficeDocument.id)).first() or 0)
    today = now.astimezone(ZONE).date()
    provinces = select(Unit).where(within(Unit.path, centre.path), Unit.kind == UnitKind.PROVINCE)
    for unit in db.scalars(provinces.order_by(Unit.id).limit(2)):
        draft = TaskDraft("Góp ý dự thảo Chiến lược phát triển thanh niên", today + timedelta(days=3), None, unit.id)
        tasks_given.give(db, seen, centre, draft, leader, now)
    official = seen.assignments[0].member_id
    draft = TaskDraft("Tổng hợp góp ý, dự thảo văn bản trả lời", today + timedelta(days=5), official)
    tasks_given.give(db, seen, centre, draft, leader, now)
