"""A request with an ``Idempotency-Key`` is done once, however often it comes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event, Thread
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from documents import database as databases
from ecabinet import clock
from ecabinet.engines import Engines
from ecabinet.meetings.invitation_models import InvitationAnswer
from ecabinet.meetings.models import Participant
from ecabinet.notebook.models import Note
from ecabinet.requests_once import KEPT, RequestOnce, forget_some
from tests.web.conftest import CSRF, Site

KEY = "3e0f6d0e-6c1e-4e0e-9a57-7f9d4a2b1c00"


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, make_site: Callable[..., Site]) -> Site:
    """The usual scene, on each of the two databases: where they wait for each other in ways of their own."""
    if request.param == "sqlite":
        return make_site()
    return make_site({"DATABASE_URL": request.getfixturevalue("migrated_postgres")()})


def send(site: Site, who: str, path: str, fields: dict[str, str], key: str = KEY) -> TestResponse:
    return site.as_(who).post(path, dict(fields), Accept="application/json", Idempotency_Key=key)


def note(words: str, revision: str = "0", key: str = "note-1") -> dict[str, str]:
    return {"key": key, "title": "Ghi nhanh", "text": words, "revision": revision}


def rows(site: Site, what: type) -> int:
    with site.database.reading() as db:
        return db.scalar(select(func.count()).select_from(what)) or 0


def test_the_same_again_has_the_same_answer_and_does_nothing(either: Site) -> None:
    said = {"answer": "absent", "category": "duty", "reason": "Đi công tác"}
    first = send(either, "first", f"{either.meeting}/rsvp", said)
    assert (first.status_code, first.json) == (200, {"ok": True})
    again = send(either, "first", f"{either.meeting}/rsvp", dict(reversed(said.items())))
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert (rows(either, InvitationAnswer), rows(either, RequestOnce)) == (1, 1)


def test_what_the_later_ones_build_on_comes_again_too(site: Site) -> None:
    first = send(site, "first", "/notebook/save", note("một"))
    assert first.json == {"ok": True, "carry": {"revision": "1"}}
    assert send(site, "first", "/notebook/save", note("hai", "1"), "another-key").json == {
        "ok": True, "carry": {"revision": "2"},
    }  # fmt: skip
    assert send(site, "first", "/notebook/save", note("một")).json == first.json
    with site.database.reading() as db:
        assert db.scalars(select(Note.text)).all() == ["hai"]


def test_the_key_with_other_words_is_refused_by_name(site: Site) -> None:
    send(site, "first", "/notebook/save", note("một"))
    other = send(site, "first", "/notebook/save", note("khác"))
    assert (other.status_code, other.json and other.json["error"]) == (409, "another_request")


def test_the_keys_of_another_are_out_of_reach(site: Site) -> None:
    send(site, "first", "/notebook/save", note("của tôi"))
    assert send(site, "second", "/notebook/save", note("của người khác")).json == {
        "ok": True,
        "carry": {"revision": "1"},
    }
    assert rows(site, Note) == 2


def test_what_was_refused_may_be_sent_again(either: Site) -> None:
    send(either, "first", "/notebook/save", note("nơi khác"), "on-another-device")
    mine = send(either, "first", "/notebook/save", note("trên máy"))
    assert mine.status_code == 409
    assert mine.json is not None
    assert mine.json["error"] == "note_changed_elsewhere"
    assert mine.json["theirs"] == [["Tiêu đề", "Ghi nhanh"], ["Nội dung", "nơi khác"]]
    assert rows(either, RequestOnce) == 1
    chosen = send(either, "first", "/notebook/save", note("trên máy") | mine.json["again"])
    assert chosen.json == {"ok": True, "carry": {"revision": "2"}}


def test_a_refusal_in_the_middle_leaves_nothing(either: Site) -> None:
    answer = send(either, "first", f"{either.meeting}/rsvp", {"answer": "absent"})
    assert (answer.status_code, answer.json and answer.json["error"]) == (422, "invalid")
    assert answer.json is not None
    assert answer.json["faults"]
    assert rows(either, RequestOnce) == rows(either, InvitationAnswer) == 0


def test_an_answer_given_elsewhere_stands_against_the_one_that_waited(site: Site) -> None:
    site.as_("first").post(f"{site.meeting}/rsvp", {"answer": "accepted"})
    with site.database.writing() as db:
        participant = db.scalar(select(Participant).where(Participant.member_id == site.scene.office.members["first"]))
        assert participant is not None
        participant.rsvp = "accepted"
    absent = {"answer": "absent", "category": "illness", "reason": "", "known": "pending"}
    late = send(site, "first", f"{site.meeting}/rsvp", absent)
    assert late.json is not None
    assert (late.json["error"], late.json["theirs"][0]) == ("answered_elsewhere", ["Trả lời", "Nhận lời"])
    assert send(site, "first", f"{site.meeting}/rsvp", absent | late.json["again"]).json == {"ok": True}


def test_two_at_once_are_one(either: Site) -> None:
    barrier = Barrier(4)
    askers = [either.as_("first") for _ in range(4)]

    def ask(number: int) -> TestResponse:
        barrier.wait()
        headers = {"Accept": "application/json", "Idempotency-Key": KEY, "X-CSRF-Token": CSRF}
        said = {"answer": "accepted"}
        return askers[number].client.post(f"{either.meeting}/rsvp", data=said, headers=headers)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    assert {(answer.status_code, answer.data) for answer in answers} == {(200, answers[0].data)}
    assert (rows(either, InvitationAnswer), rows(either, RequestOnce)) == (1, 1)


def test_a_key_that_is_none_is_malformed(site: Site) -> None:
    for key in ("", "short", "x" * 65, "with a blank in it"):
        answer = send(site, "first", "/notebook/save", note("một"), key)
        assert (answer.status_code, answer.json and answer.json["error"]) == (400, "malformed"), key


def test_old_keys_are_forgotten(site: Site) -> None:
    send(site, "first", "/notebook/save", note("một"))
    engines = cast(Engines, SimpleNamespace(database=site.database))
    assert not forget_some(engines, clock.now() + KEPT - timedelta(hours=2))
    assert rows(site, RequestOnce) == 1
    assert forget_some(engines, clock.now() + KEPT + timedelta(minutes=1))
    assert rows(site, RequestOnce) == 0


def test_a_page_is_not_kept(site: Site) -> None:
    fields = note("một")
    first = site.as_("first").post("/notebook/save", dict(fields), HX_Request="true", Idempotency_Key=KEY)
    assert first.status_code == 200
    assert site.as_("first").post("/notebook/save", dict(fields), Idempotency_Key=KEY).status_code == 204
    assert rows(site, Note) == 1


def test_a_database_that_others_hold_asks_to_come_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = site.as_("first")
    monkeypatch.setattr(databases, "SQLITE_BUSY_SECONDS", 0.05)
    inside, leave = Event(), Event()

    def hold() -> None:
        with site.database.writing():
            inside.set()
            leave.wait(20)

    holder = Thread(target=hold)
    holder.start()
    assert inside.wait(20)
    answer = browser.post("/notebook/save", note("một"), Accept="application/json")
    leave.set()
    holder.join()
    assert (answer.status_code, answer.json and answer.json["retry"]) == (503, True)
    assert rows(site, Note) == 0
