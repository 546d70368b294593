"""Pages of bodies: the list on a day, terms and positions by their forms, who may, what is said when it is refused."""

import pytest
from sqlalchemy import select

from ecabinet.registry.models import Member, Position, Term
from tests.web.conftest import Asker, Site

SEAT = {"title": "Ủy viên dự khuyết", "rank": "9", "starts_on": "2026-01-01", "ends_on": "", "voting": "1"}


class Hall:
    """The committee of the site's scene."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.body = f"/bodies/{site.scene.office.body}"
        with site.database.reading() as db:
            term = db.scalars(select(Term).where(Term.body_id == site.scene.office.body)).one()
            self.term = f"/terms/{term.id}"
            position = db.scalars(select(Position).order_by(Position.id)).first()
            assert position is not None
            self.position = f"/positions/{position.id}"
            self.spare = db.get_one(Member, site.scene.member("spare")).card_number

    @property
    def officer(self) -> Asker:
        return self.site.as_("administrator")

    def shown(self, day: str = "") -> str:
        return self.officer.get(f"{self.body}?day={day}").text


@pytest.fixture
def hall(site: Site) -> Hall:
    return Hall(site)


def test_the_body_as_it_stood_on_a_day(hall: Hall) -> None:
    assert "4 đồng chí" in hall.shown()
    assert "4 đồng chí" in hall.shown("2022-12-17")
    assert "Ngày này chưa có ai" in hall.shown("2022-12-16")
    assert hall.officer.get(f"{hall.body}?day=ngày").status_code == 200


def test_members_of_the_unit_see_it_without_the_forms(hall: Hall) -> None:
    page = hall.site.as_("second").get(hall.body)
    assert page.status_code == 200
    assert '<form method="post" action="/terms' not in page.text
    assert "Bắt đầu nhiệm kỳ" not in page.text


def test_a_body_is_set_up(hall: Hall) -> None:
    url = f"/units/{hall.site.scene.office.units['hue']}/bodies/new"
    form = {"kind": "congress", "name": "Đại hội đại biểu lần thứ XV"}
    answer = hall.officer.post(url, form)
    assert answer.status_code == 303
    assert "Đại hội đại biểu lần thứ XV" in hall.officer.get(answer.location).text
    again = hall.officer.post(url, form)
    assert again.status_code == 422
    assert "đã có tổ chức tên này" in again.text
    assert 'value="Đại hội đại biểu lần thứ XV"' in again.text
    # the people of another province do not know of it, nor of its unit
    assert hall.site.as_("stranger").get(answer.location).status_code == 404
    assert hall.site.as_("stranger").post(url, form).status_code == 404
    assert hall.site.as_("second").post(url, form).status_code == 403


def test_a_member_is_appointed_by_card_number_or_name(hall: Hall) -> None:
    assert hall.officer.post(f"{hall.term}/positions", SEAT | {"member": hall.spare}).status_code == 303
    assert "5 đồng chí" in hall.shown()
    named = hall.officer.post(f"{hall.term}/positions", SEAT | {"member": "thi leader", "title": "Ủy viên"})
    assert named.status_code == 303
    assert "6 đồng chí" in hall.shown()
    twice = hall.officer.post(f"{hall.term}/positions", SEAT | {"member": hall.spare})
    assert twice.status_code == 422
    assert "đang giữ chức vụ đó" in twice.text


def test_only_a_ballot_of_another_value_is_remarked_on(hall: Hall) -> None:
    assert "phiếu tính" not in hall.shown()
    weighty = SEAT | {"member": hall.spare, "weight": "3"}
    assert hall.officer.post(f"{hall.term}/positions", weighty).status_code == 303
    assert hall.shown().count("phiếu tính 3") == 1


def test_who_is_meant_must_be_clear(hall: Hall) -> None:
    for member, said in (("nguyen", "Có nhiều đồng chí tên như vậy"), ("ai đó", "Không tìm thấy đoàn viên")):
        answer = hall.officer.post(f"{hall.term}/positions", SEAT | {"member": member})
        assert answer.status_code == 422
        assert said in answer.text
        assert 'value="Ủy viên dự khuyết"' in answer.text


def test_suggestions_are_members_of_the_unit(hall: Hall) -> None:
    found = hall.officer.get(f"{hall.body}/candidates?member=spare").text
    assert f'value="{hall.spare}"' in found
    assert hall.officer.get(f"{hall.body}/candidates?member=").text.strip() == ""


def test_a_position_ends(hall: Hall) -> None:
    assert hall.officer.post(f"{hall.position}/end", {"ends_on": "2026-01-31"}).status_code == 303
    assert "3 đồng chí" in hall.shown()
    assert "4 đồng chí" in hall.shown("2026-01-31")
    longer = hall.officer.post(f"{hall.position}/end", {"ends_on": "2026-02-01"})
    assert longer.status_code == 422
    assert "Chức vụ này đã kết thúc" in longer.text


def test_terms_follow_each_other(hall: Hall) -> None:
    later = {"name": "2027–2032", "starts_on": "2027-12-01", "ends_on": ""}
    early = hall.officer.post(f"{hall.body}/terms", later)
    assert early.status_code == 422
    assert "trùng với nhiệm kỳ 2022–2027" in early.text
    assert 'value="2027–2032"' in early.text
    assert hall.officer.post(f"{hall.term}/end", {"ends_on": "2027-11-30"}).status_code == 303
    assert hall.officer.post(f"{hall.body}/terms", later).status_code == 303
    assert "4 đồng chí" in hall.shown("2027-11-30")
    assert "Ngày này chưa có ai" in hall.shown("2027-12-01")
    assert hall.officer.post(f"{hall.term}/end", {"ends_on": "không"}).status_code == 422


@pytest.mark.parametrize("path", ["{body}/terms", "{term}/end", "{term}/positions", "{position}/end"])
def test_each_change_is_for_those_who_keep_the_registry(hall: Hall, path: str) -> None:
    url = path.format(body=hall.body, term=hall.term, position=hall.position)
    before = hall.shown()
    for name in ("chair", "secretary", "second", "stranger"):
        assert hall.site.as_(name).post(url, SEAT | {"member": hall.spare}).status_code == 403
    assert hall.officer.post(url, {}).status_code == 422
    assert "4 đồng chí" in before
    assert "4 đồng chí" in hall.shown()


@pytest.mark.parametrize("path", ["/bodies/999", "/bodies/999/candidates"])
def test_what_is_not_there(hall: Hall, path: str) -> None:
    assert hall.officer.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/bodies/999/terms", "/terms/999/end", "/terms/999/positions", "/positions/999/end"])
def test_nothing_is_done_to_what_is_not_there(hall: Hall, path: str) -> None:
    assert hall.officer.post(path, {}).status_code == 404
