"""The floor over sockets: the same operations as the forms, pushed once to each audience, in the session's name."""

from typing import Any

from ecabinet.clock import now
from ecabinet.meetings import agenda, queries
from ecabinet.meetings.models import Meeting
from ecabinet.meetings.speaker_queries import floor_of
from ecabinet.meetings.speaker_rules import SpeechKind
from tests.realtime.test_application import Served, served

__all__ = ["served"]  # the fixture


def open_item(served: Served) -> int:
    with served.scene.database.writing() as db:
        meeting = db.get_one(Meeting, served.scene.meeting)
        item = queries.agenda(db, meeting)[0].id
        agenda.go_to_item(db, meeting, item, now())
        return item


def floor(served: Served, name: str, do: Any, event: str = "floor", **said: Any) -> Any:
    return served.clients.call(name, event, {"meeting": served.scene.meeting, "do": do} | said)


def waiting(served: Served, kind: SpeechKind = SpeechKind.SPEECH) -> list[int]:
    with served.scene.database.reading() as db:
        return [line.id for line in floor_of(db, db.get_one(Meeting, served.scene.meeting)).queues[kind]]


def turn(served: Served) -> int:
    with served.scene.database.reading() as db:
        found = floor_of(db, db.get_one(Meeting, served.scene.meeting)).turn
        assert found is not None
        return found.id


def test_asked_given_and_ended_the_room_hears_of_it(served: Served) -> None:
    open_item(served)
    for name in ("first", "second", "chair"):
        served.open(name)
    served.join("first")
    served.join("second")
    served.join("chair", view="console")
    assert floor(served, "first", "ask", topic="Chỉ tiêu") == {"ok": True}
    served.clients.until(lambda: "Chỉ tiêu" in served.html_of("chair", "console-speakers"), "the console shows it")
    served.clients.until(lambda: bool(served.clients.of("first", "event")), "the tablet of the one who asked hears")
    assert floor(served, "chair", "give", "run_floor", request=waiting(served)[0])["ok"] is True
    for name in ("first", "second"):
        served.clients.until(
            lambda name=name: "Nguyễn Thị First" in served.html_of(name, "floor-turn"), f"{name} sees who speaks"
        )
    # what is for one member alone is never pushed to a room
    assert not any(
        block["id"] == "my-floor"
        for pushed in served.clients.heard("second")
        if isinstance(pushed, list)
        for block in pushed
    )
    assert floor(served, "chair", "end", "run_floor", turn=turn(served))["ok"] is True
    served.clients.until(lambda: "turn-digits" not in served.html_of("second", "floor-turn"), "the floor is free")


def test_each_refusal_has_its_name(served: Served) -> None:
    open_item(served)
    for name in ("first", "second", "secretary", "stranger", "chair"):
        served.open(name)
    assert floor(served, "first", "ask")["ok"] is True
    assert floor(served, "first", "ask")["error"] == "already_asked"
    assert floor(served, "secretary", "ask")["error"] == "asker_not_present"
    assert floor(served, "stranger", "ask")["error"] == "not_found"
    assert floor(served, "first", "ask", meeting=999_999)["error"] == "not_found"
    request = waiting(served)[0]
    # whose request it is comes from the session, whatever the message says
    assert floor(served, "second", "withdraw", request=request, member=1)["error"] == "not_found"
    assert floor(served, "second", "give", "run_floor", request=request)["error"] == "forbidden"
    assert floor(served, "stranger", "give", "run_floor", request=request)["error"] == "not_found"
    assert floor(served, "second", "give", request=request)["error"] == "malformed"  # the event of the room
    assert floor(served, "chair", "give", "run_floor", request=request)["ok"] is True
    assert floor(served, "second", "ask")["ok"] is True
    refused = floor(served, "chair", "give", "run_floor", request=waiting(served)[0])
    assert (refused["error"], refused["retry"]) == ("floor_taken", False)
    assert "kết thúc lượt đó trước" in refused["message"]
    assert floor(served, "first", "withdraw", request=request)["error"] == "request_not_waiting"


def test_what_makes_no_sense_is_malformed_and_harms_nobody(served: Served) -> None:
    open_item(served)
    served.open("first")
    served.open("chair")
    senseless: list[dict[str, Any]] = [
        {"do": None}, {"do": 7}, {"do": "dance"}, {"do": "ask", "kind": "song"}, {"do": "ask", "kind": 5},
        {"do": "ask", "item": True}, {"do": "ask", "item": 1.5}, {"do": "ask", "item": {"$gt": 0}},
        {"do": "ask", "topic": ["x"]}, {"do": "ask", "topic": "x" * 5000}, {"do": "ask", "meeting": "1"},
        {"do": "withdraw"}, {"do": "withdraw", "request": "1; drop"}, {"do": "withdraw", "request": 2**60},
    ]  # fmt: skip
    for data in senseless:
        answer = served.clients.call("first", "floor", {"meeting": served.scene.meeting} | data)
        assert answer["error"] == "malformed", data
    for data in ({"do": "arrange", "order": "1"}, {"do": "arrange", "order": [[1]]}, {"do": "extend", "turn": "x"}):
        answer = served.clients.call("chair", "run_floor", {"meeting": served.scene.meeting} | data)
        assert answer["error"] in ("malformed", "queue_changed"), data
    for garbage in (None, [], "ask", 7):
        assert served.clients.call("first", "floor", garbage)["error"] == "malformed"
    assert floor(served, "first", "ask", topic="Chữ\x00 có \u202eđiều khiển")["ok"] is True
    assert waiting(served)


def test_the_server_tells_its_time(served: Served) -> None:
    served.open("first")
    before = now().isoformat()
    assert before <= served.clients.call("first", "clock", {})["now"] <= now().isoformat()
