"""The way of a delivery, recalls, organisations outside, pages of copies: from plain values."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Invalid, Problem
from ecabinet.issuing.copy_rules import check_pages, pages_of, spoken_date
from ecabinet.issuing.delivery_rules import (
    AT_WORK,
    CopyKind,
    DeliveryStatus,
    RecallStatus,
    RecipientKind,
    after_recall,
    check_follows,
    check_outside,
    may_refuse_recall,
    names_in,
    status_of,
)
from ecabinet.issuing.papers import values_of
from ecabinet.office.document_models import OfficeDocument
from ecabinet.office.life_rules import OfficeState
from tests.people import NOW

S = DeliveryStatus


@given(st.lists(st.sampled_from(list(DeliveryStatus))))
def test_no_sequence_takes_a_delivery_back_to_where_it_was_not_issued(said: list[DeliveryStatus]) -> None:
    status, left = S.PLANNED, False
    for following in said:
        with suppress(Problem):
            check_follows(status, following)
            assert not (left and following in {S.PLANNED, S.WAITING, S.SENT})
            assert left or following in {S.WAITING, S.SENT, S.ARRIVED}
            status, left = following, left or following in {S.SENT, S.ARRIVED}
    assert (status in {S.SENT, S.ARRIVED, S.REFUSED, *AT_WORK}) is left


@pytest.mark.parametrize(
    ("state", "begun", "said"),
    [
        ("received", False, "03"), ("registered", False, "03"), ("presented", True, "03"), ("assigned", False, "04"),
        ("assigned", True, "05"), ("done", True, "06"), ("filed", False, "06"), ("voided", False, "02"),
        ("discarded", False, "02"), ("recalled", True, "05"),
    ],
)  # fmt: skip
def test_what_the_work_of_a_recipient_says(state: str, begun: bool, said: str) -> None:
    assert status_of(OfficeState(state), begun=begun, before=S.IN_PROGRESS) == said


@pytest.mark.parametrize(
    ("status", "inside", "outside", "may_refuse"),
    [
        ("wait", "15", "15", False), ("01", "15", "13", False), ("02", "15", "15", False), ("00", "15", "13", False),
        ("03", "13", "13", False), ("04", "13", "13", False), ("05", "13", "13", True), ("06", "13", "13", True),
    ],
)  # fmt: skip
def test_what_a_recall_finds(status: str, inside: str, outside: str, may_refuse: bool) -> None:
    found = DeliveryStatus(status)
    assert after_recall(found, RecipientKind.UNIT) == RecallStatus(inside)
    assert after_recall(found, RecipientKind.OUTSIDE) == RecallStatus(outside)
    assert may_refuse_recall(found) is may_refuse


@pytest.mark.parametrize(
    ("name", "organ_code", "email", "fault"),
    [
        ("", "", "", "name"), ("x" * 201, "", "", "name"), ("Bộ", "000", "", "organ_code"),
        ("Bộ", "000.00.00.H41.1.1.1", "", "organ_code"), ("Bộ", "", "a@b", "email"), ("Bộ", "", "a b@c.vn", "email"),
        ("Bộ", "", "a@c.vn,b@c.vn", "email"),
    ],
    ids="abcdefg",
)  # fmt: skip
def test_an_organisation_that_is_written_wrongly(name: str, organ_code: str, email: str, fault: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_outside(name, organ_code, email)
    assert list(refused.value.faults) == [fault]


def test_recipients_as_a_paper_lists_them() -> None:
    written = "- Thành đoàn Huế (để thực hiện);\n- Như Điều 2;\n- Tỉnh đoàn Lào Cai; Thành đoàn Huế;\n- Lưu: VT, VP."
    assert names_in(written) == ["Thành đoàn Huế", "Tỉnh đoàn Lào Cai"]
    assert names_in("- Ban Tổ chức - Kiểm tra; - VP") == ["Ban Tổ chức", "Kiểm tra", "VP"]
    assert names_in("") == []


def test_an_organisation_is_kept_as_it_is_written() -> None:
    kept = check_outside("  Bộ   Nội vụ ", "000.00.00.H41", "van.thu@bnv.example.vn")
    assert (kept.name, kept.organ_code, kept.email) == ("Bộ Nội vụ", "000.00.00.H41", "van.thu@bnv.example.vn")


@given(st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_pages_are_those_named_once_and_in_order(pages: list[int]) -> None:
    text = ", ".join(str(page) for page in pages)
    if len(text) <= 100:
        assert check_pages(text, CopyKind.EXTRACT) == text
    assert pages_of(text, 40) == [page - 1 for page in dict.fromkeys(pages)]


@pytest.mark.parametrize("text", ["0", "3-1", "1-41", "41", "1,,2", "một", "1-", "-1", "1-2-3"])
def test_what_is_no_list_of_pages(text: str) -> None:
    with pytest.raises(Problem, match="not_pages"):
        pages_of(text, 40)


def test_a_whole_copy_has_all_pages() -> None:
    assert check_pages("7", CopyKind.WHOLE) == ""
    assert pages_of("", 3) == [0, 1, 2]


def test_days_as_papers_write_them() -> None:
    assert spoken_date(NOW.date().replace(month=2, day=5)) == "ngày 05 tháng 02 năm 2026"
    assert spoken_date(NOW.date()) == "ngày 22 tháng 11 năm 2026"
    doc = OfficeDocument(code_number="05", issued_on=NOW.date().replace(month=3, day=9))
    assert values_of(doc) == {"number": "05", "day": "09", "month": "3", "year": "2026"}
