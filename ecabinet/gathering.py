"""Pieces of uploads are gathered by the event loop before a thread is taken for them: a few people on slow lines would
else hold every thread, and no page would be answered.
"""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from documents.upload_rules import MIB, MOST_CHUNK

TOGETHER = 64 * MIB
"""Bytes of all pieces that are gathered at a time; what comes beyond waits in a thread."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class Gathering:
    """An ASGI application before another: requests of the method PATCH reach it with their body complete."""

    def __init__(self, app: Application, together: int = TOGETHER) -> None:
        self._app, self._room = app, together

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        length = _length(scope)
        if not 0 < length <= min(MOST_CHUNK, self._room):
            await self._app(scope, receive, send)
            return
        self._room -= length
        try:
            body = await _whole(receive)
            if body:
                await self._app(scope, _replayed(body, receive), send)
        finally:
            self._room += length


def _length(scope: Message) -> int:
    if scope["type"] != "http" or scope["method"] != "PATCH":
        return 0
    value = dict(scope["headers"]).get(b"content-length", b"")
    return int(value) if value.isdigit() and len(value) <= 18 else 0


async def _whole(receive: Receive) -> Sequence[Message]:
    """The messages of a body; none when whoever sent it has gone before its end."""
    messages = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return []
        messages.append(message)
        if not message.get("more_body"):
            return messages


def _replayed(messages: Sequence[Message], receive: Receive) -> Receive:
    left = iter(messages)

    async def replay() -> Message:
        message = next(left, None)
        return message if message is not None else await receive()

    return replay
