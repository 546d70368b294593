"""Accounts of a subtree: who may see and change them, invitations, roles."""

import re
from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from ecabinet.access import Role
from ecabinet.registry import operations
from ecabinet.registry.account_models import Invitation
from ecabinet.registry.models import Account, Member, Unit, UnitRole
from ecabinet.registry.rules import Sex
from tests.people import PASSWORD
from tests.web.conftest import Site

PASSPHRASE = "sen nở tháng năm"


def new_member(site: Site, name: str = "Lê Văn Mới", unit: str = "hue") -> int:
    with site.database.writing() as db:
        where = db.get_one(Unit, site.scene.office.units[unit])
        member = operations.add_member(db, where, name, Sex.MALE, date(2000, 1, 1), f"DV-{name}-{unit}")
        db.flush()
        return member.id


def make_administrator_of_hue(site: Site) -> None:
    with site.database.writing() as db:
        account = db.scalars(select(Account).where(Account.login == "second")).one()
        operations.grant(db, account, Role.ADMINISTRATOR, db.get_one(Unit, site.scene.office.units["hue"]))


def invited(site: Site, member: int, who: str = "administrator") -> str:
    """The path of a fresh invitation."""
    answer = site.as_(who).post(f"/accounts/{member}/invitation")
    assert answer.status_code == 200, answer.text
    found = re.search(r'value="http[^"]*(/invitation/[\w-]+)"', answer.text)
    assert found is not None
    assert "data:image/svg+xml" in answer.text
    return found[1]


def accept(site: Site, path: str, **fields: str):  # type: ignore[no-untyped-def]
    form = {"login": "le.moi", "password": PASSPHRASE, "again": PASSPHRASE}
    return site.anybody().post(path, form | fields)


# ---------------------------------------------------------------- invitations


def test_an_invitation_makes_an_account_that_signs_in(site: Site) -> None:
    path = invited(site, new_member(site))
    assert "Lê Văn Mới" in site.anybody().get(path).text
    browser = site.anybody()
    form = {"login": "Le.Moi", "password": PASSPHRASE, "again": PASSPHRASE}
    assert browser.post(path, form).location == "/"
    assert browser.get("/me").status_code == 200
    assert site.anybody().post("/login", {"login": "le.moi", "password": PASSPHRASE}).status_code == 303


def test_it_is_used_once_and_only_the_newest_counts(site: Site) -> None:
    member = new_member(site)
    first, second = invited(site, member), invited(site, member)
    assert accept(site, first).status_code == 409
    assert accept(site, second).status_code == 303
    assert site.anybody().get(second).status_code == 409
    assert accept(site, second).status_code == 409


def test_it_ends_after_a_week(site: Site) -> None:
    path = invited(site, new_member(site))
    with site.database.writing() as db:
        db.execute(update(Invitation).values(expires_at=datetime.now(UTC)))
    assert site.anybody().get(path).status_code == 409
    assert accept(site, path).status_code == 409


@pytest.mark.parametrize("token", ["x", "0" * 5000, "%00", "../login"])
def test_an_unknown_one_opens_nothing(site: Site, token: str) -> None:
    assert site.anybody().get(f"/invitation/{token}").status_code in (303, 404, 409)


def test_only_its_hash_is_kept(site: Site) -> None:
    path = invited(site, new_member(site))
    with site.database.reading() as db:
        kept = db.scalars(select(Invitation.token_hash)).one()
    assert kept not in path
    assert kept == operations.token_hash(path.removeprefix("/invitation/"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"login": "first"}, "đã có người dùng"),
        ({"login": "Lê Mới"}, "3–60 ký tự"),
        ({"login": ""}, "3–60 ký tự"),
        ({"password": "ngắn", "again": "ngắn"}, "ít nhất 10 ký tự"),
        ({"again": "khác"}, "không giống nhau"),
        ({"login": "le.moi.hue.2026", "password": "le.moi.hue.2026", "again": "le.moi.hue.2026"}, "không được trùng"),
    ],
)
def test_what_is_wrong_is_said_and_the_link_still_works(site: Site, fields: dict[str, str], said: str) -> None:
    path = invited(site, new_member(site))
    answer = accept(site, path, **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert accept(site, path).status_code == 303


def test_for_an_account_that_is_there_it_sets_a_new_password_and_ends_its_sessions(site: Site) -> None:
    path = invited(site, site.scene.office.members["first"])
    assert accept(site, path, login="somebody").status_code == 303
    assert site.as_("first").get("/").status_code == 303
    assert site.anybody().post("/login", {"login": "first", "password": PASSPHRASE}).status_code == 303
    assert site.anybody().post("/login", {"login": "first", "password": PASSWORD}).status_code == 422
    assert site.anybody().post("/login", {"login": "somebody", "password": PASSPHRASE}).status_code == 422


# ---------------------------------------------------------------- who may

CHANGES = ("invitation", "close", "reopen", "one-step", "roles", "roles/1/revoke")


@pytest.mark.parametrize("change", CHANGES)
def test_only_who_administers_the_members_unit(site: Site, change: str) -> None:
    make_administrator_of_hue(site)
    target = site.scene.office.members["first"]  # of the centre
    form = {"role": "clerk", "unit": "46"}
    for name in ("first", "secretary", "stranger", "second"):
        assert site.as_(name).post(f"/accounts/{target}/{change}", form).status_code == 404, name
        assert site.as_(name).post(f"/accounts/999999/{change}", form).status_code == 404, name


def test_the_list_holds_the_own_subtree_and_nothing_else(site: Site) -> None:
    make_administrator_of_hue(site)
    page = site.as_("second").get("/accounts").text
    assert "Nguyễn Thị Third" in page
    assert "Nguyễn Thị First" not in page
    assert "Nguyễn Thị First" in site.as_("administrator").get("/accounts").text
    assert site.as_("first").get("/accounts").status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("le van", True),
        ("Mới", True),
        ("first", False),
        ("%", False),
        ("x" * 5000, False),
        ("\x00", False),
        ("le\x00 van", True),
    ],
)
def test_a_search_finds_members_without_an_account_too(site: Site, query: str, found: bool) -> None:
    new_member(site)
    answer = site.as_("administrator").get(f"/accounts?q={quote(query)}")
    assert answer.status_code == 200
    assert ("Lê Văn Mới" in answer.text) == found
    assert "Lê Văn Mới" not in site.as_("administrator").get("/accounts").text


