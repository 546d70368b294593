"""Signing in through a provider that is really asked over HTTP, and through one that lies."""

import http.client
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select, update

from ecabinet.registry.models import Account
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, served
from tests.web.conftest import Asker, Site
from tests.web.test_own_account import switch_on


@pytest.fixture
def provider() -> Iterator[Provider]:
    with served() as provider:
        yield provider


@pytest.fixture
def linked(make_site: Callable[..., Site], provider: Provider) -> Site:
    return make_site({"OIDC_ISSUER": provider.url, "OIDC_CLIENT_ID": CLIENT_ID, "OIDC_CLIENT_SECRET": CLIENT_SECRET})


def at_the_provider(address: str) -> str:
    """What a browser does there: asked for the address, it is sent back to ours."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    back = connection.getresponse().headers["Location"]
    connection.close()
    return str(back)


def there_and_back(asker: Asker, start: str = "/login/oidc"):  # type: ignore[no-untyped-def]
    off = asker.get(start)
    assert off.status_code == 302, off.text
    back = urlsplit(at_the_provider(off.location))
    return asker.get(f"{back.path}?{back.query}")


def test_the_exchange_ends_in_a_session(linked: Site, provider: Provider) -> None:
    asker = linked.anybody()
    assert 'href="/login/oidc' in asker.get("/login").text
    answer = there_and_back(asker, "/login/oidc?next=/search")
    assert (answer.status_code, answer.location) == (303, "/search")
    assert "Nguyễn Thị First" in asker.get("/").text
    asked = provider.asked[0]
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert asked["redirect_uri"] == "http://127.0.0.1:8080/login/oidc/callback"


@pytest.mark.parametrize(
    ("claims", "gets_in"),
    [
        ({"preferred_username": "First "}, True),
        ({"email": "first@hue.example.vn", "email_verified": True}, True),
        ({"email": "first@hue.example.vn", "email_verified": False}, False),
        ({"email": "first@hue.example.vn"}, False),
        ({"email": "first@hue.example.vn", "email_verified": "true"}, False),
        ({"preferred_username": "nobody"}, False),
        ({"preferred_username": ["first@hue.example.vn"]}, False),
        ({"preferred_username": ""}, False),
        ({}, False),
    ],
)
def test_it_leads_to_an_account_that_is_there_and_never_makes_one(
    linked: Site, provider: Provider, claims: dict[str, object], gets_in: bool
) -> None:
    with linked.database.writing() as db:
        login = "first@hue.example.vn" if "preferred_username" not in claims else "first"
        db.execute(update(Account).where(Account.login == "first").values(login=login))
        before = db.scalar(select(func.count()).select_from(Account))
    provider.claims = claims
    asker = linked.anybody()
    assert there_and_back(asker).status_code == (303 if gets_in else 409)
    assert asker.get("/").status_code == (200 if gets_in else 303)
    with linked.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Account)) == before


@pytest.mark.parametrize("broken", ["nonce", "issuer", "audience", "expired", "signature", "no signature", "denied"])
def test_a_provider_that_is_not_who_it_says_lets_nobody_in(linked: Site, provider: Provider, broken: str) -> None:
    provider.broken = broken
    asker = linked.anybody()
    answer = there_and_back(asker)
    assert answer.status_code == 409
    assert "tài khoản của cơ quan" in answer.text
    assert asker.get("/").status_code == 303


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(linked: Site) -> None:
    back = urlsplit(at_the_provider(linked.anybody().get("/login/oidc").location))
    victim = linked.anybody()
    assert victim.get(f"{back.path}?{back.query}").status_code == 409
    assert victim.get("/").status_code == 303


def test_an_answer_opens_once(linked: Site) -> None:
    asker = linked.anybody()
    back = urlsplit(at_the_provider(asker.get("/login/oidc").location))
    assert asker.get(f"{back.path}?{back.query}").status_code == 303
    assert asker.get(f"{back.path}?{back.query}").status_code == 409


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=y", "?error=<script>&state=y"])
def test_garbage_is_refused(linked: Site, query: str) -> None:
    answer = linked.anybody().get(f"/login/oidc/callback{query}")
    assert answer.status_code == 409
    assert "<script>&" not in answer.text


def test_the_second_step_is_still_asked_for(linked: Site) -> None:
    switch_on(linked)
    asker = linked.anybody()
    assert there_and_back(asker).location == "/login/second"
    assert asker.get("/").status_code == 303


def test_a_closed_account_stays_closed(linked: Site) -> None:
    with linked.database.writing() as db:
        db.execute(update(Account).where(Account.login == "first").values(active=False))
    assert there_and_back(linked.anybody()).status_code == 409


def test_a_provider_that_goes_by_another_name_is_not_even_visited(linked: Site, provider: Provider) -> None:
    provider.broken = "metadata issuer"
    assert linked.anybody().get("/login/oidc").status_code == 409


def test_a_provider_that_is_down_is_said_so(make_site: Callable[..., Site], provider: Provider) -> None:
    dead = provider.url.rsplit(":", 1)[0] + ":1"
    site = make_site({"OIDC_ISSUER": dead, "OIDC_CLIENT_ID": CLIENT_ID, "OIDC_CLIENT_SECRET": CLIENT_SECRET})
    assert site.anybody().get("/login/oidc").status_code == 409


def test_without_a_provider_there_is_no_such_way(site: Site) -> None:
    assert "/login/oidc" not in site.anybody().get("/login").text
    assert site.anybody().get("/login/oidc").status_code == 404
    assert site.anybody().get("/login/oidc/callback?code=x&state=y").status_code == 404
