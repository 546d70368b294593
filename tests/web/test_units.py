"""Pages of units: who sees which, what the tree opens, each operation by its form, what is said when it is refused."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from ecabinet.access import Role
from ecabinet.audit import AuditEntry
from ecabinet.registry import operations
from ecabinet.registry.member_counts import recount
from ecabinet.registry.models import Account, Member, Unit
from ecabinet.registry.rules import UnitKind
from tests.web.conftest import Asker, Site

DECIDED = {"on_day": "2026-11-01", "paper": "12-QĐ/TWĐTN"}


class Office:
    """The site with three communes below Huế and two officers: one keeps all, one keeps Huế."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.ids = dict(site.scene.office.units)
        with site.database.writing() as db:
            hue = db.get_one(Unit, self.ids["hue"])
            named = [("19001", "Đoàn phường An Cựu"), ("19002", "Đoàn phường Thuận Hóa"), ("19003", "Đoàn xã Phú Lộc")]
            communes = operations.add_units(db, hue, named, UnitKind.COMMUNE)
            self.ids |= dict(zip(("an_cuu", "thuan_hoa", "phu_loc"), (unit.id for unit in communes), strict=True))
            account = db.scalars(select(Account).where(Account.login == "second")).one()
            operations.grant(db, account, Role.REGISTRY_OFFICER, hue)
            recount(db)

    @property
    def all(self) -> Asker:
        return self.site.as_("administrator")

    @property
    def of_hue(self) -> Asker:
        return self.site.as_("second")

    def url(self, name: str, operation: str = "") -> str:
        return f"/units/{self.ids[name]}{'/' + operation if operation else ''}"

    def unit(self, name: str) -> Unit:
        with self.site.database.reading() as db:
            return db.get_one(Unit, self.ids[name])

    def actions(self) -> list[str]:
        with self.site.database.reading() as db:
            of_units = AuditEntry.action.startswith("unit_")
            return list(db.scalars(select(AuditEntry.action).where(of_units).order_by(AuditEntry.id)))


@pytest.fixture
def office(site: Site) -> Office:
    return Office(site)


def test_the_tree_opens_where_asked(office: Office) -> None:
    page = office.all.get("/units").text
    assert "Thành đoàn Huế" in page
    assert "An Cựu" not in page
    opened = office.all.get(f"/units?open={office.ids['hue']}").text
    assert "Đoàn phường An Cựu" in opened
    closed = office.all.get("/units?open=").text
    assert "Trung ương Đoàn" in closed
    assert "Thành đoàn Huế" not in closed
    for odd in ("x", "-1", "9" * 30, "99999"):
        assert office.all.get(f"/units?open={odd}").status_code == 200


def test_an_entry_opens_as_a_fragment(office: Office) -> None:
    opened = office.all.get(office.url("hue", "node") + "?open=1").text
    assert opened.lstrip().startswith("<li")
    assert 'aria-expanded="true"' in opened
    assert "Đoàn xã Phú Lộc" in opened
    assert "Phú Lộc" not in office.all.get(office.url("hue", "node")).text


def test_a_long_list_goes_on_where_it_ended(office: Office) -> None:
    with office.site.database.writing() as db:
        unit = db.get_one(Unit, office.ids["an_cuu"])
        operations.add_units(db, unit, [(f"C{n:03}", f"Chi đoàn {n:03}") for n in range(130)], UnitKind.BRANCH)
    first = office.all.get(office.url("an_cuu", "node") + "?open=1").text
    assert ("Chi đoàn 099" in first, "Chi đoàn 100" in first) == (True, False)
    assert f"{office.url('an_cuu', 'below')}?after=C099" in first
    second = office.all.get(office.url("an_cuu", "below") + "?after=C099").text
    assert ("Chi đoàn 100" in second, "Chi đoàn 129" in second, "Xem thêm" in second) == (True, True, False)
    assert "Chi đoàn 129" in office.all.get(office.url("an_cuu") + "?after=C099").text


def test_each_sees_the_own_chain_and_what_they_keep(office: Office) -> None:
    mine = office.site.as_("third").get(f"/units?open={office.ids['hue']}").text
    assert "Thành đoàn Huế" in mine
    assert "Hà Nội" not in mine
    assert "An Cựu" not in mine  # below, and not kept by this person
    kept = office.of_hue.get(f"/units?open={office.ids['hue']}").text
    assert "An Cựu" in kept
    assert "Hà Nội" not in kept
    # lists, search, suggestions and addresses say the same
    assert "Hà Nội" not in office.of_hue.get("/units?q=ha+noi").text
    assert "<option" not in office.of_hue.get("/units/options?target=ha+noi").text
    assert office.of_hue.get(office.url("hanoi")).status_code == 404
    assert office.site.as_("third").get(office.url("an_cuu")).status_code == 404
    assert office.site.as_("stranger").get(office.url("hue")).status_code == 404


