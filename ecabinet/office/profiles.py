"""The profiles that are shipped: the form and numbering of the Union and of state bodies, read from ``profiles/``."""

import tomllib
from pathlib import Path
from typing import Any

from ecabinet.office.numbering_rules import Direction, Every, IssuerKind, Profile, Rule, check_form

FOLDER = Path(__file__).with_name("profiles")


def read_profile(text: str) -> Profile:
    """A profile from its file; raises KeyError or ValueError naming what is wrong in it."""
    data = tomllib.loads(text)
    rules = tuple(_rule(entry) for entry in data["rules"])
    return Profile(
        data["name"], data["label"], data["digits"], tuple(data["types"]), rules, data.get("default", False)
    )  # fmt: skip


def _rule(entry: dict[str, Any]) -> Rule:
    return Rule(
        entry["name"],
        Direction(entry["direction"]),
        Every(entry["period"]),
        check_form(entry["form"]),
        entry["label"],
        frozenset(entry.get("types", ())),
        entry.get("each", False),
        IssuerKind(entry["issuer"]) if "issuer" in entry else None,
    )


def _load() -> dict[str, Profile]:
    found = [read_profile(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
    return {profile.name: profile for profile in found}


PROFILES = _load()
"""By name."""
DEFAULT = next(profile for profile in PROFILES.values() if profile.default)
"""The profile of a unit that has not chosen, below none that has."""
