"""The file of an official: opened once, records checked by the mapping, struck but kept, exported with codes."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from ecabinet.audit import AuditEntry
from ecabinet.registry import official_rules
from ecabinet.registry.identity_models import IdentityCheck
from ecabinet.registry.models import Member
from ecabinet.registry.official_models import OfficialRecord
from tests.web.conftest import Site

POSITION = {
    "title": "Chuyên viên",
    "organisation": "Văn phòng",
    "full_time": "full",
    "from_day": "2020-01-01",
    "until_day": "",
}


@pytest.fixture
def page(site: Site) -> str:
    return f"/members/{site.scene.member('first')}/official"


@pytest.fixture
def opened(site: Site, page: str) -> str:
    assert site.as_("administrator").post(page, {"staff_code": "CB-001"}).status_code == 303
    return page


def test_only_those_who_keep_the_registry_see_a_file(site: Site, opened: str) -> None:
    statuses = {name: site.as_(name).get(opened).status_code for name in site.scene.office.members}
    assert {name for name, status in statuses.items() if status == 200} == {"administrator"}
    assert set(statuses.values()) == {200, 404}
    for path in (opened, f"{opened}/position", f"{opened}/records/1/strike"):
        assert site.as_("leader").post(path, POSITION).status_code == 404
        assert site.as_("stranger").post(path, POSITION).status_code == 404


def test_a_file_is_opened_once_and_its_code_is_its_own(site: Site, opened: str) -> None:
    administrator = site.as_("administrator")
    assert administrator.post(opened, {"staff_code": "CB-002"}).status_code == 409
    other = f"/members/{site.scene.member('second')}/official"
    assert administrator.post(other, {"staff_code": "CB-001"}).status_code == 409
    assert administrator.post(other, {"staff_code": " "}).status_code == 422
    assert administrator.post(f"{other}/position", POSITION).status_code == 404


def test_a_record_is_entered_shown_struck_and_still_kept(site: Site, opened: str) -> None:
    administrator = site.as_("administrator")
    assert administrator.post(f"{opened}/position", POSITION).status_code == 303
    assert "Chuyên trách" in administrator.get(opened).text
    with site.database.reading() as db:
        record = db.scalars(select(OfficialRecord)).one()
    strike = f"{opened}/records/{record.id}/strike"
    assert administrator.post(strike).status_code == 303
    assert administrator.post(strike).status_code == 303
    assert "01/01/2020" not in administrator.get(opened).text
    with site.database.reading() as db:
        assert db.scalars(select(OfficialRecord)).one().struck_at is not None
        actions = list(
            db.scalars(
                select(AuditEntry.action).where(AuditEntry.action.startswith("official")).order_by(AuditEntry.id)
            )
        )
    assert actions == ["official_opened", "official_record_added", "official_record_struck"]
    assert administrator.post(f"{opened}/records/999999/strike").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"full_time": "sometimes"}, "full_time"),
        ({"from_day": ""}, "from_day"),
        ({"from_day": "hôm qua"}, "from_day"),
        ({"from_day": "2999-01-01"}, "from_day"),
        ({"until_day": "2019-12-31"}, "until_day"),
    ],
)
def test_a_fault_is_named_by_its_field_and_the_rest_is_kept(
    site: Site, opened: str, changes: dict[str, str], field: str
) -> None:
    answer = site.as_("administrator").post(f"{opened}/position", POSITION | {"organisation": "Giữ lại"} | changes)
    assert answer.status_code == 422
    assert "Giữ lại" in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert f'name="{field}"' in answer.text


def test_a_kind_that_is_not_in_the_mapping(site: Site, opened: str) -> None:
    assert site.as_("administrator").post(f"{opened}/nonsense", POSITION).status_code == 400


def test_the_export_speaks_in_the_mappings_codes(site: Site, opened: str) -> None:
    site.as_("administrator").post(f"{opened}/position", POSITION)
    answer = site.as_("administrator").get(f"/units/{site.scene.office.units['centre']}/officials.jsonl")
    (line,) = [json.loads(text) for text in answer.text.splitlines()]
    assert (line["MA_CAN_BO"], line["GIOI_TINH"], line["MA_DON_VI"]) == ("CB-001", "0", "TW")
    assert line["QUA_TRINH_CONG_TAC"] == [
        {
            "TU_NGAY": "2020-01-01",
            "DEN_NGAY": None,
            "CHUC_VU": "Chuyên viên",
            "DON_VI_CONG_TAC": "Văn phòng",
            "HINH_THUC": "01",
        }
    ]
    assert line["QUY_HOACH"] == []
    for name in ("stranger", "leader"):
        assert site.as_(name).get(f"/units/{site.scene.office.units['centre']}/officials.jsonl").status_code == 404
    below = site.as_("administrator").get(f"/units/{site.scene.office.units['hue']}/officials.jsonl")
    assert below.text == ""


def test_a_check_of_identity_is_asked_where_there_is_a_service(make_site: Callable[..., Site]) -> None:
    site = make_site({"IDENTITY_URL": "http://127.0.0.1:9/verify"})
    member = site.scene.member("first")
    path = f"/members/{member}/verify"
    assert site.as_("administrator").post(path).status_code == 409  # no national id yet
    with site.database.writing() as db:
        db.get_one(Member, member).national_id_print = "f" * 32
    assert site.as_("stranger").post(path).status_code == 404
    assert site.as_("administrator").post(path).status_code == 303
    assert site.as_("administrator").post(path).status_code == 409  # one at a time
    with site.database.reading() as db:
        assert db.scalars(select(IdentityCheck)).one().member_id == member


def test_without_a_service_there_is_no_check(site: Site) -> None:
    assert site.as_("administrator").post(f"/members/{site.scene.member('first')}/verify").status_code == 404


def test_the_mapping_is_whole_in_both_languages() -> None:
    mapping = official_rules.mapping()
    labels = [kind.label for kind in mapping.kinds.values()]
    labels += [field.label for kind in mapping.kinds.values() for field in kind.fields]
    labels += [choice.label for kind in mapping.kinds.values() for field in kind.fields for choice in field.choices]
    assert all(set(label) == {"vi", "en"} for label in labels)
    for kind in mapping.kinds.values():
        codes = [field.code for field in kind.fields]
        assert len(codes) == len(set(codes))
