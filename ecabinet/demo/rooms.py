"""Rooms of the centre, the seats of the meeting of the day, a monthly series, and a template to begin from."""

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from ecabinet.access import Person, Role
from ecabinet.clock import ZONE
from ecabinet.meetings import planning, rooms, seats, series
from ecabinet.meetings.agenda_rules import ItemKind
from ecabinet.meetings.life import Act
from ecabinet.meetings.meeting_dates_rules import LAST, Frequency, Recurrence
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.plan_rules import ItemPlan, Plan, Presenter
from ecabinet.meetings.room_rules import RoomDraft
from ecabinet.meetings.seat_rules import SeatOrder
from ecabinet.registry.models import Account, Body, Unit
from ecabinet.voting import vote_plans

ROOMS = (
    RoomDraft(
        "Phòng họp A, 62 Bà Triệu, Hà Nội", 60, "Màn hình lớn, micro đại biểu, họp trực tuyến", 5, (8, 10, 10, 12)
    ),
    RoomDraft("Phòng họp B, tầng 3", 24, "Màn hình, bảng trắng", 3, (8, 8)),
    RoomDraft("Hội trường, 62 Bà Triệu", 220, "Sân khấu, âm thanh hội trường, phiên dịch", 9, (16,) * 12),
)
MONTHLY = Plan(
    title="Giao ban Thường trực hằng tháng", place=ROOMS[1].name, minutes=90, quorum=(1, 2),
    items=(
        ItemPlan(1, ItemKind.REPORT, "Kết quả công tác tháng", 30, presenters=(Presenter("Văn phòng"),)),
        ItemPlan(1, ItemKind.DISCUSSION, "Những việc cần tháo gỡ", 30),
        ItemPlan(1, ItemKind.REPORT, "Chương trình tháng tới, phân công", 30, due=3 * 24 * 60),
    ),
)  # fmt: skip


def make(
    db: Session, unit: Unit, body: Body, secretary: Account, meeting: Meeting, now: datetime, source: random.Random
) -> None:
    """As the secretary would."""
    act = Act(secretary.member_id, now)
    person = Person(
        secretary.id, secretary.member_id, secretary.member.full_name, unit.path, ((Role.SECRETARY, unit.path),),
        frozenset(),
    )  # fmt: skip
    made = [rooms.save_room(db, unit, None, draft, act) for draft in ROOMS]
    rooms.book(db, meeting, made[0], "", act)
    seats.draw_room(db, meeting, made[0])
    seats.fill(db, meeting, SeatOrder.RANK)
    plan = replace(MONTHLY, room_id=made[1].id)

    def one(at: datetime) -> Meeting:
        monthly = vote_plans.make_meeting(db, person, unit, body, plan, at, lambda: f"{source.getrandbits(96):024x}")
        planning.take_room(db, monthly, plan, act)
        return monthly

    today = now.astimezone(ZONE).date()
    series.begin(db, unit, monthly_rule(today), time(14), one, act)
    planning.save_template(db, unit, body, "Hội nghị Ban Thường vụ", vote_plans.plan_of(db, meeting), act)


def monthly_rule(today: date) -> Recurrence:
    """The last Thursday of each of the next six months."""
    return Recurrence(Frequency.MONTHLY_WEEKDAY, today + timedelta(days=1), weekday=3, nth=LAST, count=6)
