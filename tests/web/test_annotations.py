"""Annotations over plain requests: who sees what, who may change what, and every bad thing refused by its name."""

import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from documents.annotation_models import Annotation
from documents.annotation_rules import MOST_POINTS
from documents.models import Version
from ecabinet.audit import AuditEntry
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.rules import MeetingState
from ecabinet.registry import sessions
from tests.annotating import Paper, lay_paper, note, paper_of, record
from tests.people import PEOPLE
from tests.web.conftest import CSRF, Site

INVITED = {"chair", "first", "second", "third", "secretary"}


@pytest.fixture
def paper(site: Site) -> Paper:
    return paper_of(site)


def seers(paper: Paper, key: str) -> set[str]:
    """Who of all people sees an annotation, in the meeting or outside."""
    return {
        name
        for name in PEOPLE
        for meeting in (True, False)
        if key in {one["id"] for one in paper.get(name, meeting=meeting).get("annotations", [])}
    }


def test_a_private_one_is_its_author_s_and_nobody_else_s(paper: Paper) -> None:
    mine = note("chỉ mình tôi")
    done = paper.put("first", mine)
    assert done == {"id": mine["id"], "ok": True, "rev": 1, "seq": 1}
    assert seers(paper, mine["id"]) == {"first"}
    kept = paper.seen("first")[mine["id"]]
    assert (kept["text"], kept["author"], kept["author_name"]) == (
        "chỉ mình tôi", paper.site.scene.member("first"), "Nguyễn Thị First",
    )  # fmt: skip
    with paper.site.database.reading() as db:
        trail = json.dumps([entry.details for entry in db.scalars(select(AuditEntry))], ensure_ascii=False)
    assert "chỉ mình tôi" not in trail


def test_what_is_shared_with_the_meeting_is_seen_in_it(paper: Paper) -> None:
    mine = record()
    assert paper.share("first", mine)["ok"]
    assert seers(paper, mine["id"]) == INVITED
    assert mine["id"] not in paper.seen("second", meeting=False)
    assert paper.seen("first", meeting=False)[mine["id"]]["meeting"] == paper.meeting


def test_what_is_shared_with_chosen_members_is_theirs_everywhere(paper: Paper) -> None:
    mine = note(visibility="members", members=[paper.site.scene.member("second")])
    assert paper.put("first", mine)["ok"]
    assert seers(paper, mine["id"]) == {"first", "second"}
    assert mine["id"] in paper.seen("second", meeting=False)


def test_only_those_may_be_chosen_who_may_open_the_paper(paper: Paper) -> None:
    for chosen in ("stranger", "spare"):
        mine = note(visibility="members", members=[paper.site.scene.member(chosen)])
        assert paper.put("first", mine)["error"] == "annotation_readers"
    assert paper.put("first", note(visibility="members", members=[]))["error"] == "annotation_readers"


def test_taking_back_leaves_the_others_a_bare_trace(paper: Paper) -> None:
    mine = note("đã rút lại")
    paper.share("first", mine)
    paper.put("first", mine | {"rev": 2}, meeting=paper.meeting)
    (trace,) = paper.get("second", since=1)["annotations"]
    bare = {"v": 1, "id": mine["id"], "version": paper.version, "rev": 2, "seq": 2, "deleted": True, "gone": True}
    assert trace == bare
    assert paper.get("second")["annotations"] == []
    # what becomes of it afterwards is nobody's business
    paper.put("first", mine | {"rev": 3, "text": "viết thêm"})
    assert paper.get("second", since=2)["annotations"] == []
    assert paper.seen("first")[mine["id"]]["text"] == "viết thêm"


def test_deleting_leaves_a_tombstone_without_words_and_can_be_undone(paper: Paper) -> None:
    mine = note("sẽ xóa")
    paper.share("first", mine)
    paper.put("first", {"id": mine["id"], "rev": 2, "deleted": True})
    (stone,) = paper.get("second", since=1)["annotations"]
    assert stone["deleted"]
    assert "text" not in stone
    with paper.site.database.reading() as db:
        assert db.get_one(Annotation, mine["id"]).body == {}
    assert paper.share("first", mine | {"rev": 3})["ok"]
    assert paper.seen("second")[mine["id"]]["text"] == "sẽ xóa"


