"""The fan-out server against official clients, and against clients that misbehave."""

import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from engineio.async_socket import AsyncSocket
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ecabinet import fanout
from tests.realtime.harness import PATIENCE, Clients, RoomServerProcess


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., RoomServerProcess]]:
    servers: list[RoomServerProcess] = []

    def start(*arguments: str) -> RoomServerProcess:
        servers.append(RoomServerProcess(tmp_path, *arguments))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def server(start_server: Callable[..., RoomServerProcess]) -> RoomServerProcess:
    return start_server()


@pytest.fixture
def clients(node_path: str) -> Iterator[Clients]:
    with closing(Clients(node_path)) as opened:
        yield opened


@contextmanager
def raw_client(server: RoomServerProcess, **options: Any) -> Iterator[ClientConnection]:
    """A WebSocket in the room that says and reads only what the test tells it to."""
    address = f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket"
    with connect(address, compression=None, **options) as websocket:
        assert str(websocket.recv(timeout=PATIENCE)).startswith('0{"sid"')
        websocket.send("40")
        assert str(websocket.recv(timeout=PATIENCE)).startswith('40{"sid"')
        yield websocket


def read_to_the_end(websocket: ClientConnection) -> None:
    """Returns when the server has ended the connection."""
    with suppress(ConnectionClosed):
        while True:
            websocket.recv(timeout=PATIENCE)


def test_everyone_hears_everything_once_and_in_order(server: RoomServerProcess, clients: Clients) -> None:
    names = [f"websocket{n}" for n in range(5)]
    for name in names:
        clients.open(name, server.url)
    for name in ("polling0", "polling1"):
        clients.open(name, server.url, "polling")
    clients.open("upgraded", server.url, "polling", "websocket")
    names += ["polling0", "polling1", "upgraded"]
    clients.until(lambda: clients.call("websocket0", "state")["direct"] == 6, "six are written to directly")

    clients.call("websocket0", "say", {"text": "Nghị quyết", "times": 300, "pause": 0.001})
    clients.until(lambda: all(len(clients.heard(name)) >= 300 for name in names), "all have heard 300 events")

    expected = [{"n": number, "text": "Nghị quyết"} for number in range(300)]
    for name in names:
        assert clients.heard(name) == expected


def test_the_sender_can_be_left_out(server: RoomServerProcess, clients: Clients) -> None:
    for name in ("chair", "delegate", "poller"):
        clients.open(name, server.url, "polling" if name == "poller" else "websocket")
    clients.call("chair", "say", {"text": "a", "others": True})
    clients.call("delegate", "say", {"text": "b"})
    clients.until(lambda: len(clients.heard("delegate")) == len(clients.heard("poller")) == 2, "both were heard")
    clients.until(lambda: len(clients.heard("chair")) == 1, "the chair hears the delegate")
    assert clients.heard("chair") == [{"n": 0, "text": "b"}]


def test_nothing_is_lost_or_turned_round_during_an_upgrade(server: RoomServerProcess, clients: Clients) -> None:
    clients.open("speaker", server.url)
    clients.order("emit", "speaker", event="say", data={"text": "x", "times": 600, "pause": 0.001})
    for number in range(6):
        clients.open(f"late{number}", server.url, "polling", "websocket")
    clients.until(lambda: len(clients.heard("speaker")) == 600, "the speaker is through")
    for number in range(6):
        name = f"late{number}"
        clients.until(lambda name=name: clients.heard(name)[-1]["n"] == 599, f"{name} hears the last")
        numbers = [said["n"] for said in clients.heard(name)]
        assert numbers == list(range(numbers[0], 600))


@pytest.mark.parametrize("length", [1, 90, 140, 60_000, 70_000])
def test_frames_of_every_length_form_arrive_whole(server: RoomServerProcess, clients: Clients, length: int) -> None:
    clients.open("a", server.url)
    clients.call("a", "say", {"text": "ệ", "length": length})
    clients.until(lambda: len(clients.heard("a")) == 1, "it arrives")
    assert clients.heard("a") == [{"n": 0, "text": "ệ" * length}]