def test_a_subtree_kept_apart_from_ones_own_is_a_second_root(office: Office) -> None:
    with office.site.database.writing() as db:
        account = db.scalars(select(Account).where(Account.login == "stranger")).one()
        operations.grant(db, account, Role.REGISTRY_OFFICER, db.get_one(Unit, office.ids["an_cuu"]))
    page = office.site.as_("stranger").get("/units").text
    assert "Đoàn phường An Cựu" in page
    assert "Huế" not in page
    assert "Thành đoàn Huế" in office.site.as_("stranger").get(office.url("an_cuu")).text  # the path above, no link
    assert office.url("hue") + '"' not in office.site.as_("stranger").get(office.url("an_cuu")).text


def test_search_needs_no_marks(office: Office) -> None:
    page = office.all.get("/units?q=thuan+hoa").text
    assert "Đoàn phường Thuận Hóa" in page
    assert "Phú Lộc" not in page
    assert "Đoàn xã Phú Lộc" in office.all.get("/units?q=19003").text
    assert "Không tìm thấy" in office.all.get("/units?q=100%25").text


def test_only_those_who_keep_a_registry_are_shown_the_way(office: Office) -> None:
    assert 'href="/units"' in office.all.get("/").text
    assert 'href="/units"' not in office.site.as_("third").get("/").text


def test_the_history_of_a_unit_is_for_those_who_keep_it(office: Office) -> None:
    office.all.post(office.url("an_cuu", "rename"), DECIDED | {"name": "Đoàn phường Vỹ Dạ"})
    then = office.all.get(office.url("an_cuu") + "?day=2026-10-31").text
    assert "Đoàn phường An Cựu" in then
    assert "12-QĐ/TWĐTN" in then
    assert "chưa có hoặc không còn" in office.all.get(office.url("an_cuu") + "?day=1900-01-01").text
    assert office.all.get(office.url("an_cuu") + "?day=2026-99-99").status_code == 200
    assert "Quá trình" not in office.site.as_("third").get(office.url("hue")).text


def test_found(office: Office) -> None:
    form = DECIDED | {"name": "Chi đoàn Mới", "code": "19009", "kind": "branch", "exchange_code": "000.00.01.H57"}
    answer = office.of_hue.post(office.url("an_cuu", "found"), form)
    assert answer.status_code == 303
    page = office.of_hue.get(answer.location).text
    for said in ("Chi đoàn Mới", "000.00.01.H57", "Đoàn phường An Cựu", "01/11/2026"):
        assert said in page
    assert office.actions() == ["unit_founded"]


def test_rename(office: Office) -> None:
    url = office.url("hue", "rename")
    assert office.of_hue.post(url, DECIDED | {"name": "Tỉnh đoàn Huế"}).status_code == 303
    assert office.unit("hue").name == "Tỉnh đoàn Huế"
    # sent twice: nothing is done twice
    assert office.of_hue.post(url, DECIDED | {"name": "Tỉnh đoàn Huế"}).status_code == 422
    assert office.actions() == ["unit_renamed"]


def test_move_by_name_or_code(office: Office) -> None:
    url = office.url("an_cuu", "move")
    assert office.of_hue.post(url, DECIDED | {"target": "phu loc"}).status_code == 303
    assert office.unit("an_cuu").parent_id == office.ids["phu_loc"]
    assert office.of_hue.post(url, DECIDED | {"target": "19002"}).status_code == 303
    assert office.unit("an_cuu").parent_id == office.ids["thuan_hoa"]


def test_merge_shows_the_survivor(office: Office) -> None:
    answer = office.of_hue.post(office.url("an_cuu", "merge"), DECIDED | {"target": "19002"})
    assert answer.location == office.url("thuan_hoa")
    assert office.unit("an_cuu").dissolved_on is not None
    gone = office.of_hue.get(office.url("an_cuu")).text
    assert "Đơn vị đã giải thể ngày 01/11/2026" in gone
    assert "Thay đổi" not in gone


