"""The pages of issuing, by clerk, leader, recipient and an organisation outside, without a script."""

import io
from collections.abc import Callable

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from ecabinet.clock import now, today
from ecabinet.issuing import sending
from ecabinet.issuing.models import Delivery, Dispatch
from ecabinet.office import setting
from ecabinet.registry.models import Unit
from tests.issuing_people import form_paper
from tests.office_people import grant_roles
from tests.web.conftest import Site

PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def office(make_site: Callable[..., Site]) -> Site:
    site = make_site()
    with site.database.writing() as db:
        grant_roles(db, site.scene.office)
        centre = db.get_one(Unit, site.scene.office.units["centre"])
        leader = site.scene.office.person(db, "leader")
        setting.choose(db, centre, setting.Chosen("state", "TWĐTN", None, {}), leader, now())
    return site


def paper_form(content: bytes = PDF, **changes: str) -> dict[str, object]:
    form: dict[str, object] = {
        "type_code": "QĐ", "subject": "Về việc khen thưởng", "signer_name": "Nguyễn Văn Bí",
        "signer_position": "Bí thư", "file": (io.BytesIO(content), "quyet-dinh.pdf"),
    }  # fmt: skip
    return form | changes


def signed(site: Site, content: bytes = PDF, **changes: str) -> str:
    """A paper signed by hand, put in by the clerk; the address of its document."""
    answer = site.as_("first").post("/office/outgoing/new", paper_form(content, **changes))
    assert answer.status_code == 303
    return str(answer.location)


def numbered(site: Site, content: bytes = PDF) -> str:
    place = signed(site, content)
    assert site.as_("first").post(f"{place}/number", {"dated_on": today().isoformat()}).status_code == 303
    return place


def issued(site: Site, *whom: str, content: bytes = PDF) -> str:
    """Issued to these, and brought there."""
    place, clerk = numbered(site, content), site.as_("first")
    values = list(whom) or [f"u{site.scene.office.units['hue']}"]
    assert clerk.post(f"{place}/recipients/add", {"whom": values, "purpose": "carry_out"}).status_code == 303
    assert clerk.post(f"{place}/issue").status_code == 303
    deliver(site)
    return place


def deliver(site: Site) -> None:
    while sending.deliver_piece(site.database, now()):
        pass


def delivery_of(site: Site, place: str, kind: str = "unit") -> Delivery:
    with site.database.reading() as db:
        wanted = select(Delivery).where(Delivery.office_document_id == int(place.rsplit("/", 1)[1]))
        return db.scalars(wanted.where(Delivery.kind == kind)).one()


def test_from_the_scan_to_the_register_of_the_recipient(office: Site) -> None:
    clerk, hue = office.as_("first"), office.as_("second")
    place = signed(office)
    assert "01/QĐ-TWĐTN" in clerk.get(place).text  # what the next number would be
    assert clerk.post(f"{place}/number", {"dated_on": today().isoformat()}).status_code == 303
    assert "Chờ phát hành" in clerk.get("/office/outgoing").text
    found = clerk.get(f"{place}/recipients?name=hue").text
    assert "Thành đoàn Huế" in found
    unit = f"u{office.scene.office.units['hue']}"
    assert clerk.post(f"{place}/recipients/add", {"whom": unit, "purpose": "carry_out"}).status_code == 303
    assert clerk.post(f"{place}/issue").status_code == 303
    assert "Đang chuyển: 0/1" in clerk.get(f"{place}/deliveries").text
    deliver(office)
    assert "Đang chuyển" not in clerk.get(f"{place}/deliveries/progress").text
    inbox = hue.get("/office/inbox").text
    assert "Về việc khen thưởng" in inbox
    assert "Hộp đến (1)" in inbox
    mine = f"/office/inbox/{delivery_of(office, place).id}"
    assert hue.get(f"/office/inbox/of/{place.rsplit('/', 1)[1]}").location == mine
    assert hue.get(hue.get(f"{mine}/paper").location).status_code == 200
    entry = hue.post(f"{mine}/accept", {"arrived_on": today().isoformat()})
    assert entry.status_code == 303
    assert "Số đến 1" in hue.get(entry.location).text
    assert "Đã tiếp nhận" in clerk.get(f"{place}/deliveries?state=03").text
    assert "1/1 nơi đã tiếp nhận" in clerk.get(place).text


