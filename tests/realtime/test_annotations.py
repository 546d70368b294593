"""Annotations over sockets, with the official JavaScript client: who hears of what, and who no longer does."""

import json
import urllib.request
from typing import Any

from sqlalchemy import select

from documents.annotation_models import Annotation
from ecabinet.meetings.models import Paper
from ecabinet.registry import sessions
from tests.annotating import lay_paper, note, record
from tests.realtime.test_application import Served, served
from tests.realtime.test_ended_sessions import Pair, pair

__all__ = ["pair", "served"]  # the fixtures


class Table:
    """Tablets of several people around one paper of the meeting."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.document, self.version = lay_paper(served.scene)

    def at(self, **changes: Any) -> dict[str, Any]:
        place = {"document": self.document, "version": self.version, "meeting": self.served.scene.meeting}
        return place | changes

    def read(self, *names: str, **changes: Any) -> Any:
        """These open the paper; the last answer."""
        answer = None
        for name in names:
            if not self.served.clients.of(name, "connect"):
                self.served.open(name)
            answer = self.served.clients.call(name, "read", self.at(**changes))
        return answer

    def annotate(self, name: str, *changes: Any, **place: Any) -> Any:
        return self.served.clients.call(name, "annotate", self.at(changes=list(changes), **place))

    def shared(self, made: dict[str, Any]) -> dict[str, Any]:
        return made | {"visibility": "meeting", "meeting": self.served.scene.meeting}

    def heard(self, name: str) -> dict[str, dict[str, Any]]:
        """What this tablet holds of what was pushed to it, applied as tablets do."""
        held: dict[str, dict[str, Any]] = {}
        for pushed in self.pushes(name):
            for one in pushed["annotations"]:
                before = held.get(one["id"])
                if before is None or (one["seq"], not one.get("gone")) > (before["seq"], not before.get("gone")):
                    held[one["id"]] = one
        return held

    def pushes(self, name: str) -> list[Any]:
        return [one["data"] for one in self.served.clients.of(name, "event") if one["event"] == "annotations"]

    def hears(self, name: str, key: str, rev: int = 1) -> None:
        """Wait until it does."""
        self.served.clients.until(lambda: self.heard(name).get(key, {}).get("rev", 0) >= rev, f"{name} hears of {key}")

    def post(self, name: str, path: str, body: Any) -> Any:
        headers = self.served.cookie(self.served.scene.office.tokens[name])
        headers |= {"X-CSRF-Token": "x", "Accept": "application/json", "Content-Type": "application/json"}
        address = f"{self.served.url}/papers/{self.document}/versions/{self.version}/annotations{path}"
        request = urllib.request.Request(address, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def test_a_stroke_goes_to_those_who_read_in_the_meeting(served: Served) -> None:
    table = Table(served)
    assert table.read("first", "second") == {"ok": True, "seq": 0, "hidden": False}
    table.read("third", meeting=None)  # the same paper, by itself
    stroke, private = table.shared(record()), record()
    answer = table.annotate("first", stroke, private)
    assert [one["ok"] for one in answer["results"]] == [True, True]
    again = table.annotate("first", stroke)
    assert again["results"] == [{"id": stroke["id"], "ok": True, "rev": 1, "seq": 1}]
    for name in ("first", "second"):
        table.hears(name, stroke["id"])
    table.hears("first", private["id"])
    # what is done over a plain request is heard as well, and after all that went before
    last = table.shared(note("cuối"))
    table.post("second", "", {"meeting": served.scene.meeting, "changes": [last]})
    table.hears("second", last["id"])
    assert set(table.heard("second")) == {stroke["id"], last["id"]}
    served.clients.until(lambda: table.pushes("second")[-1]["seq"] == 3, "and that this is all")
    assert table.heard("third") == {}


def test_chosen_members_hear_it_and_its_being_taken_back(served: Served) -> None:
    table = Table(served)
    table.read("first", "third")
    table.read("second", meeting=None)
    mine = note(visibility="members", members=[served.scene.member("second")])
    table.annotate("first", mine)
    table.hears("second", mine["id"])
    wider = table.shared(mine | {"rev": 2})
    table.annotate("first", wider)
    for name in ("second", "third"):
        table.hears(name, mine["id"], rev=2)
    assert table.heard("second")[mine["id"]]["gone"]  # outside the meeting it is not shared with
    assert table.heard("third")[mine["id"]]["text"] == "Cần làm rõ"
    assert not table.heard("first")[mine["id"]]["deleted"]


def test_each_refusal_has_its_name(served: Served) -> None:
    table = Table(served)
    assert table.read("stranger")["error"] == "not_found"
    assert table.annotate("stranger", record())["error"] == "not_found"
    table.read("first", "second")
    mine = table.shared(note())
    table.annotate("first", mine)
    assert table.annotate("second", mine | {"rev": 2})["results"][0]["error"] == "annotation_of_another"
    assert table.annotate("first", record(page=7))["results"][0]["error"] == "annotation_page"
    assert table.annotate("first", mine | {"rev": 5})["results"][0]["current"]["rev"] == 1
    for place in ({"document": "1"}, {"version": 0}, {"meeting": -1}, {"meeting": "x"}):
        assert served.clients.call("first", "read", table.at(**place))["error"] == "malformed"
    assert served.clients.call("first", "annotate", table.at())["error"] == "malformed"
    assert table.annotate("first", *[{}] * 101)["error"] == "too_many_changes"
    with served.scene.database.writing() as db:
        sessions.end_this(db, served.scene.office.tokens["first"])
    assert table.annotate("first", record())["error"] == "signed_out"
    assert table.read("first")["error"] == "signed_out"
    with served.scene.database.reading() as db:
        assert list(db.scalars(select(Annotation.id))) == [mine["id"]]


def test_the_chair_hides_the_layer_and_every_tablet_knows(served: Served) -> None:
    table = Table(served)
    table.read("first", "second")
    table.post("chair", "/layer", {"meeting": served.scene.meeting, "hidden": True})

    def layers(name: str) -> list[Any]:
        return [one["data"]["hidden"] for one in served.clients.of(name, "event") if one["event"] == "layer"]

    served.clients.until(lambda: layers("first") == layers("second") == [True], "both know that it is hidden")
    stroke = table.shared(record())
    table.annotate("first", stroke)
    table.hears("first", stroke["id"])
    table.post("chair", "/layer", {"meeting": served.scene.meeting, "hidden": False})
    served.clients.until(lambda: layers("second") == [True, False], "it is shown again")
    assert table.heard("second") == {}  # it asks for everything anew
    assert table.read("second")["hidden"] is False


def test_two_processes_and_who_may_no_longer_open_the_paper_hears_no_more(pair: Pair) -> None:
    table, far = Table(pair.here), pair.there
    tokens = pair.here.scene.office.tokens
    for name in ("first", "chair"):
        far.clients.open(name, far.url, extraHeaders=far.cookie(tokens[name]))
        assert far.clients.call(name, "read", table.at())["ok"]
    table.read("third")
    stroke = table.shared(record())
    table.annotate("third", stroke)  # in this process; those two hear of it in the other
    for name in ("first", "chair"):
        table.hears(name, stroke["id"])
    with pair.here.scene.database.reading() as db:
        paper = db.scalars(select(Paper.id).where(Paper.document_id == table.document)).one()
    assert pair.post(tokens["secretary"], f"{pair.meeting}/papers/{paper}/withdraw", reason="Rút về sửa") == 200
    for name in ("first", "third"):
        pair.clients.until(lambda name=name: any(e["event"] == "stale" for e in pair.clients.of(name, "event")), name)
    assert table.annotate("third", stroke | {"rev": 2})["error"] == "not_found"
    assert far.clients.call("first", "read", table.at())["error"] == "not_found"
    later = table.shared(record())
    assert far.clients.call("chair", "annotate", table.at(changes=[later]))["ok"]
    table.hears("chair", later["id"])
    assert later["id"] not in table.heard("first")
