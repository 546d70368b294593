"""Rules of the registry: kinds, states, the throttle. Plain values only."""

from datetime import timedelta
from enum import StrEnum


class UnitKind(StrEnum):
    """Kinds of units; the depth of the tree is free."""

    CENTRAL = "central"
    PROVINCE = "province"
    COMMUNE = "commune"
    BRANCH = "branch"


class Sex(StrEnum):
    """As in the member's papers."""

    MALE = "male"
    FEMALE = "female"


class MemberStatus(StrEnum):
    """Whether a member counts."""

    ACTIVE = "active"
    LEFT = "left"


class BodyKind(StrEnum):
    """Kinds of bodies."""

    COMMITTEE = "committee"
    STANDING = "standing"
    INSPECTION = "inspection"


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
