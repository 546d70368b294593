"""How a vote is said in a form: the values of the fields, and what they mean."""

from enum import StrEnum
from typing import TypeVar

from flask import request

from ecabinet.fields import text, whole
from ecabinet.voting import rules
from ecabinet.voting.majorities import MAJORITIES
from ecabinet.voting.models import Poll

Value = TypeVar("Value", bound=StrEnum)

USUAL = rules.PollDraft("", None, rules.Majority(1, 2, strict=True, base=rules.Base.ENTITLED))
"""What the form of a new vote begins with."""


def read_draft() -> rules.PollDraft:
    """The vote that the form describes. What is no number becomes one that the rules refuse by name."""
    kind = _one_of(rules.PollKind, text("kind"), rules.PollKind.MOTION)
    candidates = _candidates(request.form.get("candidates", ""))
    seats = _number("seats", 1)
    usual = MAJORITIES.get(text("rule"))
    return rules.PollDraft(
        title=text("title"),
        item_id=whole("item"),
        majority=usual.majority if usual else _majority(),
        reference=text("reference") or (usual.reference if usual else ""),
        kind=kind,
        manner=_one_of(rules.Manner, text("manner"), rules.Manner.NAMED),
        labels=tuple(text(f"label-{key}") for key in rules.MOTION_KEYS) if _has_labels() else USUAL.labels,
        candidates=candidates,
        choices=rules.Choices(_number("least", 0 if len(candidates) == 1 else 1), _number("most", seats), seats),
        cross_out=text("cross_out") == "1",
        needs_quorum=text("needs_quorum") == "1",
        live_results=text("live_results") == "1",
        shows_progress=text("shows_progress") == "1",
    )


def values_of(draft: rules.PollDraft) -> dict[str, str]:
    """The same as the values of the fields."""
    majority = draft.majority
    election = draft.kind == rules.PollKind.ELECTION
    return {
        "title": draft.title,
        "item": str(draft.item_id or ""),
        "fraction": f"{majority.numerator}/{majority.denominator}",
        "rule": next((key for key, usual in MAJORITIES.items() if usual.majority == majority), ""),
        "strict": "1" if majority.strict else "0",
        "base": majority.base,
        "reference": draft.reference,
        "kind": draft.kind,
        "manner": draft.manner,
        **{f"label-{key}": label for key, label in zip(rules.MOTION_KEYS, draft.labels, strict=True)},
        "candidates": "\n".join(f"{c.name}; {c.note}" if c.note else c.name for c in draft.candidates),
        "seats": str(draft.choices.seats) if election else "",
        "most": str(draft.choices.most) if election else "",
        "least": str(draft.choices.least) if election else "",
        "cross_out": "1" if draft.cross_out else "",
        "needs_quorum": "1" if draft.needs_quorum else "",
        "live_results": "1" if draft.live_results else "",
        "shows_progress": "1" if draft.shows_progress else "",
    }


def read_hand_count(poll: Poll) -> dict[str, int | None]:
    """The numbers of a count by hand by the names of their fields; None for what is no number."""
    names = ["issued", "cast", "invalid", *(f"votes-{option.id}" for option in poll.options)]
    return {name: whole(name) for name in names}


def _majority() -> rules.Majority:
    numerator, _slash, denominator = text("fraction").partition("/")
    return rules.Majority(
        numerator=int(numerator) if numerator.isdecimal() and len(numerator) < 4 else 0,
        denominator=int(denominator) if denominator.isdecimal() and len(denominator) < 4 else 0,
        strict=text("strict") == "1",
        base=_one_of(rules.Base, text("base"), rules.Base.ENTITLED),
    )


def _candidates(lines: str) -> tuple[rules.Candidate, ...]:
    """One candidate a line: the name, and after a semicolon the line below it."""
    parted = [line.strip().partition(";") for line in lines.splitlines() if line.strip()]
    return tuple(rules.Candidate(" ".join(name.split()), " ".join(note.split())) for name, _mark, note in parted)


def _has_labels() -> bool:
    return any(f"label-{key}" in request.form for key in rules.MOTION_KEYS)


def _number(name: str, empty: int) -> int:
    """A number; ``empty`` where nothing was entered; -1, which no rule allows, for anything else."""
    if not text(name):
        return empty
    number = whole(name)
    return -1 if number is None else number


def _one_of(values: type[Value], said: str, otherwise: Value) -> Value:
    return values(said) if said in set(values) else otherwise
