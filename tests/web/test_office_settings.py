"""What a unit decides about its office: who gives numbers there."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from ecabinet.office.models import Issuer
from tests.office_people import grant_roles
from tests.web.conftest import Site

NAME = "Đại hội Đoàn lần thứ XIII"


@pytest.fixture
def office(make_site: Callable[..., Site]) -> Site:
    site = make_site()
    with site.database.writing() as db:
        grant_roles(db, site.scene.office)
    return site


def issuer(site: Site) -> Issuer | None:
    with site.database.reading() as db:
        return db.scalar(select(Issuer).where(Issuer.kind == "congress"))


def test_a_congress_is_set_up_numbers_and_is_closed(office: Site) -> None:
    clerk, form = office.as_("first"), {"kind": "congress", "name": NAME, "notation": "ĐH"}
    assert clerk.post("/office/settings/issuers", form).status_code == 303
    again = clerk.post("/office/settings/issuers", form)
    assert (again.status_code, "đã có nơi cấp số tên này" in again.text) == (422, True)
    made = issuer(office)
    assert made is not None
    page = clerk.get("/office/numbers").text
    assert re.search(rf'<option value="{made.id}"[^>]*>{NAME}', page)
    last = {"type_code": "BC", "issuer": str(made.id), "last": "11", "reason": "Sổ giấy"}
    assert clerk.post("/office/numbers/last", last).status_code == 303
    assert NAME in clerk.get("/office/numbers").text
    assert clerk.post(f"/office/settings/issuers/{made.id}/close", {}).status_code == 303
    assert clerk.post(f"/office/settings/issuers/{made.id}/close", {}).status_code == 409
    assert f'<option value="{made.id}"' not in clerk.get("/office/numbers").text


def test_numbers_of_another_units_issuer_are_out_of_reach(office: Site) -> None:
    office.as_("first").post("/office/settings/issuers", {"kind": "congress", "name": NAME})
    made = issuer(office)
    assert made is not None
    hue = office.scene.office.units["hue"]
    clerk_there = office.as_("second")
    form = {"type_code": "BC", "issuer": str(made.id), "last": "11", "reason": "Sổ giấy"}
    assert clerk_there.post(f"/office/numbers/last?unit={hue}", form).status_code in {404, 422}
    assert clerk_there.post(f"/office/settings/issuers/{made.id}/close?unit={hue}", {}).status_code == 404
    assert office.as_("leader").post("/office/settings/issuers", {"kind": "congress", "name": "B"}).status_code == 403
    assert issuer(office) is not None


@pytest.mark.parametrize("form", [{}, {"kind": "unit", "name": "A"}, {"kind": "body", "name": "A", "body_id": "x"}])
def test_what_makes_no_sense_is_named(office: Site, form: dict[str, str]) -> None:
    assert office.as_("first").post("/office/settings/issuers", form).status_code == 422
    assert issuer(office) is None
