"""When files may be destroyed, and what a council may say of them. Pure."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from documents.errors import Invalid, Problem
from ecabinet.filing.life_rules import FileState


class DestructionState(StrEnum):
    """A list of files to be destroyed: proposed, decided by a council, given up."""

    PROPOSED = "proposed"
    DECIDED = "decided"
    DROPPED = "dropped"


class Verdict(StrEnum):
    """What the council says of a file."""

    DESTROY = "destroy"
    KEEP = "keep"


def is_over(state: FileState, keep_until: date | None, today: date) -> bool:
    """Whether a file in the archive has been kept as long as it must; None is for ever."""
    return state == FileState.ACCEPTED and keep_until is not None and keep_until < today


def check_verdicts(files: Mapping[int, bool], verdicts: Mapping[int, str]) -> dict[int, Verdict]:
    """The council's words on each file of a list (id → whether its time is over). Raises :class:`Invalid`."""
    faults: dict[str, Problem] = {}
    found: dict[int, Verdict] = {}
    for file_id, over in files.items():
        said = verdicts.get(file_id, "")
        if said not in list(Verdict):
            faults[f"verdict-{file_id}"] = Problem("verdict_missing")
        elif said == Verdict.DESTROY and not over:
            faults[f"verdict-{file_id}"] = Problem("still_kept")
        else:
            found[file_id] = Verdict(said)
    if faults:
        raise Invalid(faults)
    return found
