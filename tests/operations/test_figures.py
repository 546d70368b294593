"""What the kept figures of a unit say when units move: the past stays where it happened, members come along."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.database import Database
from documents.errors import Invalid, Problem
from ecabinet.audit import AuditEntry
from ecabinet.registry import member_queries, members, operations, units
from ecabinet.registry.history_models import MovementCount
from ecabinet.registry.member_counts import recount
from ecabinet.registry.member_rules import Candidate
from ecabinet.registry.members import Act
from ecabinet.registry.models import Unit
from ecabinet.registry.rules import Sex, UnitKind
from ecabinet.registry.unit_history import timeline
from ecabinet.registry.unit_rules import Decision, Particulars
from ecabinet.sealing import Sealer

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
SEALER = Sealer("k" * 32)


def decided(day: date = date(2026, 11, 10)) -> Decision:
    return Decision(day, "1-QĐ", None, NOW, TODAY)


class Land:
    """Centre → two provinces; the first has a commune in which two members were entered in October."""

    def __init__(self, db: Session) -> None:
        self.db = db
        self.centre = operations.add_unit(db, None, "TW", "Trung ương", UnitKind.CENTRAL)
        self.one = operations.add_unit(db, self.centre, "P1", "Tỉnh một", UnitKind.PROVINCE)
        self.two = operations.add_unit(db, self.centre, "P2", "Tỉnh hai", UnitKind.PROVINCE)
        self.commune = operations.add_unit(db, self.one, "C1", "Xã", UnitKind.COMMUNE)
        for number in (1, 2):
            values = Candidate(full_name="Lê An", sex=Sex.MALE, born_on=date(2001, 1, 1), card_number=f"T{number}")
            members.enter(db, SEALER, self.commune, values, Act(date(2026, 10, 5), "", None, NOW))

    def moved(self, unit: Unit) -> dict[str, int]:
        """By "month kind"."""
        rows = self.db.scalars(select(MovementCount).filter_by(unit_id=unit.id))
        return {f"{row.month:%m} {row.kind}": row.number for row in rows}

    def total(self, unit: Unit) -> int:
        return member_queries.number_below(self.db, unit.id)


def test_a_unit_takes_its_members_along_not_its_past(database: Database) -> None:
    with database.writing() as db:
        land = Land(db)
        units.move(db, land.commune, land.two, decided())
        assert (land.total(land.one), land.total(land.two), land.total(land.centre)) == (0, 2, 2)
        # what was entered in October was entered in the first province, whoever asks later
        assert land.moved(land.one) == {"10 entered": 2, "11 moved_out": 2}
        assert land.moved(land.two) == {"11 moved_in": 2}
        assert land.moved(land.commune) == {"10 entered": 2}
        assert land.moved(land.centre) == {"10 entered": 2}
        assert recount(db) == 0


def test_what_came_less_what_went_is_what_is_there(database: Database) -> None:
    with database.writing() as db:
        land = Land(db)
        units.move(db, land.commune, land.two, decided())
        units.merge(db, land.commune, land.two, decided(date(2026, 11, 20)))
        for unit in (land.centre, land.one, land.two, land.commune):
            flows = member_queries.dashboard(db, unit, TODAY).flows
            assert sum(came - went for _month, came, went in flows) == land.total(unit), unit.name


def test_flows_have_twelve_months_the_present_one_last(database: Database) -> None:
    with database.writing() as db:
        flows = member_queries.dashboard(db, Land(db).centre, TODAY).flows
    assert [month for month, _came, _went in flows][:: len(flows) - 1] == [date(2025, 12, 1), date(2026, 11, 1)]
    assert flows[-2] == (date(2026, 10, 1), 2, 0)


def told(unit: Unit, **changes: str | None) -> Particulars:
    now: dict[str, str | None] = {name: getattr(unit, name) for name in vars(Particulars("", "", None, "", "", ""))}
    return Particulars(**(now | changes))  # type: ignore[arg-type]


def test_amended_from_a_day_with_what_it_was(database: Database) -> None:
    with database.writing() as db:
        land = Land(db)
        units.amend(db, land.commune, told(land.commune, address="12 Lê Lợi", code="C9", kind="base"), decided())
        assert (land.commune.code, land.commune.kind, land.commune.address) == ("C9", "base", "12 Lê Lợi")
        event = timeline(db, land.commune.id)[0]
        changes = {"kind": ["commune", "base"], "code": ["C1", "C9"], "address": ["", "12 Lê Lợi"]}
        assert (event.kind, event.on_day, event.decision, event.details) == (
            "amended", date(2026, 11, 10), "1-QĐ", {"changes": changes},
        )  # fmt: skip
        entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.action, entry.details["changes"]) == ("unit_amended", changes)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"code": ""}, "code", "missing"),
        ({"code": "P2"}, "code", "code_taken"),
        ({"code": "x" * 31}, "code", "too_long"),
        ({"exchange_code": "000.00.00.H57"}, "exchange_code", "code_taken"),
        ({"exchange_code": "0" * 21}, "exchange_code", "too_long"),
        ({"kind": "castle"}, "kind", "unknown_kind"),
        ({"address": "x" * 301}, "address", "too_long"),
        ({"phone": "gọi sau"}, "phone", "unit_phone_form"),
        ({"email": "an@"}, "email", "email_form"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_what_is_refused(database: Database, changes: dict[str, str], field: str, code: str) -> None:
    with database.writing() as db:
        land = Land(db)
        land.two.exchange_code = "000.00.00.H57"
        with pytest.raises(Invalid) as refused:
            units.amend(db, land.commune, told(land.commune, **changes), decided())
        assert refused.value.faults[field].code == code
        assert timeline(db, land.commune.id)[0].kind == "founded"


def test_nothing_changed_and_nothing_after_the_end(database: Database) -> None:
    with database.writing() as db:
        land = Land(db)
        with pytest.raises(Problem) as same:
            units.amend(db, land.commune, told(land.commune), decided())
        assert same.value.code == "nothing_changed"
        units.dissolve(db, land.two, None, decided())
        with pytest.raises(Problem) as over:
            units.amend(db, land.two, told(land.two, address="x"), decided())
        assert over.value.code == "unit_dissolved"