def test_a_tablet_that_does_not_read_is_cut_off_and_the_room_is_undisturbed(
    server: RoomServerProcess, clients: Clients
) -> None:
    clients.open("speaker", server.url)
    clients.open("listener", server.url)
    # A small receive buffer: the kernels' own would hold many megabytes before the server feels anything.
    pipe = socket.socket()
    pipe.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    pipe.connect(("127.0.0.1", server.port))
    with raw_client(server, sock=pipe, max_queue=1) as slow:
        assert clients.call("speaker", "state")["connections"] == 3
        clients.call("speaker", "say", {"text": "x", "length": 50_000, "times": 200, "pause": 0.005})
        clients.until(lambda: len(clients.heard("listener")) == 200, "the listener hears all")
        state = clients.call("speaker", "state")
        read_to_the_end(slow)
    assert [said["n"] for said in clients.heard("listener")] == list(range(200))
    assert state["connections"] == 2
    assert state["waiting"] <= fanout.MAX_WAITING_PACKETS
    assert state["gone"] == ["transport close"]
    assert "Traceback" not in server.errors()


def test_a_polling_client_that_stops_asking_is_cut_off(server: RoomServerProcess, clients: Clients) -> None:
    address = f"{server.url}/socket.io/?EIO=4&transport=polling"
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        sid = answer.read().decode().split('"')[3]
    urllib.request.urlopen(f"{address}&sid={sid}", data=b"40", timeout=PATIENCE).close()
    clients.open("speaker", server.url)
    assert clients.call("speaker", "state")["connections"] == 2
    clients.call("speaker", "say", {"text": "x", "times": fanout.MAX_WAITING_PACKETS + 5})
    clients.until(lambda: clients.call("speaker", "state")["gone"] != [], "the silent one is cut off")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{address}&sid={sid}", timeout=PATIENCE)
    refused.value.close()
    assert refused.value.code == 400
    assert clients.call("speaker", "state")["connections"] == 1


def test_a_tablet_that_vanished_is_noticed_by_the_heartbeat(
    start_server: Callable[..., RoomServerProcess], clients: Clients
) -> None:
    server = start_server("--heartbeat", "1")
    clients.open("present", server.url)
    with raw_client(server) as silent:
        read_to_the_end(silent)  # receives the pings, answers none
        clients.until(lambda: clients.call("present", "state")["connections"] == 1, "it is gone")
        assert clients.call("present", "state")["gone"] == ["ping timeout"]


@pytest.mark.parametrize(
    "message",
    [
        "", "9", "x", "4", "49", "42", "42{", '42{"a":1}', "42[]", "42[1]", "42/other", "42999999999999[]", "43[]",
        '451-["a",{"_placeholder":true,"num":0}]', "44", b"\x00\x01", "2probe", "5", '42["say"' + "[" * 60_000,
    ],
)  # fmt: skip
def test_a_malformed_packet_ends_only_its_sender(
    server: RoomServerProcess, clients: Clients, message: str | bytes
) -> None:
    clients.open("neighbour", server.url)
    with raw_client(server) as hostile:
        hostile.send(message)
        read_to_the_end(hostile)
    clients.until(lambda: clients.call("neighbour", "state")["connections"] == 1, "the hostile one is gone")
    assert clients.call("neighbour", "say", {"text": "abc"}) == 3
    assert server.errors() == ""


def test_an_oversized_message_ends_its_sender(server: RoomServerProcess, clients: Clients) -> None:
    clients.open("neighbour", server.url)
    with raw_client(server) as hostile:
        hostile.send("42" + "x" * fanout.MAX_MESSAGE_BYTES)
        read_to_the_end(hostile)
    assert clients.call("neighbour", "say", {"text": "abc"}) == 3


