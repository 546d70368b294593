"""Casting over plain HTTP: the same reasons as over the socket, for a script and for a form without one."""

import pytest

from tests.web.conftest import Site


def cast(site: Site, name: str, option: object = None, token: str = "tablet-1", **headers: str):  # type: ignore[no-untyped-def]
    chosen = site.scene.options["for"] if option is None else option
    return site.as_(name).post(f"{site.poll}/ballot", {"option": chosen, "token": token}, **headers)


def test_a_plain_form_goes_back_to_the_meeting_where_the_receipt_stands(site: Site) -> None:
    answer = cast(site, "first")
    assert (answer.status_code, answer.location) == (303, site.meeting)
    page = site.as_("first").get(site.meeting).text
    assert "Đồng chí đã chọn: Đồng ý" in page
    assert "data-receipt-code" in page


def test_a_script_gets_the_receipt_and_the_same_one_again(site: Site) -> None:
    first = cast(site, "first", Accept="application/json")
    again = cast(site, "first", Accept="application/json")
    assert first.status_code == again.status_code == 200
    assert first.json == again.json
    assert first.json is not None
    assert first.json["ok"] is True


@pytest.mark.parametrize(
    ("name", "option", "code", "status"),
    [
        ("secretary", None, "not_entitled", 409),
        ("first", 999_999, "unknown_option", 409),
        ("first", "", "malformed", 400),
        ("first", "1 OR 1", "malformed", 400),
        ("first", [], "nothing_chosen", 409),
        ("stranger", None, "not_found", 404),
    ],
)
def test_refusals_have_names(site: Site, name: str, option: object, code: str, status: int) -> None:
    answer = cast(site, name, option, Accept="application/json")
    assert answer.status_code == status
    assert answer.json is not None
    assert (answer.json["ok"], answer.json["error"]) == (False, code)
    assert answer.json["message"]


def test_two_options_and_a_second_ballot_and_a_late_one(site: Site) -> None:
    both = cast(site, "first", list(site.scene.options.values())[:2], Accept="application/json")
    assert both.json is not None
    assert both.json["error"] == "too_many_chosen"
    assert cast(site, "first").status_code == 303
    second = cast(site, "first", site.scene.options["against"], token="tablet-2", Accept="application/json")
    assert second.json is not None
    assert second.json["error"] == "already_voted"
    assert site.as_("chair").post(f"{site.poll}/close").status_code == 303
    late = cast(site, "second", Accept="application/json")
    assert late.json is not None
    assert late.json["error"] == "poll_not_open"


def test_a_refusal_to_a_plain_form_is_a_page_with_the_reason(site: Site) -> None:
    site.as_("chair").post(f"{site.poll}/close")
    answer = cast(site, "first")
    assert answer.status_code == 409
    assert "Biểu quyết chưa mở hoặc đã đóng." in answer.text


def test_totals_are_nobodys_before_they_are_published(site: Site) -> None:
    cast(site, "first", site.scene.options["against"])
    assert site.as_("chair").get(site.poll).status_code == 409
    site.as_("chair").post(f"{site.poll}/close")
    assert site.as_("chair").get(site.poll).status_code == 200
    assert site.as_("first").get(site.poll).status_code == 409
    assert 'class="result"' not in site.as_("first").get(site.meeting).text
    site.as_("chair").post(f"{site.poll}/publish")
    for name in ("first", "second", "chair"):
        page = site.as_(name).get(site.poll)
        assert page.status_code == 200
        assert "0/4 tán thành" in page.text
    assert site.as_("stranger").get(site.poll).status_code == 404


def test_a_receipt_is_shown_to_its_owner_only(site: Site) -> None:
    answer = cast(site, "first", Accept="application/json")
    assert answer.json is not None
    receipt = answer.json["receipt"]
    site.as_("chair").post(f"{site.poll}/close")
    site.as_("chair").post(f"{site.poll}/publish")
    assert receipt in site.as_("first").get(site.poll).text
    for name in ("second", "chair", "secretary"):
        assert receipt not in site.as_(name).get(site.poll).text
