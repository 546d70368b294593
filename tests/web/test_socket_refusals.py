"""What a socket event answers when it is refused: the reason in the page's language, also for a fault of ours."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from documents.errors import Problem
from ecabinet.sockets import Caller, Payload, Sockets
from tests.web.conftest import Site


class Wires:
    """What :class:`Sockets` needs of the Socket.IO server to register its events."""

    def __init__(self) -> None:
        self.handlers: dict[str, Callable[..., Awaitable[Payload]]] = {}

    def on(self, event: str, handler: Callable[..., Awaitable[Payload]]) -> None:
        self.handlers[event] = handler


def answer(site: Site, locale: str, fault: Exception) -> Payload:
    async def handler(_sid: str, _caller: Caller, _data: Payload) -> Payload:
        raise fault

    wires: Any = Wires()
    sockets = Sockets(wires, site.app)
    with site.database.reading() as db:
        sockets.callers["page"] = Caller(
            site.scene.office.person(db, "first"), site.scene.office.tokens["first"], locale
        )
    sockets.on("event", handler)
    return asyncio.run(wires.handlers["event"]("page", {}))


@pytest.mark.parametrize(("locale", "word"), [("vi", "Biểu quyết"), ("en", "vote")])
def test_in_the_language_of_the_page(site: Site, locale: str, word: str) -> None:
    said = answer(site, locale, Problem("poll_not_open"))
    assert (said["ok"], said["error"], said["retry"]) == (False, "poll_not_open", False)
    assert word in said["message"]


def test_a_fault_of_ours_is_answered_and_may_be_tried_again(site: Site) -> None:
    said = answer(site, "vi", RuntimeError("the disk is on fire"))
    assert (said["ok"], said["error"], said["retry"]) == (False, "server_fault", True)
    assert "on fire" not in said["message"]