def test_a_flood_stays_in_its_own_pipe(server: RoomServerProcess, clients: Clients) -> None:
    clients.open("neighbour", server.url)
    with raw_client(server) as flooding:
        for number in range(10_000):
            flooding.send(f'42{number}["say",{{"text":"","others":true,"times":0}}]')
            if number == 5_000:
                assert clients.call("neighbour", "say", {"text": "abc"}) == 3
        received = [str(flooding.recv(timeout=PATIENCE)) for _ in range(10_001)]
    answers = [message for message in received if message.startswith("43")]
    assert answers == [f"43{number}[0]" for number in range(10_000)]
    assert server.errors() == ""


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_pages_of_other_sites_are_refused(server: RoomServerProcess, clients: Clients, transport: str) -> None:
    clients.open("other", server.url, transport, wait=False, extraHeaders={"Origin": "https://evil.example"})
    clients.until(lambda: bool(clients.of("other", "connect_error")), "the stranger is refused")
    clients.open("own", server.url, transport, extraHeaders={"Origin": server.url})
    assert clients.call("own", "state")["connections"] == 1


def test_a_refused_connection_leaves_nothing_behind(server: RoomServerProcess, clients: Clients) -> None:
    clients.open("stranger", server.url, wait=False, auth={"refuse": True})
    clients.until(lambda: bool(clients.of("stranger", "connect_error")), "the stranger is refused")
    clients.open("member", server.url)
    clients.until(lambda: clients.call("member", "state")["connections"] == 1, "only the member is there")
    clients.call("member", "say", {"text": "a"})
    assert clients.heard("stranger") == []


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_the_server_can_dismiss_a_client(server: RoomServerProcess, clients: Clients, transport: str) -> None:
    clients.open("watcher", server.url)
    clients.open("dismissed", server.url, transport)
    clients.order("emit", "dismissed", event="dismiss")
    clients.until(lambda: bool(clients.of("dismissed", "disconnect")), "it is told")
    if transport == "websocket":  # a poll may just be on its way: then its refusal is what tells the client
        assert clients.of("dismissed", "disconnect")[0]["reason"] == "io server disconnect"
    clients.until(lambda: clients.call("watcher", "state")["connections"] == 1, "it is gone")


def test_a_stop_tells_the_clients_and_does_not_wait_for_polls(server: RoomServerProcess, clients: Clients) -> None:
    clients.open("tablet", server.url)
    clients.open("poller", server.url, "polling")
    server.process.terminate()
    assert server.process.wait(timeout=fanout.UVICORN_OPTIONS["timeout_graceful_shutdown"] + 3) is not None
    clients.until(lambda: bool(clients.of("tablet", "disconnect")), "the tablet knows")
    assert clients.of("tablet", "disconnect")[0]["reason"] == "transport close"


def test_two_processes_share_a_room_through_redis(
    start_server: Callable[..., RoomServerProcess], clients: Clients, redis_url: str
) -> None:
    left, right = start_server("--bus", redis_url), start_server("--bus", redis_url)
    clients.open("left", left.url)
    clients.open("right", right.url)
    clients.open("poller", right.url, "polling")

    def both_ways() -> bool:
        clients.call("left", "say", {"text": "?", "others": True})
        clients.call("right", "say", {"text": "?", "others": True})
        return bool(clients.heard("left")) and bool(clients.heard("right"))

    clients.until(both_ways, "both processes are subscribed")
    clients.call("left", "say", {"text": "!", "times": 200})
    names = ("left", "right", "poller")
    clients.until(lambda: all(clients.heard(name)[-1] == {"n": 199, "text": "!"} for name in names), "all heard")
    for name in names:
        assert [said["n"] for said in clients.heard(name) if said["text"] == "!"] == list(range(200))


def test_the_libraries_are_those_whose_insides_were_read() -> None:
    fanout.check_internals()
    assert {name: version(name) for name in fanout.TESTED_VERSIONS} == fanout.TESTED_VERSIONS


def test_a_changed_library_stops_the_start_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(AsyncSocket, "_websocket_handler")
    with pytest.raises(RuntimeError, match=r"python-engineio .*AsyncSocket\._websocket_handler"):
        fanout.make_server("memory:")