def test_split_takes_sub_units_and_members(office: Office) -> None:
    member_id = office.site.scene.office.members["third"]
    with office.site.database.reading() as db:
        card = db.get_one(Member, member_id).card_number
    form = DECIDED | {"name": "Thành đoàn Mới", "code": "47", "kind": "province", "cards": f" {card}\n{card}"}
    answer = office.all.post(office.url("hue", "split"), form | {"sub_unit": str(office.ids["phu_loc"])})
    assert answer.status_code == 303
    new_id = int(answer.location.rsplit("/", 1)[1])
    assert office.unit("phu_loc").parent_id == new_id
    with office.site.database.writing() as db:
        assert db.get_one(Member, member_id).unit_id == new_id
        assert recount(db) == 0


def test_dissolve(office: Office) -> None:
    assert office.of_hue.post(office.url("phu_loc", "dissolve"), DECIDED).status_code == 303
    assert office.unit("phu_loc").dissolved_on is not None
    answer = office.of_hue.post(office.url("phu_loc", "dissolve"), DECIDED)
    assert answer.status_code == 422
    assert "đã giải thể" in answer.text


@pytest.mark.parametrize("operation", ["found", "rename", "move", "merge", "split", "dissolve"])
def test_each_form_is_for_those_who_keep_the_registry(office: Office, operation: str) -> None:
    url = office.url("an_cuu", operation)
    assert office.of_hue.get(url).status_code == 200
    assert office.site.as_("third").get(url).status_code == office.site.as_("third").post(url).status_code == 404
    assert office.site.as_("stranger").post(url).status_code == 404
    hue = office.url("hue", operation)
    assert office.site.as_("third").get(hue).status_code == office.site.as_("third").post(hue).status_code == 403
    # a unit's own place is decided above it
    decided_above = operation not in {"found", "rename"}
    assert office.of_hue.get(hue).status_code == (403 if decided_above else 200)
    assert office.of_hue.post(hue, DECIDED).status_code == (403 if decided_above else 422)
    assert office.actions() == []


def test_an_operation_that_does_not_exist(office: Office) -> None:
    assert office.all.get(office.url("hue", "explode")).status_code == 404
    assert office.all.post(office.url("hue", "explode")).status_code == 404


Form = Callable[[Office], dict[str, str]]
FAULTS: dict[str, tuple[str, Form, str]] = {
    "a circle": ("move", lambda o: {"target": "19001"}, "không thể trực thuộc chính nó"),
    "a receiver not kept": ("move", lambda o: {"target": "01"}, "trong phạm vi đồng chí quản lý"),
    "several so named": ("merge", lambda o: {"target": "phuong"}, "19001 (Đoàn phường An Cựu), 19002"),
    "nobody named": ("merge", lambda o: {}, "Mục này chưa được nhập"),
    "no day": ("rename", lambda o: {"name": "X", "on_day": "hôm qua"}, "Ngày chưa đúng"),
    "a day to come": ("rename", lambda o: {"name": "X", "on_day": "2999-01-01"}, "Ngày này chưa đến"),
    "no paper": ("rename", lambda o: {"name": "X", "paper": ""}, "Mục này chưa được nhập"),
    "no kind": ("found", lambda o: {"name": "X", "code": "Y", "kind": "choir"}, "chưa chọn loại"),
    "a code in use": ("found", lambda o: {"name": "X", "code": "19002", "kind": "branch"}, "Mã 19002 đã được dùng"),
    "a name too long": ("found", lambda o: {"name": "x" * 201, "code": "Y", "kind": "branch"}, "tối đa 200 ký tự"),
    "cards of nobody": (
        "split", lambda o: {"name": "X", "code": "Y", "kind": "base", "cards": "<b>1</b>"}, "&lt;b&gt;1&lt;/b&gt;",
    ),
    "nothing to split": ("split", lambda o: {"name": "X", "code": "Y", "kind": "base"}, "chưa chọn đơn vị trực thuộc"),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
def test_the_form_says_what_is_wrong_and_keeps_what_was_entered(office: Office, what: str) -> None:
    operation, form, said = FAULTS[what]
    entered = DECIDED | form(office)
    answer = office.of_hue.post(office.url("an_cuu", operation), entered)
    assert answer.status_code == 422
    assert said in answer.text
    for name in ("paper", "on_day"):
        assert f'value="{entered[name]}"' in answer.text
    assert office.actions() == []


def test_all_that_is_wrong_with_a_form_is_told_at_once(office: Office) -> None:
    answer = office.of_hue.post(office.url("an_cuu", "found"), {"name": "", "on_day": ""})
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 5
