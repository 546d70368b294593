"""Each action in each state of a meeting: done or refused by name, never a fault."""

import io

import pytest

from ecabinet.meetings import queries
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.rules import MeetingState
from tests.web.conftest import CSRF, Site

ACTIONS = {
    "edit": {"title": "Khác", "starts_at": "2026-12-01T08:00", "ends_at": "2026-12-01T11:00", "quorum": "2/3"},
    "agenda": {"lines": "Nội dung thêm (5 phút)"},
    "items/{item}": {"title": "Tên khác"},
    "order": {"item": "{item}", "direction": "down"},
    "current/{item}": {},
    "people": {"body": "{body}"},
    "guests": {"member": "{spare}"},
    "people/{seat}/role": {"role": "secretary"},
    "polls": {"title": "Biểu quyết thêm", "fraction": "1/2"},
    "items/{item}/remove": {},
}


REFUSED: dict[object, str] = {
    MeetingState.SUBMITTED: "submitted_already",
    ("edit", MeetingState.APPROVED): "approved_already",
    **dict.fromkeys(
        (("current/{item}", state) for state in (MeetingState.DRAFT, MeetingState.APPROVED, MeetingState.INVITED)),
        "meeting_not_under_way",
    ),
    MeetingState.ARCHIVED: "archived",
    **dict.fromkeys((MeetingState.CONCLUDED, MeetingState.CANCELLED, MeetingState.DROPPED), "wrong_state"),
}


@pytest.mark.parametrize("state", list(MeetingState))
@pytest.mark.parametrize("action", ACTIONS)
def test_what_is_prepared_may_change_until_the_meeting_is_over(site: Site, action: str, state: MeetingState) -> None:
    with site.database.writing() as db:
        meeting = db.get_one(Meeting, site.scene.meeting)
        meeting.state = state
        item = queries.agenda(db, meeting)[0].id
        seat = queries.participants(db, meeting.id)[1].id
    ids = {"item": item, "seat": seat, "body": site.scene.office.body, "spare": site.scene.member("spare")}
    form: dict[str, object] = {name: value.format(**ids) for name, value in ACTIONS[action].items()}
    answer = site.as_("secretary").post(f"{site.meeting}/{action.format(**ids)}", form, Accept="application/json")
    refused = REFUSED.get((action, state)) or REFUSED.get(state)
    if (action, state) == ("edit", MeetingState.INVITED):  # the time people were invited for is only postponed
        assert answer.status_code == 422
    elif refused is not None:
        assert answer.json is not None
        assert (answer.status_code, answer.json["error"]) == (409, refused)
    else:
        assert answer.status_code == 200, answer.text


def test_a_paper_may_follow_after_the_end(site: Site) -> None:
    with site.database.writing() as db:
        meeting = db.get_one(Meeting, site.scene.meeting)
        meeting.state = MeetingState.CONCLUDED
        item = queries.agenda(db, meeting)[0].id
    form = {"file": (io.BytesIO(b"%PDF-1.4"), "bien-ban.pdf"), "csrf_token": CSRF}
    answer = site.as_("secretary").client.post(f"{site.meeting}/items/{item}/papers", data=form)
    assert answer.status_code == 303


def test_the_end_waits_for_the_open_vote(site: Site) -> None:
    chair = site.as_("chair")
    refused = chair.post(f"{site.meeting}/conclude", Accept="application/json")
    assert refused.json is not None
    assert refused.json["error"] == "poll_still_open"
    assert chair.post(f"{site.meeting}/state", {"state": "concluded"}).status_code == 400
    assert chair.post(f"{site.poll}/close").status_code == 303
    assert chair.post(f"{site.meeting}/conclude").status_code == 303
    assert chair.post(f"{site.meeting}/conclude").status_code == 409
    assert chair.post(f"{site.poll}/publish").status_code == 303


def test_only_who_holds_meetings_is_offered_to_use_one_again(site: Site) -> None:
    assert "Phiên mới như phiên này" in site.as_("secretary").get(f"{site.meeting}/life").text
    page = site.as_("chair").get(f"{site.meeting}/life")
    assert page.status_code == 200
    assert "Phiên mới như phiên này" not in page.text
