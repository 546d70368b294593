"""Rules of the registry: kinds, states, the throttle. Plain values only."""

from datetime import timedelta
from enum import StrEnum


class UnitKind(StrEnum):
    """Kinds of units; the depth of the tree is free."""

    CENTRAL = "central"
    PROVINCE = "province"
    ATTACHED = "attached"
    COMMUNE = "commune"
    BASE = "base"
    SECTION = "section"
    INTER_BRANCH = "inter_branch"
    BASE_BRANCH = "base_branch"
    BRANCH = "branch"


class Sex(StrEnum):
    """As in the member's papers."""

    MALE = "male"
    FEMALE = "female"


class MemberStatus(StrEnum):
    """Whether a member counts."""

    ACTIVE = "active"
    AWAY = "away"
    DEFERRED = "deferred"
    GROWN = "grown"
    REMOVED = "removed"
    EXPELLED = "expelled"
    LEFT = "left"


class ListOrder(StrEnum):
    """The orders of the list of members."""

    NAME = "name"
    UNIT = "unit"
    OLDEST = "oldest"
    YOUNGEST = "youngest"
    JOINED = "joined"
    JOINED_LATE = "joined_late"
    NEWEST = "newest"


NO_LONGER = frozenset({MemberStatus.REMOVED, MemberStatus.EXPELLED, MemberStatus.LEFT})
"""Who was struck off, was expelled or has left signs in no more. Who grew up may: officials stay in office."""


class BodyKind(StrEnum):
    """Kinds of bodies."""

    COMMITTEE = "committee"
    STANDING = "standing"
    INSPECTION = "inspection"
    CONGRESS = "congress"


class FailedStep(StrEnum):
    """Which step of signing in failed."""

    PASSWORD = "password"  # noqa: S105 - the name of a step
    CODE = "code"
    RECOVERY = "recovery"


SESSION_LENGTH = timedelta(days=14)
THROTTLE_WINDOW = timedelta(minutes=15)
FAILURES_PER_LOGIN = 10
FAILURES_PER_ADDRESS = 100


def throttled(failures_of_login_here: int, failures_here: int) -> bool:
    """Whether the next attempt must wait, by the failures from one address within :data:`THROTTLE_WINDOW`.

    Failures are counted per address, never per login alone: otherwise anybody could lock anybody else out. The limit
    for an address is generous, because a whole meeting room may sit behind one.
    """
    return failures_of_login_here >= FAILURES_PER_LOGIN or failures_here >= FAILURES_PER_ADDRESS


class UnitEventKind(StrEnum):
    """Operations on units."""

    FOUNDED = "founded"
    RENAMED = "renamed"
    AMENDED = "amended"
    MOVED = "moved"
    MERGED = "merged"
    SPLIT = "split"
    DISSOLVED = "dissolved"


class MemberEventKind(StrEnum):
    """Lines of a member's timeline."""

    ADMITTED = "admitted"
    ENTERED = "entered"
    CORRECTED = "corrected"
    MOVED_OUT = "moved_out"
    MOVED_IN = "moved_in"
    STAYED_AWAY = "stayed_away"
    CAME_BACK = "came_back"
    DEFERRED = "deferred"
    RESUMED = "resumed"
    GREW_UP = "grew_up"
    REMOVED = "removed"
    DISCIPLINED = "disciplined"
    AWARDED = "awarded"
    GRADED = "graded"
    CARD_REISSUED = "card_reissued"
    VERIFIED = "verified"


class TransferKind(StrEnum):
    """For good, or for at most three months."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"


class TransferState(StrEnum):
    """Asked until the last consent is given, one is refused, or it is withdrawn."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ConsentStep(StrEnum):
    """The chain of a transfer, in this order: branch → sending base → receiving base → branch."""

    FROM_BRANCH = "from_branch"
    FROM_BASE = "from_base"
    TO_BASE = "to_base"
    TO_BRANCH = "to_branch"


class ImportState(StrEnum):
    """The life of an import run."""

    MAPPING = "mapping"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class RowOutcome(StrEnum):
    """What became of a row that was not simply taken."""

    CORRECTED = "corrected"
    REFUSED = "refused"


class CheckState(StrEnum):
    """A question to the population database: waiting (asked again on trouble), answered, or given up."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
