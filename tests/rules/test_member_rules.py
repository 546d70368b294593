"""What a member's fields may be, how dirty cells are read, and that nothing is guessed silently."""

import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecabinet.registry.member_dates import Unreadable, age, months_later, parse_date
from ecabinet.registry.member_rules import LIMITS, check, name_key, search_name
from ecabinet.registry.rules import Sex

TODAY = date(2026, 11, 22)
GOOD = {
    "full_name": "Nguyễn Thị Lan", "sex": "Nữ", "born_on": "26/03/2001", "national_id": "046301001234",
    "phone": "0912345678", "card_number": "DV001", "joined_on": "26/03/2017",
}  # fmt: skip


def codes(**changes: str) -> dict[tuple[str, str], bool]:
    checked = check(GOOD | changes, TODAY)
    return {(finding.field, finding.code): finding.refused for finding in checked.findings}


def test_a_sound_row_has_no_findings() -> None:
    checked = check(GOOD, TODAY)
    assert checked.findings == []
    assert (checked.values.sex, checked.values.born_on) == (Sex.FEMALE, date(2001, 3, 26))


@pytest.mark.parametrize(
    ("field", "written", "code"),
    [
        ("full_name", "", "missing"),
        ("full_name", "Lan, Hoa", "several_names"),
        ("full_name", "Nguyễn Lan\nTrần Hoa", "several_names"),
        ("full_name", "Nguyễn Lan và Trần Hoa", "several_names"),
        ("full_name", "Văn phòng Tỉnh đoàn", "office_as_name"),
        ("full_name", "Chi đoàn 12A", "office_as_name"),
        ("full_name", "Đoàn trường Nguyễn Huệ", "office_as_name"),
        ("full_name", "Đoàn Trường Nguyễn Huệ", "office_as_name"),
        ("full_name", "Liên chi Sinh viên", "office_as_name"),
        ("full_name", "Lan 2", "name_letters"),
        ("full_name", "A" * 101, "too_long"),
        ("sex", "?", "sex_unknown"),
        ("born_on", "", "missing"),
        ("born_on", "23/11/2026", "born_in_future"),
        ("born_on", "01/01/1899", "born_too_early"),
        ("born_on", "31/02/2001", "not_a_date"),
        ("born_on", "2001", "only_year"),
        ("joined_on", "23/11/2026", "in_future"),
        ("joined_on", "25/03/2017", "joined_at_age"),
        ("joined_on", "26/03/2032", "in_future"),
        ("national_id", "046301 00123x", "id_digits"),
        ("national_id", "123456789", "id_old"),
        ("national_id", "0463010012345", "id_length"),
        ("national_id", "003301001234", "id_province"),
        ("national_id", "046201001234", "id_sex"),
        ("national_id", "046302001234", "id_year"),
        ("national_id", "046101001234", "id_year"),
        ("phone", "12345", "phone_form"),
        ("phone", "0912345678 / 0987654321", "phone_form"),
        ("card_number", "thẻ số 1", "card_form"),
        ("email", "lan", "email_form"),
        ("party_on", "25/03/2019", "party_age"),
        ("birth_place", "x" * 201, "too_long"),
    ],
)  # fmt: skip
def test_refused(field: str, written: str, code: str) -> None:
    assert codes(**{field: written})[(field, code)] is True


@pytest.mark.parametrize(
    ("field", "written", "code", "read"),
    [
        ("full_name", "\tNguyễn  Thị Lan", "tidied", "Nguyễn Thị Lan"),
        ("full_name", "NGUYỄN THỊ LAN", "recased", "Nguyễn Thị Lan"),
        ("born_on", "26-3-01", "short_year", date(2001, 3, 26)),
        ("born_on", "36976", "excel_date", date(2001, 3, 26)),
        ("born_on", "36976.0", "excel_date", date(2001, 3, 26)),
        ("national_id", "46301001234", "zeros_restored", "046301001234"),
        ("national_id", "46301001234.0", "zeros_restored", "046301001234"),
        ("national_id", "\t046301001234", "tidied", "046301001234"),
        ("phone", "912345678", "zeros_restored", "0912345678"),
        ("sex", "", "sex_from_id", Sex.FEMALE),
    ],
)  # fmt: skip
def test_corrected_and_said(field: str, written: str, code: str, read: object) -> None:
    assert codes(**{field: written}) == {(field, code): False}
    assert getattr(check(GOOD | {field: written}, TODAY).values, field) == read


@pytest.mark.parametrize(
    "name",
    ["Đoàn Trường Giang", "Liên Chiêm Quốc Cường", "Văn Thị Hoa", "Công Tằng Tôn Nữ Lan", "Y Ban", "Nguyễn An-na"],
)
def test_names_that_look_like_something_else(name: str) -> None:
    checked = check(GOOD | {"full_name": name}, TODAY)
    assert (checked.values.full_name, checked.findings) == (name, [])


@pytest.mark.parametrize("written", ["+84 912 345 678", "84912345678", "0912.345.678", "(091) 2345678"])
def test_ways_of_writing_a_phone(written: str) -> None:
    checked = check(GOOD | {"phone": written}, TODAY)
    assert (checked.values.phone, checked.findings) == ("0912345678", [])


@given(st.dictionaries(st.sampled_from(sorted({*GOOD, *LIMITS})), st.text(max_size=120)))
def test_whatever_is_written_is_taken_or_refused_by_name(raw: dict[str, str]) -> None:
    checked = check(raw, TODAY)
    if not checked.refused:
        assert checked.values.full_name
        assert checked.values.sex
        assert checked.values.born_on is not None
        assert checked.values.born_on <= TODAY
    assert checked.values.national_id == "" or len(checked.values.national_id) == 12


@given(st.sampled_from(["046301001234", "001301000001", "301301999999"]), st.integers(1, 2))
def test_lost_zeros_come_back_and_nothing_else(number: str, cut: int) -> None:
    written = number.lstrip("0")[-12:]
    checked = check(GOOD | {"national_id": written}, TODAY)
    assert checked.values.national_id == number


@given(st.dates(date(1910, 1, 1), date(2099, 12, 31)))
def test_a_date_is_read_back_from_each_way_of_writing_it(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    assert parse_date(day.strftime("%d/%m/%Y"), 2026) == (day, "")
    assert parse_date(day.isoformat(), 2026) == (day, "")
    assert parse_date(f"{day.isoformat()} 00:00:00", 2026) == (day, "")
    if len(str(serial)) == 5:
        assert parse_date(str(serial), 2026) == (day, "excel_date")


@given(st.text(max_size=12))
def test_no_other_fault_comes_out_of_the_reading_of_dates(text: str) -> None:
    with contextlib.suppress(Unreadable):
        parse_date(text, 2026)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 40))
def test_months_later(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_age_is_in_completed_years() -> None:
    assert age(date(2000, 2, 29), date(2016, 2, 28)) == 15
    assert age(date(2000, 2, 29), date(2016, 3, 1)) == 16


def test_names_for_searching() -> None:
    assert search_name("Đỗ Thị Thuỷ") == "do thi thuy"
    assert name_key("do thi thuy") == "thuy thi do"