def test_signed_in_the_system_it_is_filled_and_sealed_on_the_page(office: Site) -> None:
    clerk, place = office.as_("first"), signed(office, form_paper())
    with office.database.writing() as db:
        db.get_one(Dispatch, int(place.rsplit("/", 1)[1])).on_paper = False
    assert clerk.post(f"{place}/number", {"dated_on": today().isoformat()}).status_code == 303
    assert "Ký số của cơ quan" in clerk.get(place).text
    assert clerk.post(f"{place}/issue").status_code == 422
    assert clerk.post(f"{place}/seal").status_code == 303
    assert "Đã ký số cơ quan" in clerk.get(place).text
    assert clerk.post(f"{place}/seal").status_code == 409


NUMBER_REFUSED = (
    ({"dated_on": "2999-01-01"}, "Ngày này chưa đến"),
    ({"dated_on": ""}, "Ngày chưa đúng"),
    ({"dated_on": "2001-01-01"}, "ghi rõ lý do"),
    ({"dated_on": "today", "reserved": "999999"}, "dãy số khác"),
)


def test_what_cannot_be_numbered_says_why(office: Site) -> None:
    place, clerk = signed(office), office.as_("first")
    for form, said in NUMBER_REFUSED:
        values = {name: today().isoformat() if value == "today" else value for name, value in form.items()}
        answer = clerk.post(f"{place}/number", values)
        assert (answer.status_code, said in answer.text) == (422, True), form
    old = {"dated_on": "2001-01-01", "reason": "tìm thấy khi kiểm kê"}
    assert clerk.post(f"{place}/number", old).status_code == 303
    assert clerk.post(f"{place}/number", old).status_code == 409


PAPER_REFUSED = (
    ({"subject": ""}, "chưa được nhập"),
    ({"signer_name": "x" * 51}, "tối đa 50"),
    ({"type_code": "XYZ"}, "Không có loại văn bản"),
    ({"secrecy": "secret"}, "văn thư được giao quản lý"),
    ({"page_amount": "-1"}, "từ 0 đến 999"),
    ({"urgency": "now"}, "không có trong danh sách"),
)


def test_what_is_no_paper_is_not_put_in(office: Site) -> None:
    clerk = office.as_("first")
    for changes, said in PAPER_REFUSED:
        answer = clerk.post("/office/outgoing/new", paper_form(**changes))
        assert (answer.status_code, said in answer.text) == (422, True), changes
    assert "không phải là PDF" in clerk.post("/office/outgoing/new", paper_form(b"no paper")).text
    form = paper_form()
    del form["file"]
    assert clerk.post("/office/outgoing/new", form).status_code == 422
    for who in ("leader", "third", "stranger"):
        assert office.as_(who).post("/office/outgoing/new", paper_form()).status_code in {403, 404}


def test_recipients_are_chosen_kept_and_taken_out(office: Site) -> None:
    place, clerk = numbered(office), office.as_("first")

    def change(action: str, **form: object) -> int:
        return clerk.post(f"{place}/recipients/{action}", dict(form)).status_code

    assert change("group", kinds="province", purpose="know") == 303
    assert change("outside", outside_name="Bộ Nội vụ", organ_code="000.00.00.G10", email="vt@bnv.example.vn") == 303
    assert change("save_list", list_name="Các tỉnh") == 303
    assert "Bộ Nội vụ" in clerk.get(f"{place}/recipients").text
    assert change("clear") == 303
    assert change("list", list="1") == 303
    page = clerk.get(f"{place}/recipients").text
    assert page.count('name="delivery"') == 3
    assert change("remove", delivery=["1", "4", "5"]) == 303
    for action, form in (
        ("add", {}), ("add", {"whom": "x1"}), ("add", {"whom": "u1", "purpose": "sing"}), ("group", {}),
        ("group", {"kinds": "planet"}), ("outside", {}), ("outside", {"outside_name": "A", "organ_code": "?"}),
        ("outside", {"outside_name": "A", "email": "nobody"}), ("save_list", {"list_name": ""}),
        ("list", {"list": "9"}), ("former", {"former": "1"}),
    ):  # fmt: skip
        assert change(action, **form) == 422, (action, form)
    assert change("dance") == 404
    assert change("drop_list", list="1") == 303
    for who in ("third", "stranger"):
        assert office.as_(who).get(f"{place}/recipients").status_code == 404


