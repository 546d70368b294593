"""Passwords, logins, devices, delegations: from plain values."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.errors import Problem
from ecabinet.registry import account_rules, passwords

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_too_short"),
        ("ngắn thôi", "password_too_short"),
        ("a" * 201, "too_long"),
        ("van.thu.centre", "password_is_login"),
        ("Van.Thu.Centre", "password_is_login"),
        ("qwertyuiop", "password_common"),
        ("QWERTYUIOP", "password_common"),
        ("1234567890", "password_common"),
        ("password123", "password_common"),
        ("aaaaaaaaaaaaaaaa", "password_common"),
        ("abababababab", "password_common"),
    ],
)
def test_a_poor_password_is_refused_by_name(password: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        passwords.check_password(password, "van.thu.centre")
    assert (refused.value.code, refused.value.field) == (code, "password")


@pytest.mark.parametrize(
    "password", ["sen nở tháng năm", "cột đèn ba ngọn", "xin chào buổi sáng ở Huế", "x9!kkQ2mz0", "  hai  dấu  cách  "]
)
def test_a_good_password_needs_no_digits_and_no_capitals(password: str) -> None:
    passwords.check_password(password, "van.thu")


@given(st.text(min_size=1))
def test_both_ways_of_writing_vietnamese_are_one_password(text: str) -> None:
    from unicodedata import normalize

    assert passwords.normal(normalize("NFD", text)) == passwords.normal(normalize("NFC", text))


@given(st.sets(st.text(max_size=30), min_size=1, max_size=50))
def test_the_filter_never_misses_a_word_of_its_list(words: set[str]) -> None:
    made = passwords.WordFilter(passwords.WordFilter.built(sorted(words)))
    assert all(word in made for word in words)


def test_the_shipped_filter_takes_hardly_any_other_word_for_one_of_its_own() -> None:
    shipped = passwords.common_passwords()
    assert sum(f"mật khẩu {n} của tôi" in shipped for n in range(20_000)) <= 20
    assert len(passwords.FILTER.read_bytes()) < 20_000


@pytest.mark.parametrize("data", [b"", b"ECBLOOM1", b"something else"])
def test_a_damaged_filter_is_noticed(data: bytes) -> None:
    with pytest.raises(ValueError):
        passwords.WordFilter(data)


@pytest.mark.parametrize("login", ["thuky", "an.nguyen", "a-b_c", "an@hue.example.vn", "x12"])
def test_a_login_that_can_be_typed(login: str) -> None:
    assert account_rules.login_faults(login) == {}


@pytest.mark.parametrize("login", ["", "ab", "thư ký", "Thuky", "-abc", "a" * 61, "a b c", "a\tbc", "abc\n"])
def test_a_login_that_cannot(login: str) -> None:
    assert account_rules.login_faults(login)["login"].code == "bad_login"


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [
        (None, 1, "not_a_time"),
        (0, None, "not_a_time"),
        (1, 1, "ends_before_start"),
        (2, 1, "ends_before_start"),
        (-5, -1, "already_over"),
        (0, 367, "delegation_too_long"),
    ],
)
def test_dates_of_a_delegation_that_make_no_sense(starts: int | None, ends: int | None, code: str) -> None:
    moments = [None if day is None else NOW + timedelta(days=day) for day in (starts, ends)]
    with pytest.raises(Problem) as refused:
        account_rules.check_delegation(*moments, NOW)
    assert refused.value.code == code


def test_a_delegation_may_begin_in_the_past_and_last_a_year() -> None:
    starts, ends = NOW - timedelta(days=1), NOW + timedelta(days=365)
    assert account_rules.check_delegation(starts, ends, NOW) == (starts, ends)


CHROME = "Mozilla/5.0 (Linux; Android 14; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
SAFARI = "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/17.0 Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (CHROME, "Chrome · Android"),
        (SAFARI, "Safari · iPad"),
        (EDGE, "Edge · Windows"),
        ("curl/8.0", ""),
        ("", ""),
        ("<script>", ""),
    ],
)
def test_a_browser_in_two_words(agent: str, device: str) -> None:
    assert account_rules.device(agent) == device
