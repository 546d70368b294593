"""The file of an official by its mapping: which records, which fields, which codes. The mapping is data, in a file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from documents.errors import Invalid, Problem

MAPPING = Path(__file__).with_name("officials.toml")


@dataclass(frozen=True)
class Choice:
    """One value of a choice, with its words by language and its code in the export."""

    value: str
    code: str
    label: Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """One field of a record: ``kind`` is text or choice."""

    name: str
    code: str
    kind: str
    label: Mapping[str, str]
    required: bool
    most: int
    choices: tuple[Choice, ...]

    def check(self, text: str) -> str:
        """The value as it is kept; raises :class:`Problem`."""
        if not text:
            if self.required:
                raise Problem("missing")
            return ""
        if self.kind == "choice" and text not in {choice.value for choice in self.choices}:
            raise Problem("unknown_choice")
        if len(text) > self.most:
            raise Problem("too_long", limit=self.most)
        return text

    def exported(self, value: str) -> str:
        """The value as the receiving side writes it."""
        return next((choice.code for choice in self.choices if choice.value == value), value)

    def said(self, value: str, language: str) -> str:
        """The value as people read it."""
        return next((choice.label[language] for choice in self.choices if choice.value == value), value)


@dataclass(frozen=True)
class Kind:
    """One kind of records with its fields."""

    name: str
    code: str
    label: Mapping[str, str]
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Mapped:
    """The whole mapping."""

    version: str
    organisation_field: str
    person: Mapping[str, str]
    person_codes: Mapping[str, Mapping[str, str]]
    kinds: Mapping[str, Kind]


@cache
def mapping(path: Path = MAPPING) -> Mapped:
    """Read the mapping; raises ValueError naming what is wrong in it."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        kinds = {kind["name"]: _kind(kind) for kind in data["kinds"]}
        return Mapped(data["version"], data["organisation_field"], data["person"], data.get("person_codes", {}), kinds)
    except KeyError as error:
        raise ValueError(f"{path.name}: {error} is missing") from error


def _kind(data: dict[str, Any]) -> Kind:
    fields = tuple(
        Field(
            name=field["name"],
            code=field["code"],
            kind=field["type"],
            label=field["label"],
            required=field.get("required", False),
            most=field.get("max", 200),
            choices=tuple(Choice(c["value"], c["code"], c["label"]) for c in field.get("choices", [])),
        )
        for field in data["fields"]
    )
    return Kind(data["name"], data["code"], data["label"], fields)


def check_record(
    kind: str, raw: Mapping[str, str], from_day: date | None, until_day: date | None, today: date
) -> dict[str, str]:
    """The values of a record as they are kept; raises :class:`Invalid` naming every fault by its field."""
    known = mapping().kinds.get(kind)
    if known is None:
        raise Problem("malformed")
    faults: dict[str, Problem] = {}
    values = {}
    for field in known.fields:
        try:
            values[field.name] = field.check(raw.get(field.name, ""))
        except Problem as problem:
            faults[field.name] = problem
    if from_day is None:
        faults["from_day"] = Problem("not_a_time")
    elif from_day > today.replace(year=today.year + 6):
        faults["from_day"] = Problem("in_future")
    elif until_day is not None and until_day < from_day:
        faults["until_day"] = Problem("ends_before_start")
    if faults:
        raise Invalid(faults)
    return values
