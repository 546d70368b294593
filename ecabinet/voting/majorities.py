"""The majorities that offices use, read from ``majorities.toml``: rules as data, chosen by name in a form."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from ecabinet.voting.rules import Base, Majority, PollKind


@dataclass(frozen=True)
class NamedMajority:
    """A majority with its name and the reference proposed with it."""

    key: str
    kind: PollKind
    name: str
    majority: Majority
    reference: str


def _load() -> dict[str, NamedMajority]:
    file = Path(__file__).with_name("majorities.toml")
    return {
        entry["key"]: NamedMajority(
            entry["key"],
            PollKind(entry["kind"]),
            entry["name"],
            Majority(entry["fraction"][0], entry["fraction"][1], entry["strict"], Base(entry["base"])),
            entry.get("reference", ""),
        )
        for entry in tomllib.loads(file.read_text("utf-8"))["majority"]
    }


MAJORITIES = _load()
"""By key, in the order of the file."""
