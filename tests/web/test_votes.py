"""Votes as the secretary prepares them and the room casts them: elections, secret ballots, counts by hand."""

import io
import json
import re

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from documents.models import Version
from ecabinet.meetings.models import Participant
from ecabinet.printing import seals
from ecabinet.voting.models import Poll
from tests.web.conftest import Site

ELECTION = {
    "kind": "election", "manner": "secret", "title": "Bầu Phó Bí thư", "rule": "election", "seats": "1",
    "candidates": "Trần Thị Mai; Ủy viên, Huế\n\n  Lê Văn  Nam \n", "shows_progress": "1",
}  # fmt: skip


@pytest.fixture
def meeting(site: Site) -> str:
    """The meeting with no vote open."""
    site.as_("chair").post(f"{site.poll}/cancel", {"reason": "Chuẩn bị nội dung khác"})
    return site.meeting


def newest(site: Site) -> Poll:
    with site.database.reading() as db:
        poll = db.scalars(select(Poll).order_by(Poll.id.desc())).first()
        assert poll is not None
        _options = list(poll.options)
        return poll


def run(site: Site, poll: Poll, *steps: str) -> None:
    for step in steps:
        assert site.as_("chair").post(f"/polls/{poll.id}/{step}").status_code == 303, step


def test_a_secret_election_from_the_form_to_the_list_of_ballots(site: Site, meeting: str) -> None:
    secretary = site.as_("secretary")
    assert secretary.post(f"{meeting}/polls", ELECTION).status_code == 303
    poll = newest(site)
    assert [(option.label, option.note) for option in poll.options] == [
        ("Trần Thị Mai", "Ủy viên, Huế"), ("Lê Văn Nam", ""),
    ]  # fmt: skip
    assert (poll.majority_base, poll.reference) == ("cast", "Quy chế bầu cử trong hệ thống Đoàn")
    run(site, poll, "open")
    sheet = site.as_("first").get(meeting).text
    assert "Bỏ phiếu kín" in sheet
    assert 'type="checkbox" name="option"' in sheet
    mai = poll.options[0].id
    answer = site.as_("first").post(f"/polls/{poll.id}/ballot", {"option": mai, "token": "a token of the tablet"})
    assert answer.status_code == 200
    receipt = re.search(r"data-receipt-code>([A-Z0-9-]{14})<", answer.text)
    assert receipt is not None
    again = site.as_("first").get(meeting).text
    assert receipt[1] not in again
    assert "Đồng chí đã bỏ phiếu kín" in again
    assert site.as_("first").get(f"/polls/{poll.id}").status_code == 409
    run(site, poll, "close", "publish")
    page = site.as_("first").get(f"/polls/{poll.id}").text
    assert "Trúng cử" in page
    assert "Nguyễn Thị First" not in page.split("<main", 1)[1]
    listed = site.as_("second").get(f"/polls/{poll.id}/ballots.json")
    assert receipt[1] in json.loads(listed.text)["receipts"]
    assert site.as_("stranger").get(f"/polls/{poll.id}/ballots.json").status_code == 404


def test_the_list_of_ballots_is_nobodys_before_it_is_published(site: Site) -> None:
    for name in ("first", "chair"):
        assert site.as_(name).get(f"{site.poll}/ballots.json").status_code == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"seats": "0"}, "seats"),
        ({"seats": "9"}, "seats"),
        ({"seats": "một"}, "seats"),
        ({"most": "2"}, "most"),
        ({"candidates": ""}, "candidates"),
        ({"candidates": "Một\nMột"}, "candidates"),
        ({"title": ""}, "title"),
        ({"reference": "x" * 400}, "reference"),
        ({"live_results": "1"}, "live_results"),
        ({"kind": "motion", "rule": "", "fraction": "3/0"}, "fraction"),
    ],
)
def test_a_form_with_a_fault_comes_back_with_what_was_written(
    site: Site, meeting: str, change: dict[str, str], field: str
) -> None:
    answer = site.as_("secretary").post(f"{meeting}/polls", ELECTION | {"title": "Một tên riêng"} | change)
    assert answer.status_code == 422
    assert f'id="field-{field}-fault"' in answer.text
    if "title" not in change:
        assert "Một tên riêng" in answer.text
    assert newest(site).title == "Thông qua báo cáo"