def test_the_same_again_is_done_once_and_the_old_is_refused_with_what_stands(paper: Paper) -> None:
    mine = note("một")
    assert paper.put("first", mine) == paper.put("first", mine)
    assert paper.put("first", mine | {"rev": 2, "text": "hai"})["seq"] == 2
    again = paper.put("first", mine)
    assert (again["ok"], again["error"], again["current"]["text"]) == (False, "old_revision", "hai")
    assert paper.put("first", mine | {"rev": 9})["error"] == "old_revision"
    assert paper.put("first", note(rev=2))["error"] == "wrong_revision"
    assert paper.get("first")["seq"] == 2


def test_the_good_of_a_batch_are_taken_and_the_bad_named(paper: Paper) -> None:
    good, bad = record(), record(page=3)
    results = paper.post("first", good, bad, "nonsense", note())["results"]
    assert [one.get("error") for one in results] == [None, "annotation_page", "annotation_malformed", None]
    assert good["id"] in paper.seen("first")
    assert results[1]["message"]


def test_nobody_changes_another_s(paper: Paper) -> None:
    mine = note()
    paper.share("first", mine)
    for change in (mine | {"rev": 2, "text": "khác"}, {"id": mine["id"], "rev": 2, "deleted": True}, mine):
        assert paper.share("second", change)["error"] == "annotation_of_another"
    assert paper.put("second", note(author=paper.site.scene.member("first")))["error"] == "annotation_of_another"
    assert paper.seen("first")[mine["id"]]["rev"] == 1


def test_it_stays_with_its_version(paper: Paper) -> None:
    other = Paper(paper.site, *lay_paper(paper.site.scene, "Tờ trình"))
    mine = note()
    paper.put("first", mine)
    assert other.put("first", mine | {"rev": 2})["error"] == "annotation_elsewhere"
    assert other.put("first", note(version=paper.version))["error"] == "annotation_elsewhere"
    crossed = Paper(paper.site, other.document, paper.version)
    assert crossed.put("first", note())["error"] == "not_found"


def test_a_thread_of_replies(paper: Paper) -> None:
    mine = note("câu hỏi")
    paper.share("first", mine)
    answer = note("trả lời", parent=mine["id"])
    assert paper.put("second", answer, meeting=paper.meeting)["ok"]
    # it is seen by whoever sees the note, whatever the reply says of itself
    assert (seen := paper.seen("third")[answer["id"]])["visibility"] == "meeting"
    assert seen["parent"] == mine["id"]
    assert paper.put("first", mine | {"rev": 2})["error"] == "thread_has_replies"
    assert paper.put("third", note(parent=answer["id"]), meeting=paper.meeting)["error"] == "annotation_parent"
    assert paper.put("third", note(parent=mine["id"]))["error"] == "annotation_parent"  # outside it is not to be seen
    assert paper.put("third", note(parent=str(uuid4())), meeting=paper.meeting)["error"] == "annotation_parent"
    assert paper.put("first", {"id": mine["id"], "rev": 2, "deleted": True})["ok"]
    assert paper.put("third", note(parent=mine["id"]), meeting=paper.meeting)["error"] == "annotation_parent"
    assert paper.put("second", answer | {"rev": 2, "text": "sửa"}, meeting=paper.meeting)["ok"]
    assert paper.seen("third")[answer["id"]]["text"] == "sửa"


def test_a_note_for_chosen_members_is_answered_among_them(paper: Paper) -> None:
    second = paper.site.scene.member("second")
    mine = note(visibility="members", members=[second, paper.site.scene.member("third")])
    paper.put("first", mine)
    answer = note("đồng ý", parent=mine["id"])
    assert paper.put("second", answer)["ok"]
    assert seers(paper, answer["id"]) == {"first", "second", "third"}


def test_one_s_own_replies_go_where_the_note_goes(paper: Paper) -> None:
    mine = note()
    reply = note("thêm một ý", parent=mine["id"])
    paper.post("first", mine, reply)
    assert paper.share("first", mine | {"rev": 2})["ok"]
    assert paper.seen("second")[reply["id"]]["text"] == "thêm một ý"


