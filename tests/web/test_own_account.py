"""The own account: password, sessions, second step, recovery codes, roles lent."""

import re
from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from ecabinet.registry.models import Account, SignIn, UnitRole
from ecabinet.registry.operations import token_hash
from ecabinet.registry.rules import FAILURES_PER_LOGIN
from tests.people import PASSWORD
from tests.web.conftest import CSRF, Asker, Site

NEW = "một câu khác dễ nhớ"


def change(site: Site, **fields: str):  # type: ignore[no-untyped-def]
    form = {"old": PASSWORD, "password": NEW, "again": NEW}
    return site.as_("first").post("/me/password", form | fields)


def sign_in(site: Site, password: str = PASSWORD, login: str = "first", address: str = "127.0.0.1") -> Asker:
    asker = site.anybody()
    asker.client.environ_base["REMOTE_ADDR"] = address
    asker.answer = asker.post("/login", {"login": login, "password": password})  # type: ignore[attr-defined]
    return asker


def status(asker: Asker) -> tuple[int, str]:
    return asker.answer.status_code, asker.answer.location or ""  # type: ignore[attr-defined]


def test_a_new_password_works_and_the_old_one_no_longer(site: Site) -> None:
    assert change(site).status_code == 303
    assert status(sign_in(site)) == (422, "")
    assert status(sign_in(site, NEW)) == (303, "/")


