"""Signing in: the cookie, the throttle, where one lands, and out again."""

import re
from collections.abc import Callable

import pytest

from ecabinet.registry.rules import FAILURES_PER_LOGIN
from tests.people import PASSWORD
from tests.web.conftest import CSRF, Site


def sign_in(site: Site, login: str = "first", password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]
    return site.anybody().post("/login", {"login": login, "password": password} | more)


@pytest.mark.parametrize("public_url", ["http://127.0.0.1:8080", "https://hop.example.vn"])
def test_a_right_password_gives_a_session_in_a_guarded_cookie(make_site: Callable[..., Site], public_url: str) -> None:
    answer = sign_in(make_site({"PUBLIC_URL": public_url}))
    assert (answer.status_code, answer.location) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) == public_url.startswith("https")


def test_pages_asked_for_at_once_take_nothing_from_each_other(site: Site) -> None:
    """Each is asked with the cookie as it was after signing in, and none of the answers brings another."""
    own = site.anybody()
    assert own.post("/login", {"login": "first", "password": PASSWORD}).status_code == 303
    answers = [own.get(path) for path in ("/", "/search", "/meetings")]
    assert len({re.findall(r'name="csrf-token" content="([^"]{20,})"', answer.text)[0] for answer in answers}) == 1
    assert not [answer.headers["Set-Cookie"] for answer in answers if "Set-Cookie" in answer.headers]


@pytest.mark.parametrize(
    ("login", "password"), [("first", "sai"), ("nobody", PASSWORD), ("", ""), ("first", ""), ("x" * 5000, "y")]
)
def test_a_wrong_one_is_told_the_same_whatever_was_wrong(site: Site, login: str, password: str) -> None:
    answer = sign_in(site, login, password)
    assert answer.status_code == 422
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in answer.text
    assert "token" not in answer.headers.get("Set-Cookie", "")


def test_the_login_is_kept_in_the_form_and_the_password_is_not(site: Site) -> None:
    answer = sign_in(site, "first", "bí mật sai")
    assert 'value="first"' in answer.text
    assert "bí mật sai" not in answer.text


def test_too_many_failures_wait_but_lock_nobody_else_out(site: Site) -> None:
    for _ in range(FAILURES_PER_LOGIN):
        assert sign_in(site, "first", "sai").status_code == 422
    assert sign_in(site, "first").status_code == 429
    assert sign_in(site, "second").status_code == 303
    elsewhere = site.app.test_client()
    with elsewhere.session_transaction() as session:
        session["csrf"] = "t"
    form = {"login": "first", "password": PASSWORD, "csrf_token": "t"}
    assert elsewhere.post("/login", data=form, environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 303


def test_a_neighbour_behind_the_same_address_locks_nobody_out(site: Site) -> None:
    """The browser of somebody who has signed in before counts its failures for itself."""
    own = site.anybody()
    assert own.post("/login", {"login": "first", "password": PASSWORD}).status_code == 303
    with own.client.session_transaction() as session:
        session.clear()
        session["csrf"] = CSRF
    neighbour = site.anybody()
    for _ in range(FAILURES_PER_LOGIN):
        assert neighbour.post("/login", {"login": "first", "password": "sai"}).status_code == 422
    assert neighbour.post("/login", {"login": "first", "password": PASSWORD}).status_code == 429
    forger = site.anybody()
    forger.client.set_cookie("ecabinet_device", "eyJvZiI6ImZpcnN0In0.Zz.forged")
    assert forger.post("/login", {"login": "first", "password": PASSWORD}).status_code == 429
    # for another login the cookie says nothing
    assert own.post("/login", {"login": "second", "password": "sai"}).status_code == 422
    assert own.post("/login", {"login": "first", "password": PASSWORD}).status_code == 303


def test_a_stolen_browser_guesses_no_more_than_any_other(site: Site) -> None:
    own = site.anybody()
    own.post("/login", {"login": "first", "password": PASSWORD})
    with own.client.session_transaction() as session:
        session.clear()
        session["csrf"] = CSRF
    for _ in range(FAILURES_PER_LOGIN):
        assert own.post("/login", {"login": "first", "password": "sai"}).status_code == 422
    assert own.post("/login", {"login": "first", "password": PASSWORD}).status_code == 429


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/meetings/1?view=console", "/meetings/1?view=console"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_afterwards_one_lands_inside_and_nowhere_else(site: Site, wanted: str, goes: str) -> None:
    assert sign_in(site, next=wanted).location == goes


def test_a_session_planted_before_is_worth_nothing_after(site: Site) -> None:
    browser = site.anybody()
    with browser.client.session_transaction() as session:
        session["planted"] = "yes"
    browser.post("/login", {"login": "first", "password": PASSWORD})
    with browser.client.session_transaction() as session:
        assert "planted" not in session
        assert session["token"]


def test_signing_out_ends_the_session_on_the_server_too(site: Site) -> None:
    browser = site.as_("first")
    assert browser.get("/").status_code == 200
    assert browser.post("/logout").status_code == 303
    assert site.as_("first").get("/").status_code == 303


@pytest.mark.parametrize("token", ["", "wrong", "x" * 10_000])
def test_an_unknown_token_opens_nothing(site: Site, token: str) -> None:
    assert site.with_token(token).get("/").status_code == 303


def test_the_language_can_be_changed_and_an_unknown_one_cannot(site: Site) -> None:
    browser = site.anybody()
    assert '<html lang="vi">' in browser.get("/login").text
    browser.post("/language/en")
    assert '<html lang="en">' in browser.get("/login").text
    browser.post("/language/xx")
    assert '<html lang="en">' in browser.get("/login").text


def test_the_language_chosen_outside_stays_inside_and_outside_again(site: Site) -> None:
    browser = site.anybody()
    browser.post("/language/en")
    browser.post("/login", {"login": "first", "password": PASSWORD})
    with browser.client.session_transaction() as session:
        session["csrf"] = CSRF
    assert '<html lang="en">' in browser.get("/").text
    browser.post("/logout")
    assert '<html lang="en">' in browser.get("/login").text


def test_who_has_not_signed_in_cannot_make_the_server_swallow_files(site: Site) -> None:
    big = {"login": "x" * 100_000, "password": "y"}
    assert site.anybody().post("/login", big).status_code == 413
    assert site.anybody().client.post("/meetings/1/agenda", data={"title": "x" * 100_000}).status_code == 303
