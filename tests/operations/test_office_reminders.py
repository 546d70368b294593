"""Reminders of official documents: when, to whom, once; what lies unpresented; nothing of what is secret."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from documents.database import Database
from documents.rules import Secrecy
from ecabinet.clock import ZONE
from ecabinet.config import Config
from ecabinet.engines import Engines
from ecabinet.mail_server import parse
from ecabinet.notices import operations as notices
from ecabinet.notices.models import Mail, Notice
from ecabinet.notices.sending import MailTask
from ecabinet.office import reminding, routing
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.models import SecretKeeper
from ecabinet.office.reminder_models import OfficeReminder, Told
from ecabinet.office.routing_rules import Report, Role, Whom
from ecabinet.registry.models import Member
from ecabinet.sealing import Sealer
from ecabinet.workdays import operations as workdays
from ecabinet.workdays.rules import Holiday
from tests.mail_service import mail_server
from tests.office_people import NOW, TODAY, assigned, registered, seen, staffed
from tests.people import Office

MONDAY = TODAY + timedelta(days=1)
assert TODAY.weekday() == 6


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZONE)


def run(db: Session, now: datetime) -> list[Told | None]:
    """What a worker sends at this hour."""
    sent = []
    while (office_id := reminding.due(db, now)) is not None:
        sent.append(reminding.remind(db, db.get_one(OfficeDocument, office_id), now))
        assert sent[-1] is not None
    return sent


def told(db: Session, office: Office, name: str, since: datetime = NOW) -> list[str]:
    rows = select(Notice.subject).where(Notice.member_id == office.members[name], Notice.at > since)
    return [subject.split(":")[0] for subject in db.scalars(rows.order_by(Notice.id))]


def given_until(db: Session, office: Office, due_on: date) -> int:
    """A document that the official is in charge of until that day."""
    office_id = assigned(db, office, Whom(Role.LEAD, member_id=office.members["chair"]))
    doc = db.get_one(OfficeDocument, office_id)
    doc.due_on = due_on
    db.flush()
    return office_id


def test_those_in_charge_are_reminded_and_at_last_the_leader(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        due_on = TODAY + timedelta(days=8)
        given_until(db, office, due_on)
        days = [due_on + timedelta(days=n) for n in range(-1, 5)]
        hours = [at(days[0], 17), at(days[0], 18), at(days[1], 15), at(days[1], 17), at(days[2], 17), at(days[4], 17),
                 at(days[5], 17)]  # fmt: skip
        assert [run(db, hour) for hour in hours] == [
            [Told.DAY_BEFORE], [], [Told.HOURS_BEFORE], [Told.DUE], [Told.OVERDUE], [Told.LONG_OVERDUE], [],
        ]  # fmt: skip
        assert len(told(db, office, "chair")) == 5
        assert told(db, office, "leader") == ["Văn bản đã quá hạn xử lý 3 ngày"]


def test_who_is_done_is_left_alone_and_another_date_begins_anew(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = given_until(db, office, TODAY + timedelta(days=2))
        assert run(db, at(TODAY + timedelta(days=2), 17)) == [Told.DUE]
        db.get_one(OfficeDocument, office_id).due_on = TODAY + timedelta(days=5)
        db.flush()
        assert run(db, at(TODAY + timedelta(days=3), 17)) == []
        assert run(db, at(TODAY + timedelta(days=4), 17)) == [Told.DAY_BEFORE]
        one = seen(db, office, "chair", office_id)
        routing.finish(db, one, Report("đã xong"), office.person(db, "chair"), NOW)
        assert run(db, at(TODAY + timedelta(days=9), 17)) == []


def test_quiet_at_night_and_a_recalled_copy_is_nobodys(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = registered(db, office)
        assert run(db, at(MONDAY + timedelta(days=1), 5)) == []
        db.get_one(OfficeDocument, office_id).recalled_at = NOW
        db.flush()
        assert run(db, at(MONDAY + timedelta(days=1), 9)) == []


@pytest.mark.parametrize("holiday", [False, True])
def test_what_lies_unpresented_is_told_to_the_leader_on_the_next_working_day(database: Database, holiday: bool) -> None:
    with database.writing() as db:
        office = staffed(db)
        registered(db, office)
        if holiday:
            workdays.put(db, Holiday(MONDAY, "nghỉ"), office.members["administrator"], NOW)
            db.flush()
        assert run(db, at(MONDAY, 17)) == []
        tuesday = MONDAY + timedelta(days=1)
        assert run(db, at(tuesday, 6)) == ([] if holiday else [Told.UNPRESENTED])
        assert run(db, at(tuesday + timedelta(days=1), 6)) == ([Told.UNPRESENTED] if holiday else [])
        assert told(db, office, "leader") == ["Văn bản đến chưa trình, quá một ngày làm việc"]
        assert told(db, office, "first") == told(db, office, "leader")
        assert told(db, office, "stranger") == []


def test_of_a_secret_one_nothing_is_said_and_only_its_keepers_hear(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        unit, first = office.units["centre"], office.members["first"]
        db.add(SecretKeeper(unit_id=unit, member_id=first, since=NOW, by=first))
        db.flush()
        registered(db, office, secrecy=Secrecy.SECRET, due_on=MONDAY)
        assert run(db, at(MONDAY + timedelta(days=3), 17)) == [Told.LONG_OVERDUE, Told.UNPRESENTED]
        assert told(db, office, "leader") == []
        letters = db.scalars(select(Notice).where(Notice.member_id == first, Notice.at > NOW)).all()
        assert len(letters) == 2
        assert all("Thanh niên" not in one.subject + one.text for one in letters)


def test_they_arrive_by_mail_unless_somebody_wants_none(database: Database, tmp_path: Path) -> None:
    with database.writing() as db:
        office = staffed(db)
        given_until(db, office, MONDAY)
        for name in ("chair", "leader"):
            db.get_one(Member, office.members[name]).papers = {"email": f"{name}@doan.vn"}
        notices.choose(db, office.members["leader"], by_mail=False)
        db.execute(delete(Mail))
    with mail_server() as inbox:
        config = replace(
            Config.from_env({"DATA_DIR": str(tmp_path), "PUBLIC_URL": "https://vp.doan.vn"}),
            smtp=parse(f"smtp://127.0.0.1:{inbox.port}", "Văn phòng <vp@doan.vn>"),
        )
        engines = Engines(config, database, None, None, Sealer("k" * 32))  # type: ignore[arg-type]
        for day in (MONDAY, MONDAY + timedelta(days=3)):
            for _start in range(2):  # a worker that starts again sends nothing again
                while reminding.remind_of_one(engines, at(day, 17)):
                    pass
                while MailTask()(engines, at(day, 17)):
                    pass
    assert [(to, str(message["Subject"]).split(":")[0]) for to, message in inbox.envelopes] == [
        ("chair@doan.vn", "Văn bản đến hạn xử lý"), ("chair@doan.vn", "Văn bản đã quá hạn xử lý 3 ngày"),
    ]  # fmt: skip
    assert "https://vp.doan.vn/office/documents/" in inbox.envelopes[0][1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    with database.reading() as db:
        assert told(db, office, "leader") == ["Văn bản đã quá hạn xử lý 3 ngày"]


def test_two_workers_send_it_once(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        office_id = given_until(db, office, MONDAY)
    now = at(MONDAY, 17)
    with database.reading() as db:
        assert reminding.due(db, now) == office_id
    for _worker in range(2):  # both had found it due
        with database.writing() as db:
            reminding.remind(db, db.get_one(OfficeDocument, office_id), now)
    with database.reading() as db:
        assert len(db.scalars(select(OfficeReminder)).all()) == 1
        assert told(db, office, "chair") == ["Văn bản đến hạn xử lý"]