def test_afterwards_only_this_device_is_signed_in(site: Site) -> None:
    elsewhere = sign_in(site)
    assert elsewhere.get("/me").status_code == 200
    change(site)
    assert elsewhere.get("/me").status_code == 303
    assert site.as_("first").get("/me").status_code == 200
    assert site.as_("second").get("/me").status_code == 200


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"old": "sai"}, "Mật khẩu hiện tại không đúng."),
        ({"old": ""}, "Mật khẩu hiện tại không đúng."),
        ({"password": "ngắn"}, "ít nhất 10 ký tự"),
        ({"password": "qwertyuiop", "again": "qwertyuiop"}, "bị thử đầu tiên"),
        ({"again": "khác hẳn"}, "không giống nhau"),
        ({"password": "x" * 100_000}, "quá dài"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(site: Site, fields: dict[str, str], said: str) -> None:
    answer = change(site, **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert NEW not in answer.text
    assert status(sign_in(site)) == (303, "/")


def test_the_old_password_cannot_be_guessed_on_a_borrowed_tablet(site: Site) -> None:
    for _ in range(FAILURES_PER_LOGIN):
        change(site, old="sai")
    assert "15 phút" in change(site).text
    assert status(sign_in(site, NEW)) == (429, "")


def test_sessions_show_where_and_can_be_ended_one_by_one(site: Site) -> None:
    elsewhere = sign_in(site, address="203.0.113.7")
    page = site.as_("first").get("/me").text
    assert "203.0.113.7" in page
    assert "Thiết bị này" in page
    with site.database.reading() as db:
        hashed = db.scalars(select(SignIn.token_hash).where(SignIn.address == "203.0.113.7")).one()
    # somebody else's session is not to be ended
    site.as_("second").post("/me/sessions/end", {"session": hashed})
    assert elsewhere.get("/me").status_code == 200
    for _ in range(2):
        assert site.as_("first").post("/me/sessions/end", {"session": hashed}).status_code == 303
    assert elsewhere.get("/me").status_code == 303


def test_signing_out_everywhere_else(site: Site) -> None:
    elsewhere = [sign_in(site) for _ in range(2)]
    assert site.as_("first").post("/me/sessions/end-others").status_code == 303
    assert [asker.get("/me").status_code for asker in elsewhere] == [303, 303]
    assert site.as_("first").get("/me").status_code == 200


def test_a_session_remembers_when_it_was_last_seen(site: Site) -> None:
    long_ago = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    with site.database.writing() as db:
        db.execute(update(SignIn).values(seen_at=long_ago))
    site.as_("first").get("/me")
    with site.database.reading() as db:
        seen = db.get_one(SignIn, token_hash(site.scene.office.tokens["first"])).seen_at
    assert seen is not None
    assert seen > long_ago


# ---------------------------------------------------------------- the second step


def switch_on(site: Site, name: str = "first") -> tuple[pyotp.TOTP, list[str]]:
    """Set up an authenticator as the page does; its codes, and the recovery codes."""
    asker = site.as_(name)
    assert asker.post("/me/second-step", {"second_password": PASSWORD}).status_code == 303
    secret = re.search(r"<code data-secret>([A-Z2-7]+)</code>", asker.get("/me").text)
    assert secret is not None
    totp = pyotp.TOTP(secret[1])
    shown = asker.post("/me/second-step/confirm", {"code": totp.now()})
    assert shown.status_code == 200
    return totp, re.findall(r"<code>([a-z0-9-]{19})</code>", shown.text)


def code_after(totp: pyotp.TOTP, steps: int = 1) -> str:
    return totp.at(datetime.now().astimezone() + timedelta(seconds=30 * steps))


def test_it_takes_the_password_to_begin_and_a_code_to_count(site: Site) -> None:
    assert site.as_("first").post("/me/second-step", {"second_password": "sai"}).status_code == 422
    assert site.as_("first").post("/me/second-step/confirm", {"code": "123456"}).status_code == 409
    site.as_("first").post("/me/second-step", {"second_password": PASSWORD})
    assert site.as_("first").post("/me/second-step/confirm", {"code": "000000x"}).status_code == 422
    assert status(sign_in(site)) == (303, "/"), "not confirmed, so not asked for"


def test_signing_in_takes_two_steps_once_it_is_on(site: Site) -> None:
    totp, codes = switch_on(site)
    assert len(codes) == 10
    asker = sign_in(site)
    assert status(asker) == (303, "/login/second")
    assert asker.get("/").status_code == 303, "the password alone opens nothing"
    assert asker.post("/login/second", {"code": "không phải"}).status_code == 422
    code = code_after(totp)
    assert asker.post("/login/second", {"code": code}).status_code == 303
    assert asker.get("/").status_code == 200
    assert sign_in(site).post("/login/second", {"code": code}).status_code == 422, "the same code again"


def test_a_recovery_code_opens_once(site: Site) -> None:
    _totp, codes = switch_on(site)
    assert sign_in(site).post("/login/second", {"code": codes[3].upper()}).status_code == 303
    assert sign_in(site).post("/login/second", {"code": codes[3]}).status_code == 422
    assert "Còn 9 mã dự phòng" in site.as_("first").get("/me").text


def test_new_recovery_codes_replace_the_old(site: Site) -> None:
    _totp, old = switch_on(site)
    assert site.as_("first").post("/me/second-step/codes", {"second_password": "sai"}).status_code == 422
    shown = site.as_("first").post("/me/second-step/codes", {"second_password": PASSWORD})
    new = re.findall(r"<code>([a-z0-9-]{19})</code>", shown.text)
    assert len(new) == 10
    assert sign_in(site).post("/login/second", {"code": old[0]}).status_code == 422
    assert sign_in(site).post("/login/second", {"code": new[0]}).status_code == 303


def test_it_can_be_switched_off_with_the_password(site: Site) -> None:
    switch_on(site)
    assert site.as_("first").post("/me/second-step/off", {"second_password": "sai"}).status_code == 422
    assert status(sign_in(site)) == (303, "/login/second")
    assert site.as_("first").post("/me/second-step/off", {"second_password": PASSWORD}).status_code == 303
    assert status(sign_in(site)) == (303, "/")


def test_it_is_not_set_up_anew_over_the_one_that_is_on(site: Site) -> None:
    switch_on(site)
    assert site.as_("first").post("/me/second-step", {"second_password": PASSWORD}).status_code == 409
    assert site.as_("first").post("/me/second-step/confirm", {"code": "123456"}).status_code == 409


def test_without_the_first_step_there_is_no_second(site: Site) -> None:
    totp, codes = switch_on(site)
    asker = site.anybody()
    assert asker.get("/login/second").location == "/login"
    for code in (totp.now(), codes[0]):
        assert asker.post("/login/second", {"code": code}).location == "/login"


def test_the_time_between_the_steps_is_short(site: Site) -> None:
    totp, _codes = switch_on(site)
    asker = sign_in(site)
    with asker.client.session_transaction() as session:
        session["second"] = session["second"] | {"at": session["second"]["at"] - 301}
    assert asker.post("/login/second", {"code": code_after(totp)}).location == "/login"


def test_wrong_codes_wait_but_lock_nobody_out(site: Site) -> None:
    totp, codes = switch_on(site)
    asker = sign_in(site, address="203.0.113.1")
    for _ in range(FAILURES_PER_LOGIN):
        assert asker.post("/login/second", {"code": "000000x"}).status_code == 422
    assert asker.post("/login/second", {"code": code_after(totp)}).status_code == 429
    assert asker.post("/login/second", {"code": codes[0]}).status_code == 429
    assert sign_in(site, address="203.0.113.2").post("/login/second", {"code": code_after(totp)}).status_code == 303


def test_codes_guessed_from_many_addresses_stop_and_the_recovery_codes_still_open(site: Site) -> None:
    totp, codes = switch_on(site)
    for address in range(10):
        asker = sign_in(site, address=f"203.0.113.{address}")
        for _ in range(5):
            asker.post("/login/second", {"code": "0000000"})
    owner = sign_in(site, address="198.51.100.1")
    assert owner.post("/login/second", {"code": code_after(totp)}).status_code == 429
    assert owner.post("/login/second", {"code": codes[0]}).status_code == 303
    assert status(sign_in(site, login="second", address="203.0.113.1")) == (303, "/")


def test_an_account_closed_between_the_steps_stays_out(site: Site) -> None:
    totp, _codes = switch_on(site)
    asker = sign_in(site)
    with site.database.writing() as db:
        db.execute(update(Account).where(Account.login == "first").values(active=False))
    assert asker.post("/login/second", {"code": code_after(totp)}).status_code == 422


# ---------------------------------------------------------------- roles lent


def lend(site: Site, who: str = "leader", **fields: object):  # type: ignore[no-untyped-def]
    with site.database.reading() as db:
        role = db.scalars(select(UnitRole).join(Account).where(Account.login == "leader")).one()
    here = datetime.now().astimezone()
    form = {
        "role": role.id,
        "taker": "first",
        "starts_at": (here - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
        "ends_at": (here + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"),
    }
    return site.as_(who).post("/me/delegations", form | fields)


def test_a_role_is_lent_seen_by_both_and_taken_back(site: Site) -> None:
    assert lend(site).status_code == 303
    for name in ("leader", "first"):
        assert "Nguyễn Thị Leader ủy quyền cho Nguyễn Thị First" in site.as_(name).get("/me").text
    assert "ủy quyền cho" not in site.as_("second").get("/me").text
    assert site.as_("second").post("/me/delegations/1/end").status_code == 404
    for _ in range(2):
        assert site.as_("leader").post("/me/delegations/1/end").status_code == 303
    assert "ủy quyền cho" not in site.as_("first").get("/me").text


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"taker": "nobody"}, 422),
        ({"taker": "leader"}, 422),
        ({"taker": ""}, 422),
        ({"ends_at": "2020-01-01T00:00"}, 422),
        ({"ends_at": ""}, 422),
        ({"starts_at": "hôm qua"}, 422),
        ({"ends_at": "2099-01-01T00:00"}, 422),
        ({"role": ""}, 404),
        ({"role": "x"}, 404),
        ({"role": 999_999}, 404),
    ],
)
def test_a_delegation_that_makes_no_sense_is_refused(site: Site, fields: dict[str, object], expected: int) -> None:
    assert lend(site, **fields).status_code == expected


def test_nobody_lends_somebody_elses_role(site: Site) -> None:
    assert lend(site, who="first").status_code == 404


def test_csrf_is_asked_for_on_the_way_in_too(site: Site) -> None:
    switch_on(site)
    asker = sign_in(site)
    assert asker.post("/login/second", {"code": "1"}, csrf="wrong").status_code == 400
    assert CSRF not in asker.get("/login").headers.get("Set-Cookie", "")
