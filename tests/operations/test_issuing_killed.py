"""Issuing to many units while the worker is killed again and again, at whatever moment: each has it exactly once."""

import subprocess
import sys
from datetime import date
from pathlib import Path

from sqlalchemy import func, select

from documents.database import Database
from documents.models import DocumentLabel
from ecabinet.access import Role
from ecabinet.issuing import recipients
from ecabinet.issuing.delivery_rules import DeliveryStatus, Purpose
from ecabinet.issuing.models import Delivery, Dispatch
from ecabinet.notices.models import Notice
from ecabinet.registry import operations
from ecabinet.registry.models import Account, Unit, UnitRole
from ecabinet.registry.rules import Sex, UnitKind
from tests.issuing_people import Issuing
from tests.operations.test_import_killed import wait_until
from tests.people import PASSWORD_HASH

UNITS, KILLS = 300, 2
PIECE = 50
WORKER = f"""
import sys
from datetime import UTC, datetime
from documents.database import Database
from ecabinet.issuing.sending import deliver_piece

database = Database(sys.argv[1])
for _line in sys.stdin:
    deliver_piece(database, datetime.now(UTC), {PIECE})
    print("brought", flush=True)
"""
"""The worker's task and nothing else, a piece for each line: killed it is while it has one in hand."""


def many_units(house: Issuing) -> None:
    """Units below Huế, each with its clerk."""
    with house.database.writing() as db:
        hue = db.get_one(Unit, house.office.units["hue"])
        units = operations.add_units(db, hue, [(f"46-{n}", f"Đoàn xã {n}") for n in range(UNITS)], UnitKind.COMMUNE)
        members = [
            operations.add_member(db, unit, f"Văn thư {n}", Sex.MALE, date(1990, 1, 1), f"X{n}")
            for n, unit in enumerate(units)
        ]
        db.flush()
        accounts = [
            Account(member_id=one.id, login=f"x{n}", password_hash=PASSWORD_HASH) for n, one in enumerate(members)
        ]  # fmt: skip
        db.add_all(accounts)
        db.flush()
        db.add_all(
            UnitRole(account_id=account.id, unit_id=member.unit_id, role=Role.CLERK)
            for account, member in zip(accounts, members, strict=True)
        )


def test_killed_at_whatever_moment_each_has_it_once(database: Database, tmp_path: Path) -> None:
    house = Issuing(database, tmp_path / "data")
    many_units(house)
    office_id = house.numbered()
    with database.writing() as db:
        doc = house.seen(db, office_id).doc
        assert recipients.plan_units(db, doc, doc.unit.path, [UnitKind.COMMUNE], Purpose.CARRY_OUT) == UNITS
    house.issue(office_id)

    def arrived() -> int:
        with database.reading() as db:
            return db.scalar(select(func.count()).where(Delivery.status == DeliveryStatus.ARRIVED)) or 0

    command = [sys.executable, "-c", WORKER, database.url.render_as_string(hide_password=False)]
    for kill in range(KILLS):
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            print(file=process.stdin, flush=True)
            assert process.stdout.readline() == "brought\n"
            print(file=process.stdin, flush=True)
            process.kill()
        assert PIECE * (kill + 1) <= arrived() <= PIECE * 2 * (kill + 1)  # whole pieces, or none
        assert arrived() % PIECE == 0

    def brought() -> bool:
        house.deliver()  # until the server has noticed who is gone, what they held is passed over
        return arrived() == UNITS

    wait_until(brought)
    with database.reading() as db:
        copy = db.get_one(Dispatch, office_id).document_id
        labels = db.scalar(select(func.count()).where(DocumentLabel.document_id == copy))
        told = select(Notice.member_id).where(Notice.link == f"/office/inbox/of/{office_id}")
        members = list(db.scalars(told))
    assert (arrived(), labels, len(members), len(set(members))) == (UNITS,) * 4
