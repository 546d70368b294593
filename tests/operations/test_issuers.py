"""Who gives numbers besides the unit itself: a congress has one series of its own, and gives none once it is over."""

import pytest

from documents.database import Database
from documents.errors import Invalid, NotFound, Problem
from ecabinet.office import issuers, series
from ecabinet.office.issuers import IssuerDraft
from ecabinet.office.numbering_rules import Direction, written
from ecabinet.office.series import Act, Wanted
from ecabinet.registry.models import Unit
from tests.office_people import TODAY, staffed
from tests.people import NOW

CONGRESS = IssuerDraft("congress", "Đại hội Đoàn lần thứ XIII", "ĐH", None)
ACT = Act(None, NOW)


def test_a_congress_numbers_all_types_in_one_series(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        unit, clerk = db.get_one(Unit, office.units["centre"]), office.person(db, "first")
        congress = issuers.set_up(db, unit, CONGRESS, clerk, NOW)
        codes = []
        for type_code in ("BC", "NQ", "BC"):
            found = series.series_for(db, Wanted(congress, Direction.OUTGOING, TODAY, type_code))
            number = series.take(db, found, TODAY, ACT).number
            rule = series.profile_of(db, unit).rule_for(Direction.OUTGOING, type_code, "congress")
            codes.append(written(rule.form, 2, number, type=type_code, organ=congress.notation, drafter=""))
        assert codes == ["01-BC/ĐH", "02-NQ/ĐH", "03-BC/ĐH"]
        assert [one.kind for one in issuers.open_of(db, unit)] == ["unit", "congress"]
        issuers.close(db, unit, congress.id, clerk, NOW)
        assert [one.kind for one in issuers.open_of(db, unit)] == ["unit"]
        assert [one.closed_on for one in issuers.others_of(db, unit)] == [TODAY]
        with pytest.raises(Problem, match="office_state"):
            issuers.close(db, unit, congress.id, clerk, NOW)


def test_what_is_said_of_an_issuer_is_checked(database: Database) -> None:
    with database.writing() as db:
        office = staffed(db)
        unit, clerk = db.get_one(Unit, office.units["centre"]), office.person(db, "first")
        body = issuers.set_up(db, unit, IssuerDraft("body", "Ban Thường vụ", "BTV", office.body), clerk, NOW)
        for draft, faults in (
            (IssuerDraft("unit", "Khác", "", None), {"kind"}),
            (IssuerDraft("congress", "", "Đ" * 31, None), {"name", "notation"}),
            (IssuerDraft("congress", "Đ" * 201, "", None), {"name"}),
            (IssuerDraft("body", "Ban Thường vụ", "", None), {"name", "body_id"}),
            (IssuerDraft("congress", "Khác", "", 999), {"body_id"}),
        ):
            with pytest.raises(Invalid) as refused:
                issuers.set_up(db, unit, draft, clerk, NOW)
            assert set(refused.value.faults) == faults
        elsewhere = db.get_one(Unit, office.units["hue"])
        with pytest.raises(NotFound):
            issuers.close(db, elsewhere, body.id, clerk, NOW)
        with pytest.raises(Invalid, match="body_id"):
            issuers.set_up(db, elsewhere, IssuerDraft("body", "Ban", "", office.body), clerk, NOW)
