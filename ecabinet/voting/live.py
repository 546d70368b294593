"""Socket events of voting."""

from typing import Any

from documents.errors import Problem
from ecabinet.clock import now
from ecabinet.registry.operations import token_hash
from ecabinet.sockets import Caller, Payload, Sockets, whole
from ecabinet.voting.casting import BallotBox, Cast

MAX_OPTIONS = 100
MAX_TOKEN = 64


def register(sockets: Sockets, box: BallotBox) -> None:
    """``ballot`` {poll, options, token}: cast; acknowledged with the receipt once the ballot is durable."""

    async def on_ballot(_sid: str, caller: Caller, data: Payload) -> Payload:
        options = tuple(whole(option) for option in _listed(data.get("options")))
        cast = Cast(
            whole(data.get("poll")),
            caller.person.member_id,
            options,
            _token(data.get("token")),
            now(),
            token_hash(caller.token),
        )
        return {"ok": True, "receipt": await box.commit(cast)}

    sockets.on("ballot", on_ballot)


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > MAX_OPTIONS:
        raise Problem("malformed")
    return value


def _token(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TOKEN or not value.isascii():
        raise Problem("malformed")
    return value
