"""The way of one delivery as a table: what it is for, where it stands, what may follow. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from documents.errors import Invalid, Problem
from ecabinet.office.life_rules import OfficeState


class RecipientKind(StrEnum):
    """Whom a delivery is for: a unit of ours, a member, an organisation outside."""

    UNIT = "unit"
    MEMBER = "member"
    OUTSIDE = "outside"


class Purpose(StrEnum):
    """What the recipient is to do with it (để báo cáo, thực hiện, phối hợp, biết, lưu)."""

    REPORT = "report"
    CARRY_OUT = "carry_out"
    COOPERATE = "cooperate"
    KNOW = "know"
    KEEP = "keep"


class DeliveryStatus(StrEnum):
    """How far it is. Two figures are the statuses of edXML (QCVN 102:2016), except "00": it has left for outside and
    nothing was heard. Before that it is planned, then waits for the worker.
    """

    PLANNED = "plan"
    WAITING = "wait"
    SENT = "00"
    ARRIVED = "01"
    REFUSED = "02"
    RECEIVED = "03"
    ASSIGNED = "04"
    IN_PROGRESS = "05"
    DONE = "06"


class RecallStatus(StrEnum):
    """What became of a recall at one recipient, as edXML has it: asked, agreed to, refused."""

    ASKED = "13"
    AGREED = "15"
    REFUSED = "16"


class CopyKind(StrEnum):
    """Sao y, sao lục, trích sao (Decree 30, article 25)."""

    WHOLE = "SY"
    OF_A_COPY = "SL"
    EXTRACT = "TrS"


_S = DeliveryStatus
AT_WORK = (_S.RECEIVED, _S.ASSIGNED, _S.IN_PROGRESS, _S.DONE)
"""The recipient has it in their register."""
NOT_YET = frozenset({_S.WAITING, _S.SENT, _S.ARRIVED})
"""Issued, and the recipient has said nothing yet."""
_FOLLOWS: dict[DeliveryStatus, frozenset[DeliveryStatus]] = {
    _S.PLANNED: frozenset({_S.WAITING}),
    _S.WAITING: frozenset({_S.SENT, _S.ARRIVED}),
    _S.SENT: frozenset({_S.ARRIVED, _S.REFUSED, *AT_WORK}),
    _S.ARRIVED: frozenset({_S.REFUSED, *AT_WORK}),
    _S.REFUSED: frozenset(AT_WORK),
    **{status: frozenset({_S.REFUSED, *AT_WORK}) - {status} for status in AT_WORK},
}
"""A recipient's work may also go back: a task is asked for again, an entry made by mistake is voided."""


def check_follows(status: DeliveryStatus, following: DeliveryStatus) -> None:
    """Raise ``delivery_state`` where it cannot come next."""
    if following not in _FOLLOWS[status]:
        raise Problem("delivery_state", f"{following} after {status}")


OF_ENTRY: dict[OfficeState, DeliveryStatus] = {
    OfficeState.RECEIVED: _S.RECEIVED,
    OfficeState.REGISTERED: _S.RECEIVED,
    OfficeState.PRESENTED: _S.RECEIVED,
    OfficeState.ASSIGNED: _S.ASSIGNED,
    OfficeState.DONE: _S.DONE,
    OfficeState.FILED: _S.DONE,
    OfficeState.DISCARDED: _S.REFUSED,
    OfficeState.VOIDED: _S.REFUSED,
}
"""What the state of the recipient's entry says back. What was recalled there says it as an answer to the recall."""


def status_of(state: OfficeState, *, begun: bool, before: DeliveryStatus) -> DeliveryStatus:
    """The status of a delivery whose entry stands at ``state``; ``begun``: somebody has reported progress."""
    status = OF_ENTRY.get(state, before)
    return _S.IN_PROGRESS if status == _S.ASSIGNED and begun else status


def after_recall(status: DeliveryStatus, kind: RecipientKind) -> RecallStatus:
    """A recall takes back at once what lies unreceived in an inbox of ours; who has received it is asked, and so is
    everybody outside, where nothing can be taken back.
    """
    asked = {_S.SENT, _S.ARRIVED, *AT_WORK} if kind == RecipientKind.OUTSIDE else {*AT_WORK}
    return RecallStatus.ASKED if status in asked else RecallStatus.AGREED


def may_refuse_recall(status: DeliveryStatus) -> bool:
    """Only where the work was begun: what merely lies there is given back."""
    return status in {_S.IN_PROGRESS, _S.DONE}


@dataclass(frozen=True)
class Outside:
    """An organisation that is no unit of ours."""

    name: str
    organ_code: str = ""
    email: str = ""


_ITEM = re.compile(r"[;\n]|(?<=\s)-\s|^\s*-\s*", re.MULTILINE)
_NOTE = re.compile(r"\s*\(.*?\)\s*|^(như điều \d+|lưu\b.*|kính gửi:?)\s*", re.IGNORECASE)


def names_in(places: str) -> list[str]:
    """The recipients that a paper lists under Nơi nhận, each once, without dashes and notes in brackets.

    "Như Điều 2" and "Lưu: VT" name nobody.
    """
    items = (" ".join(_NOTE.sub(" ", item).strip(" .,;:-").split()) for item in _ITEM.split(places))
    return list(dict.fromkeys(item for item in items if item))


LONGEST = {"name": 200, "organ_code": 20, "email": 200}
_ORGAN_CODE = re.compile(r"[0-9A-Za-z]{1,4}(\.[0-9A-Za-z]{1,4}){1,4}")
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\"]{2,}")


def check_outside(name: str, organ_code: str, email: str) -> Outside:
    """An organisation as a clerk writes it; raises :class:`Invalid` naming every fault by its field."""
    given = {"name": " ".join(name.split()), "organ_code": organ_code.strip(), "email": email.strip()}
    faults = {field: Problem("too_long", limit=most) for field, most in LONGEST.items() if len(given[field]) > most}
    if not given["name"]:
        faults["name"] = Problem("missing")
    if given["organ_code"] and not _ORGAN_CODE.fullmatch(given["organ_code"]):
        faults["organ_code"] = Problem("organ_code")
    if given["email"] and not _EMAIL.fullmatch(given["email"]):
        faults["email"] = Problem("not_an_address")
    if faults:
        raise Invalid(faults)
    return Outside(**given)