def test_the_recipients_that_the_paper_names_are_offered(office: Site) -> None:
    place, clerk = signed(office, to_places="- Thành đoàn Huế; - Đoàn nào đó; - Lưu: VT"), office.as_("first")
    assert "Nơi nhận ghi trên văn bản" in clerk.get(f"{place}/recipients").text
    assert clerk.post(f"{place}/recipients/as_written").status_code == 303
    page = clerk.get(f"{place}/recipients").text
    assert (page.count('name="delivery"'), "Đoàn nào đó" in page) == (1, False)


def test_nothing_goes_out_to_nobody_or_twice(office: Site) -> None:
    place, clerk = numbered(office), office.as_("first")
    answer = clerk.post(f"{place}/issue")
    assert answer.status_code == 422
    assert "chưa chọn nơi nhận" in answer.text
    unit = f"u{office.scene.office.units['hue']}"
    clerk.post(f"{place}/recipients/add", {"whom": unit})
    assert office.as_("leader").post(f"{place}/issue").status_code == 403
    assert clerk.post(f"{place}/issue").status_code == 303
    assert clerk.post(f"{place}/issue").status_code == 409
    assert clerk.get(f"{place}/recipients").status_code == 409


def test_a_paper_is_refused_and_the_issuer_sees_why(office: Site) -> None:
    place, hue = issued(office), office.as_("second")
    mine = f"/office/inbox/{delivery_of(office, place).id}"
    assert hue.post(f"{mine}/refuse", {"reason": ""}).status_code == 422
    assert hue.post(f"{mine}/refuse", {"reason": "gửi nhầm đơn vị"}).status_code == 303
    assert "gửi nhầm đơn vị" in office.as_("first").get(f"{place}/deliveries?state=02").text
    assert hue.post(f"{mine}/refuse", {"reason": "lần nữa"}).status_code == 409


def test_a_date_that_cannot_be_is_refused_in_the_inbox(office: Site) -> None:
    mine, hue = f"/office/inbox/{delivery_of(office, issued(office)).id}", office.as_("second")
    for form in ({"arrived_on": "2999-01-01"}, {"arrived_on": ""}, {"arrived_on": today().isoformat(), "due_on": "x"},
                 {"arrived_on": today().isoformat(), "due_on": "2001-01-01"}):  # fmt: skip
        assert hue.post(f"{mine}/accept", form).status_code == 422, form


def test_a_duplicate_is_warned_of_in_the_inbox(office: Site) -> None:
    hue = office.as_("second")
    mine = [f"/office/inbox/{delivery_of(office, issued(office)).id}" for _ in range(2)]  # the same file twice
    assert hue.post(f"{mine[0]}/accept", {"arrived_on": today().isoformat()}).status_code == 303
    warned = hue.post(f"{mine[1]}/accept", {"arrived_on": today().isoformat()})
    assert warned.status_code == 409
    assert "Số đến 1 ngày" in warned.text
    assert hue.post(f"{mine[1]}/accept", {"arrived_on": today().isoformat(), "anyway": "1"}).status_code == 303


def test_strangers_see_nothing_of_it(office: Site) -> None:
    place = issued(office, f"u{office.scene.office.units['hue']}", f"m{office.scene.office.members['third']}")
    unit, member = (f"/office/inbox/{delivery_of(office, place, kind).id}" for kind in ("unit", "member"))
    for who, path in (("third", unit), ("stranger", unit), ("second", member), ("spare", member), ("chair", unit)):
        for page in (path, f"{path}/paper"):
            assert office.as_(who).get(page).status_code == 404, (who, page)
    assert office.as_("third").get(member).status_code == 200
    for who in ("stranger", "third"):
        assert office.as_(who).get(f"{place}/deliveries").status_code == 404
    assert office.as_("third").get("/office/inbox").text.count("Về việc khen thưởng") == 1


def test_a_recall_and_its_two_answers(office: Site) -> None:
    clerk, hue = office.as_("first"), office.as_("second")
    place = issued(office)
    entry = hue.post(
        f"/office/inbox/{delivery_of(office, place).id}/accept", {"arrived_on": today().isoformat()}
    ).location
    assert hue.get(f"{entry}/answer-recall").status_code == 404
    assert clerk.get(f"{place}/recall").status_code == 200
    assert clerk.post(f"{place}/recall", {"reason": ""}).status_code == 422
    assert clerk.post(f"{place}/recall", {"reason": "sai căn cứ"}).status_code == 303
    assert "Trả lời thu hồi" in hue.get(entry).text
    assert hue.post(f"{entry}/answer-recall/refuse", {"reason": "không muốn"}).status_code == 422
    assert hue.post(f"{entry}/answer-recall/agree", {"reason": "đã trả"}).status_code == 303
    assert hue.post(f"{entry}/answer-recall/agree").status_code == 409
    assert "Đã thu hồi" in clerk.get(f"{place}/deliveries").text
    assert clerk.post(f"{place}/recall", {"reason": "lần nữa"}).status_code == 409
    for who in ("third", "stranger"):
        assert office.as_(who).post(f"{place}/recall", {"reason": "thử"}).status_code == 404