def test_the_chair_hides_and_shows_the_layer(paper: Paper) -> None:
    shared, private = record(), record()
    paper.share("first", shared)
    paper.put("first", private)
    assert paper.hide("first", True) == 403
    assert paper.hide("stranger", True) == 404
    assert paper.hide("chair", True) == 200
    assert paper.hide("chair", True) == 200
    for name in ("second", "chair"):
        answer = paper.get(name)
        assert (answer["hidden"], answer["annotations"]) == (True, [])
    assert set(paper.seen("first")) == {shared["id"], private["id"]}
    later = record()
    assert paper.share("second", later)["ok"]
    assert paper.hide("secretary", False) == 200
    assert set(paper.seen("third")) == {shared["id"], later["id"]}
    with paper.site.database.reading() as db:
        trail = select(AuditEntry.action).where(AuditEntry.action.like("%shared_layer")).order_by(AuditEntry.id)
        assert list(db.scalars(trail)) == ["hide_shared_layer", "show_shared_layer"]


def test_an_archived_meeting_is_added_to_no_more(paper: Paper) -> None:
    mine = record()
    paper.share("first", mine)
    with paper.site.database.writing() as db:
        db.execute(update(Meeting).values(state=MeetingState.ARCHIVED))
    assert paper.share("second", record())["error"] == "archived"
    assert paper.share("first", mine | {"rev": 2})["error"] == "archived"
    assert paper.hide("chair", True) == 409
    assert paper.put("second", record(), meeting=paper.meeting)["ok"]


SENSELESS: dict[str, Any] = {
    "annotation_malformed": [
        {"id": "x"}, {"id": str(uuid4()).upper()}, {"rev": 0}, {"rev": True}, {"rev": 2**40}, {"v": 2},
        {"kind": "blob"}, {"paths": []}, {"paths": [[1, 2]]}, {"paths": None}, {"style": 5}, {"deleted": "no"},
        {"visibility": "world"}, {"kind": "stamp", "rect": [0, 0, 1, 1], "stamp": "maybe"}, {"rect": [5, 5, 1, 1]},
    ],
    "annotation_page": [{"page": 3}, {"page": -1}, {"page": 1.5}, {"page": None}],
    "annotation_numbers": [
        {"paths": [[1e9, 1, 0.5]]}, {"paths": [[1, 1, 2]]}, {"paths": [[1, "1", 1]]}, {"style": {"width": 1e6}},
        {"paths": [[True, 1, 1]]},
    ],
    "annotation_too_many_points": [{"paths": [[1, 1, 1] * (MOST_POINTS + 1)]}],
    "annotation_colour": [{"style": {"color": "red"}}, {"style": {"color": "#12345"}}],
    "too_long": [{"text": "x" * 5001}],
    "annotation_empty": [{"kind": "note", "rect": [0, 0, 1, 1], "text": " "}],
    "annotation_meeting": [{"visibility": "meeting", "meeting": 1}, {"visibility": "meeting"}],
}  # fmt: skip


def test_what_makes_no_sense_is_refused_by_name(paper: Paper) -> None:
    for error, faults in SENSELESS.items():
        results = paper.post("first", *(record() | fault for fault in faults))["results"]
        assert [one.get("error") for one in results] == [error] * len(faults), error
    assert paper.get("first")["seq"] == 0


NO_MESSAGES = (
    b"", b"[]", b"{}", b'{"changes": {}}', b'{"changes": [NaN]}', b'{"changes": [{"page": Infinity}]}', b"[" * 100_000,
    b'{"changes": [], "meeting": "1"}', b'{"changes": [1], "meeting": -5}', b"\xff",
)  # fmt: skip


def test_what_is_no_message_is_malformed(paper: Paper) -> None:
    headers = {"X-CSRF-Token": CSRF, "Accept": "application/json"}
    for body in NO_MESSAGES:
        answer = paper.site.as_("first").client.post(paper.path, data=body, headers=headers)
        assert (answer.status_code, answer.get_json()["error"]) == (400, "malformed"), body[:40]


