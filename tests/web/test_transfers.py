"""Transfers that wait, on one page: whose consent is missing, since when, and answered there; limits that are said."""

import io

import pytest
from sqlalchemy import select

from ecabinet.access import Role
from ecabinet.registry import operations
from ecabinet.registry.history_models import MemberEvent, Transfer
from ecabinet.registry.import_models import ImportRun
from ecabinet.registry.models import Account, Unit
from tests.web.conftest import Asker, Site

PAGE = "/transfers"


def officer(site: Site, name: str, unit: str) -> Asker:
    """Somebody keeps the registry of a unit."""
    with site.database.writing() as db:
        account = db.scalars(select(Account).where(Account.member_id == site.scene.member(name))).one()
        operations.grant(db, account, Role.REGISTRY_OFFICER, db.get_one(Unit, site.scene.office.units[unit]))
    return site.as_(name)


def ask(site: Site, name: str = "second", to_unit: str = "01") -> int:
    answer = site.as_("administrator").post(
        f"/members/{site.scene.member(name)}/transfer", {"to_unit": to_unit, "kind": "permanent", "reason": "Đi làm"}
    )
    assert answer.status_code == 303
    with site.database.reading() as db:
        return db.scalars(select(Transfer.id).order_by(Transfer.id.desc())).first() or 0


def test_each_end_sees_it_its_way_and_whose_turn_it_is(site: Site) -> None:
    hue, hanoi = officer(site, "third", "hue"), officer(site, "stranger", "hanoi")
    transfer = ask(site)
    sending, receiving = hue.get(PAGE).text, hanoi.get(PAGE).text
    assert 'id="outgoing"' in sending
    assert 'id="incoming"' in receiving
    for shown in (sending, receiving):
        assert "Nguyễn Thị Second" in shown
    answer = f'action="/transfers/{transfer}/agree"'
    assert answer in sending
    assert answer not in receiving
    agreed = hue.post(f"/transfers/{transfer}/agree", {"back": "transfers"})
    assert (agreed.status_code, agreed.location) == (303, PAGE)
    assert answer not in hue.get(PAGE).text
    assert answer in hanoi.get(PAGE).text
    assert "Chuyển sinh hoạt đang chờ: 1" in hue.get("/members").text
    assert hanoi.post(f"/transfers/{transfer}/agree", {"back": "transfers"}).status_code == 303
    assert "Không có đề nghị nào đang chờ" in hanoi.get(PAGE).text


def test_others_have_no_such_page(site: Site) -> None:
    ask(site)
    assert site.as_("first").get(PAGE).status_code == 404
    elsewhere = officer(site, "stranger", "hanoi")
    with site.database.writing() as db:
        db.scalars(select(Transfer)).one().to_unit_id = site.scene.office.units["centre"]
    assert "Nguyễn Thị Second" not in elsewhere.get(PAGE).text


def test_an_overdue_one_says_so(site: Site) -> None:
    ask(site)
    with site.database.writing() as db:
        transfer = db.scalars(select(Transfer)).one()
        transfer.due_on = transfer.asked_on.replace(year=transfer.asked_on.year - 1)
    assert "quá hạn" in site.as_("administrator").get(PAGE).text


@pytest.mark.parametrize(
    ("operation", "form"),
    [
        ("award", {"title": "Bằng khen", "decision": "Q" * 201}),
        ("award", {"title": "B" * 201}),
        ("remove", {"reason": "L" * 301}),
        ("card", {"card_number": "T" * 21}),
    ],
    ids=["decision", "title", "reason", "card"],
)
def test_what_is_too_long_is_refused_and_never_cut(site: Site, operation: str, form: dict[str, object]) -> None:
    officer = site.as_("administrator")
    path = f"/members/{site.scene.member('second')}"
    answer = officer.post(f"{path}/operations/{operation}", form)
    assert answer.status_code == 409
    assert "Nội dung quá dài" in answer.text
    with site.database.reading() as db:
        assert db.scalars(select(MemberEvent).where(MemberEvent.member_id == site.scene.member("second"))).all() == []
    assert "Tối đa 200 ký tự." in officer.get(path).text


@pytest.mark.parametrize(
    ("typed", "status"), [("46", 303), ("thanh doan hue", 303), ("thành đoàn", 422), ("không có", 422), ("", 422)],
    ids=["code", "name", "several", "none", "nothing"],
)  # fmt: skip
def test_the_unit_of_a_role_is_picked_by_code_or_name(site: Site, typed: str, status: int) -> None:
    form = {"role": "clerk", "unit": typed}
    answer = site.as_("administrator").post(f"/accounts/{site.scene.member('second')}/roles", form)
    assert answer.status_code == status
    if typed == "thành đoàn":
        assert "Có nhiều đơn vị tên như vậy" in answer.text


@pytest.mark.parametrize("where", ["/imports", "/accounts/{second}"])
def test_units_are_offered_while_typing(site: Site, where: str) -> None:
    officer = site.as_("administrator")
    page = officer.get(where.format(second=site.scene.member("second"))).text
    name = "in_unit" if where == "/imports" else "unit"
    assert f'list="field-{name}-units"' in page
    assert "Thành đoàn Huế" in officer.get(f"/units/options?{name}=hue").text


def test_a_file_is_brought_for_a_unit_by_its_name(site: Site) -> None:
    rows = "Họ và tên,Ngày sinh,Số thẻ\nĐỗ Thị Lan,26/03/2001,T1\n"
    officer = site.as_("administrator")
    for typed, status in (("không có", 409), ("hue", 303)):
        form = {"in_unit": typed, "file": (io.BytesIO(rows.encode()), "a.csv")}
        assert officer.post("/imports", form).status_code == status
    with site.database.reading() as db:
        assert db.scalars(select(ImportRun.unit_id)).all() == [site.scene.office.units["hue"]]