def test_a_number_is_void_with_its_reason(office: Site) -> None:
    clerk, place = office.as_("first"), numbered(office)
    assert clerk.post(f"{place}/void", {"reason": ""}).status_code == 422
    assert clerk.post(f"{place}/void", {"reason": "ký sai thẩm quyền"}).status_code == 303
    assert "ký sai thẩm quyền" in clerk.get(place).text


def test_a_copy_is_made_on_the_page(office: Site) -> None:
    clerk, place = office.as_("first"), issued(office, content=form_paper())
    form = {"kind": "SY", "signer_name": "Trần Văn Phòng", "signer_position": "Chánh Văn phòng",
            "dated_on": today().isoformat()}  # fmt: skip
    for wrong in ({"kind": "XX"}, {"signer_name": ""}, {"kind": "TrS", "pages": "7"}, {"kind": "TrS", "pages": ""}):
        assert clerk.post(f"{place}/copy", form | wrong).status_code == 422, wrong
    made = clerk.post(f"{place}/copy", form)
    assert made.status_code == 303
    page = clerk.get(made.location).text
    assert "01/SY-TWĐTN" in page
    assert "Ký số của cơ quan" in page
    assert office.as_("third").post(f"{place}/copy", form).status_code == 404


def test_an_organisation_outside_opens_its_paper_without_an_account(office: Site) -> None:
    place, clerk, outside = numbered(office), office.as_("first"), office.anybody()
    clerk.post(f"{place}/recipients/outside", {"outside_name": "Bộ Nội vụ", "email": "vt@bnv.example.vn"})
    clerk.post(f"{place}/issue")
    deliver(office)
    code = delivery_of(office, place, "outside").code
    assert "Bộ Nội vụ" in outside.get(f"/issued/{code}").text
    assert outside.get(f"/issued/{code}/paper").data == PDF
    assert outside.post(f"/issued/{code}/received").status_code == 303
    assert outside.post(f"/issued/{code}/received").status_code == 303  # pressed twice
    assert "Đã tiếp nhận" in clerk.get(f"{place}/deliveries").text
    assert outside.get("/issued/nothing-of-that-name").status_code == 404
    clerk.post(f"{place}/recall", {"reason": "sai"})
    assert "đã được thu hồi" in outside.get(f"/issued/{code}").text
    assert outside.get(f"/issued/{code}/paper").status_code == 404


def test_what_was_sent_on_paper_is_signed_for(office: Site) -> None:
    place, clerk = numbered(office), office.as_("first")
    clerk.post(f"{place}/recipients/outside", {"outside_name": "Hợp tác xã Bình Minh"})
    clerk.post(f"{place}/issue")
    deliver(office)
    here = f"{place}/deliveries/{delivery_of(office, place, 'outside').id}/signed"
    assert office.as_("stranger").post(here).status_code == 404
    assert clerk.post(here).status_code == 303
    assert "Đã tiếp nhận" in clerk.get(f"{place}/deliveries").text


def test_the_list_of_recipients_is_filtered_reminded_and_taken_away(office: Site) -> None:
    units = office.scene.office.units
    place, clerk = issued(office, f"u{units['hue']}", f"u{units['hanoi']}"), office.as_("first")
    assert "Thành đoàn Hà Nội" not in clerk.get(f"{place}/deliveries?words=hue").text
    workbook = load_workbook(io.BytesIO(clerk.get(f"{place}/deliveries.xlsx?words=hue").data))
    rows = [[cell.value for cell in row][:3] for row in workbook.active.rows]
    assert rows == [
        ["Nơi nhận", "Mục đích", "Tình trạng"], ["Thành đoàn Huế", "Để thực hiện", "Chưa tiếp nhận"]
    ]  # fmt: skip
    assert clerk.post(f"{place}/deliveries/remind").status_code == 303
    assert clerk.post(f"{place}/deliveries/remind").status_code == 409
    assert office.as_("stranger").post(f"{place}/deliveries/remind").status_code == 404
