"""What no browser of ours would send is refused by name on both databases; nothing of it is a fault of the server."""

from collections.abc import Callable

import pytest

from tests.web.conftest import Site


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest, make_site: Callable[..., Site]) -> Site:
    """The site on one database, then on the other."""
    if request.param == "sqlite":
        return make_site()
    return make_site({"DATABASE_URL": request.getfixturevalue("migrated_postgres")()})


def test_numbers_that_no_database_holds_and_characters_that_no_text_has(anywhere: Site) -> None:
    secretary = anywhere.as_("secretary")
    for number in ("9" * 19, "9" * 40, "9" * 5000):
        for path in ("/meetings/{}", "/polls/{}", "/papers/{}", "/papers/1/versions/{}/content"):
            assert secretary.get(path.format(number)).status_code == 404
        assert secretary.post(f"/polls/{number}/open").status_code == 404
        assert secretary.post(f"{anywhere.meeting}/current/{number}").status_code == 404
    assert secretary.get("/c/a%00b").status_code == 404
    for path in (f"{anywhere.meeting}/people?name=a%00b", "/search?q=a%00b", "/search?q=%00"):
        assert secretary.get(path).status_code == 200
    assert anywhere.as_("first").get(f"{anywhere.meeting}/substitute?substitute_name=a%00b").status_code == 200
    assert anywhere.anybody().post("/login", {"login": "a\0b", "password": "\0"}).status_code == 422


@pytest.mark.parametrize("number", ["--5", "-", "9" * 5000, "1e3", "²"])
def test_what_is_no_number_in_a_form(site: Site, number: str) -> None:
    secretary = site.as_("secretary")
    assert secretary.post(f"{site.meeting}/agenda", {"title": "Nội dung", "minutes": number}).status_code == 422
    assert secretary.post(f"{site.meeting}/order", {"item": number}, Accept="application/json").status_code == 400
    assert secretary.post(f"{site.meeting}/people", {"body": number}, Accept="application/json").status_code == 409


@pytest.mark.parametrize("target", ["//[", "/\t/[", "/x\n/y"])
def test_an_address_that_cannot_be_read_leads_to_the_first_page(site: Site, target: str) -> None:
    answer = site.as_("first").client.get("/login", query_string={"next": target})
    assert answer.status_code == 303
    assert answer.location.startswith("/")
    assert "[" not in answer.location
