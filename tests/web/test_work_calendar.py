"""The pages of the work calendar, of days off, of tasks from documents, of what is late."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from docx import Document
from icalendar import Calendar
from openpyxl import load_workbook
from pypdf import PdfReader

from ecabinet.clock import today
from ecabinet.office.document_models import OfficeDocument
from tests.office_people import grant_roles
from tests.web.conftest import Site
from tests.web.test_office import register

DAY = today() + timedelta(days=7)
EVENT = {
    "kind": "trip", "title": "Thăm <b>Huế</b>", "starts_at": f"{DAY}T08:00", "ends_at": f"{DAY}T10:00",
    "place": "Huế", "prepared_by": "Văn phòng",
}  # fmt: skip
WEEK = "{:04}-W{:02}".format(*DAY.isocalendar())


@pytest.fixture
def office(make_site: Callable[..., Site]) -> Site:
    site = make_site()
    with site.database.writing() as db:
        grant_roles(db, site.scene.office)
    return site


def form(site: Site, **changes: object) -> dict[str, object]:
    return {**EVENT, "leader": site.scene.member("leader"), **changes}


def test_a_week_from_the_draft_to_the_wall(office: Site) -> None:
    clerk, leader, reader = (office.as_(name) for name in ("first", "leader", "chair"))
    unit = office.scene.office.units["centre"]
    page = f"/calendar?unit={unit}&week={WEEK}"
    assert clerk.post(f"/calendar/events/new?unit={unit}", form(office)).status_code == 303
    assert "Thăm &lt;b&gt;Huế" in clerk.get(page).text
    assert "Thăm" not in reader.get(page).text
    assert reader.get("/calendar/events/1").status_code == 404
    assert clerk.post("/calendar/events/1/publish").status_code == 403
    assert "Công bố 1 việc" in leader.get(page).text
    assert leader.post(f"/calendar/publish?unit={unit}&week={WEEK}").status_code == 303
    assert "Thăm &lt;b&gt;Huế" in reader.get(page).text
    sheet = f"/calendar/week.pdf?unit={unit}&week={WEEK}"
    text = " ".join(PdfReader(io.BytesIO(reader.get(sheet).data)).pages[0].extract_text().split())
    assert "LỊCH CÔNG TÁC TUẦN" in text
    assert "08:00 – 10:00" in text
    word = Document(io.BytesIO(reader.get(sheet.replace(".pdf", ".docx")).data))
    assert any("Thăm <b>Huế</b>" in cell.text for table in word.tables for row in table.rows for cell in row.cells)
    assert leader.post("/calendar/events/1/cancel", {"reason": ""}).status_code == 422
    assert leader.post("/calendar/events/1/cancel", {"reason": "bão"}).status_code == 303
    assert leader.post("/calendar/events/1/cancel", {"reason": "bão"}).status_code == 409
    assert "bão" in reader.get("/calendar/events/1").text


def test_what_stands_against_an_entry_is_shown_before(office: Site) -> None:
    clerk, address = office.as_("first"), f"/calendar/events/new?unit={office.scene.office.units['centre']}"
    assert clerk.post(address, form(office)).status_code == 303
    again = clerk.post(address, form(office, title="Tiếp khách"))
    assert again.status_code == 409
    assert "trùng lãnh đạo: Nguyễn Thị Leader" in again.text
    assert clerk.post(address, form(office, title="Tiếp khách", anyway="1")).status_code == 303
    assert clerk.post("/calendar/events/2/edit", form(office, ends_at="x")).status_code == 422
    assert clerk.post("/calendar/events/2/edit", form(office)).status_code == 409
    later = form(office, starts_at=f"{DAY}T13:00", ends_at=f"{DAY}T15:00")
    assert clerk.post("/calendar/events/2/edit", later).status_code == 303


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "chưa được nhập"),
        ({"leader": ""}, "ít nhất một lãnh đạo"),
        ({"leader": "999"}, "không phải lãnh đạo"),
        ({"ends_at": f"{DAY}T07:00"}, "sau giờ bắt đầu"),
        ({"room": "999"}, "Không có phòng"),
        ({"kind": "party"}, "không hợp lệ"),
    ],
    ids=["no-title", "nobody", "not-of-the-office", "ends-before", "room", "kind"],
)
def test_what_cannot_be_entered_is_named(office: Site, changes: dict[str, object], said: str) -> None:
    unit = office.scene.office.units["centre"]
    answer = office.as_("first").post(f"/calendar/events/new?unit={unit}", form(office, **changes))
    assert answer.status_code == 422
    assert said in answer.text or changes == {"kind": "party"}


def test_a_calendar_of_a_leader_is_asked_for_by_programs(office: Site) -> None:
    unit, leader = office.scene.office.units["centre"], office.scene.member("leader")
    office.as_("first").post(f"/calendar/events/new?unit={unit}", form(office))
    office.as_("leader").post("/calendar/events/1/publish")
    page = office.as_("first").get(f"/calendar?unit={unit}&leader={leader}").text
    found = re.search(r"/calendar/[\w-]+/leaders/\d+/\d+\.ics", page)
    assert found is not None
    feed = office.anybody().get(found[0])
    assert [str(one["SUMMARY"]) for one in Calendar.from_ical(feed.data).walk("VEVENT")] == ["Thăm <b>Huế</b>"]
    for wrong in (found[0].replace("/calendar/", "/calendar/9"), found[0].replace(f"/{leader}.ics", "/1.ics")):
        assert office.anybody().get(wrong).status_code == 404
    today_form = form(office, title="Hôm nay", starts_at=f"{today()}T08:00", ends_at=f"{today()}T09:00")
    office.as_("first").post(f"/calendar/events/new?unit={unit}", today_form | {"anyway": "1"})
    assert "work-today" not in office.as_("leader").get("/").text
    office.as_("leader").post("/calendar/events/2/publish")
    assert "work-today" in office.as_("leader").get("/").text
    assert "work-today" not in office.as_("chair").get("/").text
    own = re.search(r"/calendar/[\w-]+\.ics", office.as_("leader").get("/me").text)
    assert own is not None
    assert "Thăm" in office.anybody().get(own[0]).text
    assert office.as_("first").get(f"/calendar?unit={unit}&leader=999").status_code == 404
    assert office.as_("first").get(f"/calendar?unit={unit}&week=nonsense").status_code == 200


def test_days_off_are_data(office: Site) -> None:
    admin = office.as_("administrator")
    page = admin.get("/workdays").text
    assert f"Ngày lễ năm {today().year + 1}" in page
    for _ in range(2):
        assert admin.post(f"/workdays/public/{today().year + 1}").status_code == 303
    day = {"day": f"{today().year + 1}-02-08", "name": "Tết", "kind": "off"}
    assert admin.post("/workdays", day).status_code == 303
    assert admin.post("/workdays", day | {"day": "8/2"}).status_code == 422
    assert "Tết" in admin.get("/workdays").text
    for _ in range(2):
        gone = admin.post(f"/workdays/{day['day']}/remove")
    assert gone.status_code == 404
    assert admin.post("/workdays/public/1999").status_code == 404
    assert admin.post("/workdays/nonsense/remove").status_code == 404
    assert office.as_("leader").post("/workdays", day).status_code == 403


def test_a_task_from_a_document_to_its_end(office: Site) -> None:
    place = register(office)
    leader, doer = office.as_("leader"), office.as_("spare")
    address, spare = f"{place}/tasks/new", office.scene.member("spare")
    assert doer.get(place).status_code == 404
    assert leader.get(f"{address}?name=spare").status_code == 200
    assert office.as_("spare").get(address).status_code == 404
    assert office.as_("chair").get(address).status_code == 404
    task = {"title": "Góp ý", "owner": f"m{spare}", "due_in": "5", "name": "spare"}
    for wrong, status in (({"owner": f"m{office.scene.member('stranger')}"}, 422), ({"due_in": "0"}, 422)):
        assert leader.post(address, task | wrong).status_code == status
    assert leader.post(address, task).status_code == 303
    assert "Góp ý" in leader.get(place).text
    assert doer.get(place).status_code == 200
    assert place in doer.get("/tasks/1").text
    files = [(io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "a.pdf"), (io.BytesIO(b"%PDF-1.4\n\n%%EOF\n"), "b.pdf")]
    doer.post("/tasks/1/do/accept")
    assert doer.post("/tasks/1/do/attach", {}).status_code == 422
    assert doer.post("/tasks/1/do/attach", {"file": files}).status_code == 303
    page = leader.get("/tasks/1").text
    assert "a.pdf" in page
    assert "b.pdf" in page
    assert leader.post("/tasks/1/do/reassign").status_code == 404
    again = {"owner": f"m{office.scene.member('second')}", "text": "chuyển công tác", "name": "second"}
    assert doer.post("/tasks/1/reassign", again).status_code == 403
    assert leader.get("/tasks/1/reassign?name=second").status_code == 200
    assert leader.post("/tasks/1/reassign", again | {"text": ""}).status_code == 422
    assert leader.post("/tasks/1/reassign", again).status_code == 303
    assert doer.get("/tasks/1").status_code == 404
    assert "chuyển công tác" in office.as_("second").get("/tasks/1").text


def test_a_unit_in_charge_gives_tasks_to_its_own_only(office: Site) -> None:
    place, units, leader = register(office), office.scene.office.units, office.as_("leader")
    assert leader.post(f"{place}/assign", {f"role-u{units['hue']}": "lead", "instruction": "x"}).status_code == 303
    in_charge = office.as_("second")
    task = {"title": "Góp ý", "due_in": "5", "owner": f"m{office.scene.member('third')}", "name": "third"}
    elsewhere = task | {"owner": f"m{office.scene.member('secretary')}", "name": "secretary"}
    assert "không còn sinh hoạt ở Thành đoàn Huế" in in_charge.post(f"{place}/tasks/new", elsewhere).text
    assert in_charge.post(f"{place}/tasks/new", task).status_code == 303
    assert "Thành đoàn Huế giao" in office.as_("third").get("/tasks/1").text


def test_what_is_late_by_unit(office: Site) -> None:
    place = register(office)
    unit = office.scene.office.units["centre"]
    leader = office.as_("leader")
    task = {"title": "Góp ý", "owner": f"u{office.scene.office.units['hue']}", "due_in": "5", "name": "hue"}
    leader.post(f"{place}/tasks/new", task)
    with office.database.writing() as db:
        db.query(OfficeDocument).one().due_on = today() - timedelta(days=2)
    page = leader.get(f"/tasks/late?unit={unit}&order=percent").text
    assert "Thành đoàn Huế" in page
    rows = leader.get(f"/tasks/late/{office.scene.office.units['hue']}?unit={unit}").text
    assert "Góp ý" in rows
    assert "Tháng Thanh niên" in leader.get(f"/tasks/late/{unit}?unit={unit}").text
    book = load_workbook(io.BytesIO(leader.get(f"/tasks/late/export/xlsx?unit={unit}").data)).active
    assert book is not None
    assert {row[0]: (row[1], row[7]) for row in book.iter_rows(min_row=2, values_only=True)} == {
        "Thành đoàn Huế": ("1", "0"), "Trung ương Đoàn": ("0", "1"),
    }  # fmt: skip
    assert office.as_("second").get(f"/tasks/late/{unit}?unit={unit}").status_code == 404
