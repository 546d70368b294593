"""In the room: attendance by oneself, by the secretary, by QR; blocks for pages without a socket; headers."""

import pytest
from sqlalchemy import select

from ecabinet.meetings.models import Attendance, Meeting, Participant
from tests.people import participant
from tests.web.conftest import Site


def presence(site: Site, name: str) -> tuple[bool, str]:
    with site.database.reading() as db:
        seat = db.scalars(
            select(Participant).where(
                Participant.meeting_id == site.scene.meeting, Participant.member_id == site.scene.member(name)
            )
        ).one()
        last = db.scalars(
            select(Attendance).where(Attendance.participant_id == seat.id).order_by(Attendance.id.desc())
        ).first()
        return seat.present, last.how if last else ""


def code_of(site: Site, name: str) -> str:
    with site.database.writing() as db:
        return participant(db, site.scene.office, db.get_one(Meeting, site.scene.meeting), name).check_in_code


def test_entering_and_leaving_are_recorded(site: Site) -> None:
    site.as_("secretary").post(f"{site.meeting}/enter")
    assert presence(site, "secretary") == (True, "self")
    assert site.as_("secretary").post(f"{site.meeting}/enter").status_code == 303
    site.as_("secretary").post(f"{site.meeting}/leave")
    assert presence(site, "secretary") == (False, "self")


def test_the_secretary_records_others(site: Site) -> None:
    with site.database.reading() as db:
        seat = db.scalars(select(Participant.id).where(Participant.member_id == site.scene.member("first"))).one()
    path = f"{site.meeting}/attendance/{seat}"
    assert site.as_("secretary").post(path, {"present": "0"}).status_code == 303
    assert presence(site, "first") == (False, "secretary")
    assert site.as_("secretary").post(f"{site.meeting}/attendance/999999", {"present": "1"}).status_code == 404


def test_scanning_the_invitation_records_by_qr(site: Site) -> None:
    site.as_("first").post(f"{site.meeting}/leave")
    code = code_of(site, "first")
    for name in ("first", "secretary"):
        assert site.as_(name).get(f"/c/{code}").status_code == 200
        assert site.as_(name).get(f"/c/{code}/qr.svg").mimetype == "image/svg+xml"
    for name in ("second", "stranger"):
        assert site.as_(name).get(f"/c/{code}").status_code == 404
        assert site.as_(name).get(f"/c/{code}/qr.svg").status_code == 404
        assert site.as_(name).post(f"/c/{code}").status_code == 404
    assert presence(site, "first") == (False, "self")
    assert site.as_("secretary").post(f"/c/{code}").status_code == 303
    assert presence(site, "first") == (True, "qr")
    assert site.as_("first").get("/c/no-such-code").status_code == 404


def test_answers_to_the_invitation(site: Site) -> None:
    first = site.as_("first")
    assert first.post(f"{site.meeting}/rsvp", {"answer": "accepted"}).status_code == 303
    without_reason = first.post(f"{site.meeting}/rsvp", {"answer": "absent", "reason": " "})
    assert without_reason.status_code == 422
    assert "Mục này chưa được nhập." in without_reason.text
    assert first.post(f"{site.meeting}/rsvp", {"answer": "absent", "reason": "Ốm"}).status_code == 303
    assert first.post(f"{site.meeting}/rsvp", {"answer": "maybe"}).status_code == 400
    found = first.get(f"{site.meeting}/substitute?substitute_name=SPARE").text
    assert "Nguyễn Thị Spare" in found
    assert first.post(f"{site.meeting}/substitute", {"member": site.scene.member("spare")}).status_code == 303
    assert "Nguyễn Thị Spare" in first.get(f"{site.meeting}/invitation").text
    for member in ("", "x", "999999"):
        assert first.post(f"{site.meeting}/substitute", {"member": member}).status_code == 409


def test_blocks_are_the_page_and_unchanged_ones_cost_nothing(site: Site) -> None:
    first = site.as_("first")
    answer = first.get(f"{site.meeting}/blocks", Accept="application/json")
    assert answer.json is not None
    ids = [block["id"] for block in answer.json]
    page = first.get(site.meeting).text
    assert ids
    assert all(f'id="{one}"' in page for one in ids)
    again = first.get(f"{site.meeting}/blocks", If_None_Match=answer.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    site.as_("second").post(f"{site.meeting}/leave")
    changed = first.get(f"{site.meeting}/blocks", If_None_Match=answer.headers["ETag"])
    assert changed.status_code == 200


@pytest.mark.parametrize("view", ["console", "screen"])
def test_blocks_of_the_console_are_not_for_members(site: Site, view: str) -> None:
    assert site.as_("first").get(f"{site.meeting}/blocks?view={view}").status_code == 403
    assert site.as_("chair").get(f"{site.meeting}/blocks?view={view}").status_code == 200
    assert site.as_("chair").get(f"{site.meeting}/blocks?view=nonsense").status_code == 404


def test_an_action_of_a_live_page_says_to_refresh_and_a_refusal_says_why(site: Site) -> None:
    done = site.as_("chair").post(f"{site.poll}/close", HX_Request="true")
    assert done.status_code == 204
    assert "refresh-blocks" in done.headers["HX-Trigger"]
    refused = site.as_("chair").post(f"{site.poll}/close", HX_Request="true")
    assert refused.status_code == 409
    assert "toast" in refused.headers["HX-Trigger"]
    assert refused.headers["HX-Trigger"].isascii()


def test_every_page_carries_the_strict_headers(site: Site) -> None:
    for path in ("/", "/login", site.meeting, "/meetings/999999", "/nowhere"):
        headers = site.as_("first").get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_pages_hold_no_inline_script_or_style(site: Site) -> None:
    for path in ("/", site.meeting, f"{site.meeting}/invitation", "/search?q=x"):
        page = site.as_("first").get(path).text
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page


def test_too_long_a_reason_for_a_substitute_is_said_beside_its_field(site: Site) -> None:
    reason = "bận " * 200
    form = {"member": site.scene.member("spare"), "substitute_name": "SPARE", "substitute_reason": reason}
    answer = site.as_("first").post(f"{site.meeting}/substitute", form)
    assert answer.status_code == 422
    assert reason.strip() in answer.text
    assert 'id="field-substitute_reason-fault"' in answer.text
    assert "Nguyễn Thị Spare" in answer.text
    assert site.as_("first").post(f"{site.meeting}/substitute", form | {"substitute_reason": "bận"}).status_code == 303