def test_too_much_at_once(paper: Paper) -> None:
    assert paper.post("first", *[{}] * 101)["error"] == "too_many_changes"
    headers = {"X-CSRF-Token": CSRF, "Accept": "application/json"}
    answer = paper.site.as_("first").client.post(paper.path, data=b" " * (4 * 1024 * 1024 + 1), headers=headers)
    assert (answer.status_code, answer.get_json()["error"]) == (413, "too_large")
    assert [paper.post("first", *[{}] * 100)["ok"] for _ in range(10)] == [True] * 10
    refused = paper.post("first", *[{}] * 100)
    assert (refused["error"], refused["retry"]) == ("too_fast", True)
    assert paper.post("second", {})["ok"]  # one's storm is not another's


def test_markup_is_text(paper: Paper) -> None:
    mine = note("<script>alert(1)</script><b>đậm</b>\x00\u202e")
    assert paper.share("first", mine)["ok"]
    assert paper.seen("second")[mine["id"]]["text"] == "<script>alert(1)</script><b>đậm</b>"
    answer = paper.site.as_("second").get(f"{paper.path}?meeting={paper.meeting}")
    assert answer.content_type == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_paper_that_is_not_theirs_is_not_there(paper: Paper) -> None:
    for name in ("stranger", "spare"):
        assert paper.put(name, record())["error"] == "not_found"
        assert paper.get(name)["error"] == "not_found"
        assert paper.get(name, meeting=False)["error"] == "not_found"


def test_who_may_open_a_paper_without_the_meeting_has_no_part_in_its_layer(paper: Paper) -> None:
    assert paper.put("leader", record())["ok"]
    assert paper.put("leader", record(), meeting=paper.meeting)["error"] == "not_found"


def test_a_replay_after_sign_out_is_refused(paper: Paper) -> None:
    asker = paper.site.as_("first")
    mine = record()
    assert paper.post("first", mine, asker=asker)["ok"]
    with paper.site.database.writing() as db:
        sessions.end_this(db, paper.site.scene.office.tokens["first"])
    headers = {"X-CSRF-Token": CSRF, "Accept": "application/json"}
    answer = asker.client.post(paper.path, json={"changes": [mine]}, headers=headers)
    assert (answer.status_code, answer.get_json()["error"]) == (401, "signed_out")
    accept = {"Accept": "application/json"}
    forged = paper.site.as_("second").client.post(paper.path, json={"changes": []}, headers=accept)
    assert (forged.status_code, forged.get_json()["error"]) == (400, "csrf")


def test_while_the_pages_are_not_counted_any_may_be_written_on(site: Site) -> None:
    paper = Paper(site, *lay_paper(site.scene, pages=None))
    far = record(page=40)
    assert paper.put("first", far)["ok"]
    with site.database.writing() as db:
        db.get_one(Version, paper.version).page_count = 3
    assert paper.put("first", record(page=40))["error"] == "annotation_page"
    assert far["id"] in paper.seen("first")  # it stays; the reader has no such page to show it on


def test_whom_one_may_share_with(paper: Paper) -> None:
    def people(name: str, query: str) -> Any:
        return paper.site.as_(name).get(f"{paper.path}/people?{query}", Accept="application/json").get_json()

    inside = people("first", f"meeting={paper.meeting}")["people"]
    others = ("Chair", "Second", "Third", "Secretary")
    assert [one["name"] for one in inside] == [f"Nguyễn Thị {name}" for name in others]
    assert people("first", "name=n")["people"] == []
    named = {one["name"].rpartition(" ")[2].lower() for one in people("first", "name=nguyen")["people"]}
    assert {"second", "chair", "secretary"} <= named
    assert not named & {"stranger", "spare", "first"}
    assert people("stranger", "name=nguyen")["error"] == "not_found"


def test_a_long_answer_comes_in_parts(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecabinet.reading.queries.ANSWER_BYTES", 600)
    written = [note(str(n)) for n in range(7)]
    paper.post("first", *written)
    heard: list[str] = []
    since, rounds = 0, 0
    while True:
        answer = paper.get("first", since=since)
        heard += [one["id"] for one in answer["annotations"]]
        since, rounds = answer["seq"], rounds + 1
        if not answer.get("more"):
            break
    assert heard == [one["id"] for one in written]
    assert rounds > 1
