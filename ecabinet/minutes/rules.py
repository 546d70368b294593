"""Rules of conclusions, minutes and the room's screen, from plain values."""

from dataclasses import dataclass
from enum import StrEnum

from documents.errors import Invalid, Problem

LONGEST_CONCLUSION = 4000
LONGEST_SECTION = 50_000
LONGEST_COMMENT = 2000
LONGEST_MESSAGE = 300


class ConclusionState(StrEnum):
    """A conclusion is written, then announced to the room."""

    DRAFT = "draft"
    ANNOUNCED = "announced"


class MinutesState(StrEnum):
    """The life of minutes. Signed ones never change; locked ones are sealed and in the archive too."""

    DRAFTING = "drafting"
    COMMENTING = "commenting"
    FINAL = "final"
    SIGNED = "signed"
    LOCKED = "locked"


class MinutesAct(StrEnum):
    """What is done with minutes as a whole."""

    SEND = "send"
    FINISH = "finish"
    REOPEN = "reopen"
    CONFIRM = "confirm"
    SEAL = "seal"


class Hand(StrEnum):
    """Who confirms minutes."""

    CHAIR = "chair"
    SECRETARY = "secretary"


EDITABLE = frozenset({MinutesState.DRAFTING, MinutesState.COMMENTING})
OVER = frozenset({MinutesState.SIGNED, MinutesState.LOCKED})
SHARED = frozenset(MinutesState) - {MinutesState.DRAFTING}
"""When those invited may read them."""

STEPS: dict[MinutesAct, dict[MinutesState, MinutesState]] = {
    MinutesAct.SEND: {MinutesState.DRAFTING: MinutesState.COMMENTING},
    MinutesAct.FINISH: {
        MinutesState.DRAFTING: MinutesState.FINAL,
        MinutesState.COMMENTING: MinutesState.FINAL,
    },
    MinutesAct.REOPEN: {
        MinutesState.COMMENTING: MinutesState.DRAFTING,
        MinutesState.FINAL: MinutesState.DRAFTING,
    },
    # Final until both hands are there.
    MinutesAct.CONFIRM: {MinutesState.FINAL: MinutesState.FINAL},
    MinutesAct.SEAL: {MinutesState.SIGNED: MinutesState.LOCKED},
}


def may(act: MinutesAct, state: MinutesState) -> bool:
    """Whether this can be done now, by the right person."""
    return state in STEPS[act]


def after(act: MinutesAct, state: MinutesState, signed: frozenset[Hand] = frozenset()) -> MinutesState:
    """The state that an act leads to; ``signed`` are the hands there after it. Raises ``wrong_state``."""
    if not may(act, state):
        raise Problem("wrong_state", f"{act} in {state}")
    if act == MinutesAct.CONFIRM and signed == frozenset(Hand):
        return MinutesState.SIGNED
    return STEPS[act][state]


def check_hand(hand: Hand | None, signed: frozenset[Hand]) -> Hand:
    """Only the chair and the secretary confirm, each once."""
    if hand is None:
        raise Problem("forbidden")
    if hand in signed:
        raise Problem("minutes_confirmed")
    return hand


def check_text(text: str, limit: int, field: str = "text", *, required: bool = True) -> None:
    """Raise :class:`Invalid` for a text that is missing or too long."""
    if required and not text:
        raise Invalid({field: Problem("missing")})
    if len(text) > limit:
        raise Invalid({field: Problem("too_long", limit=limit)})


class ScreenMode(StrEnum):
    """What the room's screen shows: by itself what concerns the room now, or what the chair has chosen."""

    AUTO = "auto"
    AGENDA = "agenda"
    SPEAKER = "speaker"
    VOTE = "vote"
    CONCLUSION = "conclusion"
    MESSAGE = "message"
    BLANK = "blank"


def check_screen(mode: str, message: str) -> ScreenMode:
    """The mode; a message needs its words."""
    if mode not in list(ScreenMode):
        raise Problem("malformed")
    if mode == ScreenMode.MESSAGE:
        check_text(message, LONGEST_MESSAGE, "message")
    return ScreenMode(mode)


@dataclass(frozen=True)
class Difference:
    """A line of the comparison of two texts: only in the old one ("-"), only in the new one ("+"), in both ("")."""

    sign: str
    line: str