def test_a_draft_is_edited_and_removed_and_an_open_vote_is_not(site: Site, meeting: str) -> None:
    secretary = site.as_("secretary")
    secretary.post(f"{meeting}/polls", ELECTION)
    poll = newest(site)
    form = secretary.get(f"/polls/{poll.id}/edit").text
    assert "Trần Thị Mai; Ủy viên, Huế" in form
    assert secretary.post(f"/polls/{poll.id}/edit", ELECTION | {"title": "Bầu Bí thư"}).status_code == 303
    assert newest(site).title == "Bầu Bí thư"
    run(site, poll, "open")
    for action in ("edit", "remove"):
        answer = secretary.post(f"/polls/{poll.id}/{action}", ELECTION, Accept="application/json")
        assert answer.json is not None
        assert answer.json["error"] == "poll_frozen"


def test_a_vote_by_hand_is_counted_by_a_scrutineer(site: Site, meeting: str) -> None:
    secretary = site.as_("secretary")
    by_hand = {"kind": "motion", "manner": "hands", "title": "Thông qua", "rule": "half_present"}
    secretary.post(f"{meeting}/polls", by_hand)
    poll = newest(site)
    run(site, poll, "open")
    assert "giơ tay" in site.as_("first").get(meeting).text
    assert site.as_("first").get(f"/polls/{poll.id}/hand-count").status_code == 403
    with site.database.writing() as db:
        scrutineer = db.scalars(select(Participant).filter_by(member_id=site.scene.member("first"))).one()
        scrutineer.scrutineer = True
    ids = [option.id for option in poll.options]
    wrong = {"issued": "4", "cast": "4", "invalid": "0", **{f"votes-{n}": "4" for n in ids}}
    answer = site.as_("first").post(f"/polls/{poll.id}/hand-count", wrong)
    assert answer.status_code == 422
    assert "Cộng các phương án được 12" in answer.text
    right = wrong | {f"votes-{ids[0]}": "3", f"votes-{ids[1]}": "1", f"votes-{ids[2]}": "0"}
    assert site.as_("first").post(f"/polls/{poll.id}/hand-count", right).status_code == 303
    run(site, poll, "close", "publish")
    page = site.as_("second").get(f"/polls/{poll.id}").text
    assert "kết quả nhập tay" in page
    assert "3/4 tán thành" in page


def test_a_second_round_needs_the_decision(site: Site, meeting: str) -> None:
    site.as_("secretary").post(f"{meeting}/polls", ELECTION)
    poll = newest(site)
    run(site, poll, "open", "close", "publish")
    chair = site.as_("chair")
    without = chair.post(f"/polls/{poll.id}/second-round", Accept="application/json")
    assert without.json is not None
    assert without.json["error"] == "missing"
    assert chair.post(f"/polls/{poll.id}/second-round", {"decision": "Hội nghị nhất trí"}).status_code == 303
    assert (newest(site).round, newest(site).decision) == (2, "Hội nghị nhất trí")


def test_the_record_of_the_count_is_signed_and_kept_once(site: Site) -> None:
    site.as_("first").post(f"{site.poll}/ballot", {"option": site.scene.options["for"], "token": "x"})
    chair = site.as_("chair")
    assert chair.post(f"{site.poll}/record", Accept="application/json").status_code == 409
    for step in ("close", "publish", "record"):
        assert chair.post(f"{site.poll}/{step}").status_code == 303
    assert chair.post(f"{site.poll}/record", Accept="application/json").status_code == 409
    with site.database.reading() as db:
        poll = db.get_one(Poll, site.scene.poll)
        version = db.scalars(select(Version).filter_by(document_id=poll.record_id)).one()
        blobs = site.app.extensions["ecabinet"].engines.blobs
        signed = b"".join(blobs.open(version.sha256))
    (signature,) = seals.verify(signed)
    assert signature.unchanged
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(signed)).pages)
    for words in ("BIÊN BẢN KIỂM PHIẾU", "Thông qua báo cáo", "không được thông qua, với 1/4", "Nguyễn Thị Chair"):
        assert words in " ".join(said.split())
    page = site.as_("second").get(site.poll).text
    assert f'href="/papers/{poll.record_id}"' in page


def test_totals_are_seen_live_only_where_that_was_put_so(site: Site, meeting: str) -> None:
    for live in ("", "1"):
        motion = {"kind": "motion", "manner": "named", "title": f"Thăm dò {live}", "rule": "half_present"}
        site.as_("secretary").post(f"{meeting}/polls", motion | {"live_results": live})
        poll = newest(site)
        run(site, poll, "open")
        site.as_("first").post(f"/polls/{poll.id}/ballot", {"option": poll.options[0].id, "token": "x"})
        page = site.as_("second").get(meeting).text
        assert ("result-row" in page.split('id="vote-progress"', 1)[1].split("</ul>", 1)[0]) is bool(live)
        assert ("đã bỏ phiếu" in page) is bool(live)
        run(site, poll, "close")
