"""What the exchange decides: what a state says back, when to try again, which addresses, equal packages. Pure."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from documents.errors import Problem
from ecabinet.exchange.package_rules import Business, Header, Status, StatusCode
from ecabinet.office.life_rules import OfficeState

TRIES = (
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6),
    timedelta(hours=12), timedelta(hours=24),
)  # fmt: skip
"""How long is waited after each attempt; after the last it is given up."""
CLAIM = timedelta(minutes=5)
"""Longer than a package may take on its way; a worker that dies loses it to another after this time."""
PER_MINUTE = 120
"""So many packages of one partner in a minute; more are asked to come later."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_S = OfficeState
SAYS: dict[OfficeState, StatusCode] = {
    _S.RECEIVED: StatusCode.ARRIVED,
    _S.REGISTERED: StatusCode.RECEIVED,
    _S.PRESENTED: StatusCode.RECEIVED,
    _S.ASSIGNED: StatusCode.ASSIGNED,
    _S.DONE: StatusCode.DONE,
    _S.FILED: StatusCode.DONE,
    _S.DISCARDED: StatusCode.REFUSED,
    _S.VOIDED: StatusCode.REFUSED,
}
FINAL = frozenset({StatusCode.REFUSED, StatusCode.DONE, StatusCode.RECALL_AGREED, StatusCode.RECALL_REFUSED})
"""After these nothing more is said."""
GIVEN_BACK = frozenset({_S.RECALLED, _S.DISCARDED, _S.VOIDED})
DONE = frozenset({_S.DONE, _S.FILED})
"""What is done already is not taken back: the recall is refused, on the record."""


def says(state: OfficeState, *, begun: bool, frozen: bool) -> StatusCode | None:
    """The status that the sender is told while the document stands here; None: nothing, it was recalled."""
    if frozen:
        return None
    status = SAYS.get(state)
    return StatusCode.IN_PROGRESS if status == StatusCode.ASSIGNED and begun else status


def answers(state: OfficeState, *, frozen: bool) -> StatusCode | None:
    """The answer to a recall; None while nobody here has decided."""
    if state in GIVEN_BACK:
        return StatusCode.RECALL_AGREED
    return None if frozen else StatusCode.RECALL_REFUSED


def key_of(said: Header | Status, sha256: str) -> str:
    """Equal for two packages of which the second says nothing new. Each update is one of its own."""
    if isinstance(said, Status):
        return f"{said.response_for.document_id}|s{said.code}"
    about = said.about[0] if said.business == Business.RECALL else said.document_id
    return f"{about}|{said.business}" + (f"|{sha256[:16]}" if said.business == Business.UPDATE else "")


def try_again(attempts: int, now: datetime) -> datetime | None:
    """When to send once more after so many attempts; None when it is given up."""
    return now + TRIES[attempts - 1] if attempts <= len(TRIES) else None


def check_url(url: str) -> str:
    """The address of a partner's receiver: https, and http only on this very machine. Raises ``partner_url``."""
    try:
        parts = urlsplit(url)
        known = parts.hostname is not None and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known or parts.username is not None or any(letter.isspace() for letter in url):
        raise Problem("partner_url", field="url")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise Problem("partner_url", field="url")
    return url
