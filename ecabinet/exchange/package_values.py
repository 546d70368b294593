"""What a package says as plain values: between the child that opens it and us, and in the row that is kept of it."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from ecabinet.exchange.package_rules import Business, Header, Organ, Reference, Status, StatusCode, Trace

Plain = dict[str, Any]


def dumped(said: Header | Status) -> Plain:
    """As JSON has it."""
    return {name: _plain(value) for name, value in asdict(said).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def header(said: Plain) -> Header:
    """Back from it."""
    return Header(
        **said
        | {
            "sender": Organ(**said["sender"]),
            "to": tuple(Organ(**one) for one in said["to"]),
            "issued_on": date.fromisoformat(said["issued_on"]),
            "due_on": date.fromisoformat(said["due_on"]) if said["due_on"] else None,
            "to_places": tuple(said["to_places"]),
            "response_for": tuple(map(_reference, said["response_for"])),
            "business": Business(said["business"]),
            "about": tuple(said["about"]),
            "traces": tuple(Trace(one["organ_id"], _moment(one["at"])) for one in said["traces"]),
        }
    )


def status(said: Plain) -> Status:
    """The same for a status."""
    return Status(
        _reference(said["response_for"]), Organ(**said["sender"]), StatusCode(said["code"]), _moment(said["at"]),
        said["description"], said["staff"],
    )  # fmt: skip


def _reference(said: Plain) -> Reference:
    return Reference(**said | {"issued_on": date.fromisoformat(said["issued_on"])})


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