def test_a_long_list_goes_on_by_key(site: Site) -> None:
    with site.database.writing() as db:
        hue = db.get_one(Unit, site.scene.office.units["hue"])
        for n in range(70):
            operations.add_member(db, hue, f"Trần {n:03}", Sex.MALE, date(2000, 1, 1), f"T{n}")
    asker = site.as_("administrator")
    first = asker.get("/accounts?q=tran").text
    names = re.findall(r"<b>(Trần \d+)</b>", first)
    following = re.search(r'href="(/accounts\?[^"]*after=[^"]*)"', first)
    assert following is not None
    names += re.findall(r"<b>(Trần \d+)</b>", asker.get(following[1].replace("&amp;", "&")).text)
    assert names == [f"Trần {n:03}" for n in range(70)]
    for broken in (",", "x,y", "x,99999999999", "x", "é,１", "%00,1"):
        assert asker.get(f"/accounts?after={broken}").status_code == 200


# ---------------------------------------------------------------- closing


def test_a_closed_account_is_out_at_once_and_back_when_reopened(site: Site) -> None:
    target, administrator = site.scene.office.members["first"], site.as_("administrator")
    assert administrator.post(f"/accounts/{target}/close").status_code == 303
    assert site.as_("first").get("/").status_code == 303
    assert site.anybody().post("/login", {"login": "first", "password": PASSWORD}).status_code == 422
    assert administrator.post(f"/accounts/{target}/invitation").status_code == 409
    assert administrator.post(f"/accounts/{target}/close").status_code == 303, "again"
    assert administrator.post(f"/accounts/{target}/reopen").status_code == 303
    assert site.anybody().post("/login", {"login": "first", "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize("change", ["close", "one-step", "invitation"])
def test_nobody_does_it_to_themselves(site: Site, change: str) -> None:
    own = site.scene.office.members["administrator"]
    assert site.as_("administrator").post(f"/accounts/{own}/{change}").status_code == 409
    assert site.as_("administrator").get("/accounts").status_code == 200


# ---------------------------------------------------------------- roles


def roles(site: Site, login: str) -> list[str]:
    with site.database.reading() as db:
        return list(db.scalars(select(UnitRole.role).join(Account).where(Account.login == login).order_by(UnitRole.id)))


def test_a_role_is_given_once_and_taken_away(site: Site) -> None:
    path = f"/accounts/{site.scene.office.members['first']}"
    for _ in range(2):
        answer = site.as_("administrator").post(f"{path}/roles", {"role": "clerk", "unit": "46"})
        assert answer.status_code == 303
    assert roles(site, "first") == ["clerk"]
    page = site.as_("administrator").get(path).text
    assert "Thành đoàn Huế và các đơn vị trực thuộc" in page
    revoke = re.search(rf'action="({path}/roles/\d+/revoke)"', page)
    assert revoke is not None
    assert site.as_("administrator").post(revoke[1]).status_code == 303
    assert site.as_("administrator").post(revoke[1]).status_code == 404, "again"
    assert roles(site, "first") == []


@pytest.mark.parametrize("unit", ["TW", "01", "", "nowhere", "46 "])
def test_no_role_outside_the_own_subtree_nor_above(site: Site, unit: str) -> None:
    make_administrator_of_hue(site)
    path = f"/accounts/{site.scene.office.members['third']}/roles"
    answer = site.as_("second").post(path, {"role": "administrator", "unit": unit})
    assert answer.status_code == (303 if unit.strip() == "46" else 422)
    assert roles(site, "third") == (["administrator"] if unit.strip() == "46" else [])


@pytest.mark.parametrize("role", ["", "king", "Administrator"])
def test_an_unknown_role_is_refused(site: Site, role: str) -> None:
    path = f"/accounts/{site.scene.office.members['first']}/roles"
    assert site.as_("administrator").post(path, {"role": role, "unit": "46"}).status_code == 400


def test_the_last_way_back_is_not_thrown_away_by_oneself(site: Site) -> None:
    own = site.scene.office.members["administrator"]
    with site.database.reading() as db:
        role = db.scalars(select(UnitRole.id).join(Account).where(Account.login == "administrator")).one()
    assert site.as_("administrator").post(f"/accounts/{own}/roles/{role}/revoke").status_code == 409


def test_a_role_of_somebody_else_is_not_taken_through_another_account(site: Site) -> None:
    with site.database.reading() as db:
        role = db.scalars(select(UnitRole.id).join(Account).where(Account.login == "leader")).one()
        other = db.scalars(select(Member.id).where(Member.id == site.scene.office.members["first"])).one()
    assert site.as_("administrator").post(f"/accounts/{other}/roles/{role}/revoke").status_code == 404
    assert roles(site, "leader") == ["leader"]
