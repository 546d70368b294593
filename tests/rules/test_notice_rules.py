"""When letters are tried again, what answers mean, quiet hours; where letters are handed in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecabinet.clock import ZONE
from ecabinet.config import Config, ConfigError
from ecabinet.mail_server import MailServerError, parse
from ecabinet.notices.rules import FOR_GOOD, TRIES, Fault, Quiet, fault_of_answer, try_again

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
FROM = "Văn phòng <vp@doan.vn>"


@pytest.mark.parametrize("fault", sorted(FOR_GOOD))
def test_what_would_not_change_is_given_up_at_once(fault: Fault) -> None:
    assert try_again(fault, 1, NOW) is None


def test_a_server_that_is_down_is_asked_ever_more_rarely_and_given_up_in_the_end() -> None:
    again = [try_again(Fault.UNREACHABLE, attempt, NOW) for attempt in range(1, len(TRIES) + 2)]
    assert again[-1] is None
    waits = [at - NOW for at in again if at is not None]
    assert waits == list(TRIES) == sorted(TRIES)


@pytest.mark.parametrize(("code", "fault"), [(450, Fault.LATER), (451, Fault.LATER), (550, Fault.REFUSED)])
def test_what_an_answer_means(code: int, fault: Fault) -> None:
    assert fault_of_answer(code) == fault


@given(
    st.integers(0, 23),
    st.integers(0, 23),
    st.integers(0, 5_000_000).map(lambda minutes: NOW + timedelta(minutes=minutes)),
)
def test_quiet_hours_begin_before_and_end_after_what_they_cover(since: int, until: int, at: datetime) -> None:
    quiet = Quiet(since, until)
    if not quiet.covers(at):
        return
    assert quiet.beginning(at) <= at < quiet.end(at)
    assert quiet.end(at) - quiet.beginning(at) < timedelta(days=1)
    assert not quiet.covers(quiet.end(at))
    assert quiet.covers(quiet.beginning(at))
    assert (quiet.beginning(at).astimezone(ZONE).hour, quiet.end(at).astimezone(ZONE).hour) == (since, until)


def test_equal_hours_are_none() -> None:
    assert not any(Quiet(7, 7).covers(NOW + timedelta(hours=n)) for n in range(24))


def test_an_address_with_everything() -> None:
    server = parse("smtp://van%20phong@mail.doan.vn:587?starttls=1", FROM)
    assert (server.host, server.port, server.tls, server.user) == ("mail.doan.vn", 587, "starttls", "van phong")
    assert (server.sender_name, server.sender) == ("Văn phòng", "vp@doan.vn")
    assert parse("smtps://mail.doan.vn", FROM).port == 465
    assert parse("smtp://localhost", FROM).tls == "none"


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.doan.vn", "smtp://", "smtp://a:mat-khau@mail.doan.vn?starttls=1", "smtp://mail.doan.vn:port",
        "smtp://mail.doan.vn?starttls=yes", "smtps://mail.doan.vn?starttls=1", "smtp://a@mail.doan.vn",
        "smtp://mail.doan.vn/inbox", "smtp://mail.doan.vn?timeout=5", "smtp://[mail", "smtp://mail.doan.vn?ca=/no/file",
    ],
)  # fmt: skip
def test_an_address_that_is_wrong_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(MailServerError) as refused:
        parse(url, FROM)
    assert "mat-khau" not in str(refused.value)


@pytest.mark.parametrize("sender", ["", "Văn phòng", "a b@doan.vn"])
def test_who_sends_must_be_said(sender: str) -> None:
    with pytest.raises(MailServerError, match="MAIL_FROM"):
        parse("smtp://localhost", sender)


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"SMTP_URL": "smtp://localhost"}, "MAIL_FROM"),
        ({"SMTP_URL": "smtp://a:bi-mat@mail.doan.vn", "MAIL_FROM": FROM}, "SMTP_PASSWORD"),
        ({"SMTP_URL": "smtps://a@mail.doan.vn", "MAIL_FROM": FROM}, "SMTP_PASSWORD"),
        ({"SMTP_URL": "smtps://mail.doan.vn", "MAIL_FROM": FROM, "SMTP_PASSWORD": "bi-mat"}, "names a user"),
        ({"SMTP_URL": "smtps://a@mail.doan.vn", "MAIL_FROM": FROM, "SMTP_PASSWORD": "mật"}, "ASCII"),
    ],
)
def test_the_start_stops_at_wrong_settings_and_says_which(tmp_path: Path, env: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said) as stopped:
        Config.from_env({"DATA_DIR": str(tmp_path)} | env)
    assert "bi-mat" not in str(stopped.value)


def test_the_password_is_in_no_representation(tmp_path: Path) -> None:
    env = {"SMTP_URL": "smtps://a@mail.doan.vn", "MAIL_FROM": FROM, "SMTP_PASSWORD": "rat-bi-mat"}
    config = Config.from_env({"DATA_DIR": str(tmp_path)} | env)
    assert config.smtp is not None
    assert config.smtp_password == "rat-bi-mat"
    assert "bi-mat" not in repr(config)
