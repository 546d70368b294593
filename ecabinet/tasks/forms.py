"""What the forms of tasks say, read as values; an owner or helper is "m12" for a member, "u5" for a unit."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from flask import request
from werkzeug.datastructures import FileStorage

from documents.blobs import Blobs
from documents.errors import Invalid, Problem
from documents.media import media_type
from ecabinet.fields import day, text, whole
from ecabinet.tasks.operations import Attachment
from ecabinet.tasks.rules import Priority, Said, TaskDraft
from ecabinet.workdays.rules import WorkDays, due_in

MOST_FILES = 20
_WHO = re.compile(r"([mu])([0-9]{1,15})")


@dataclass(frozen=True)
class Choice:
    """Somebody or some unit that a task can be given to."""

    value: str
    name: str
    note: str = ""

    @property
    def is_unit(self) -> bool:
        """Whether it is a unit."""
        return self.value.startswith("u")


def _who(values: Collection[str], offered: Collection[Choice], field: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Members and units among the values, each of which must have been offered."""
    known = {choice.value for choice in offered}
    members: list[int] = []
    units: list[int] = []
    for value in values:
        match = _WHO.fullmatch(value)
        if match is None or value not in known:
            raise Invalid({field: Problem("task_owner")})
        (members if match[1] == "m" else units).append(int(match[2]))
    return tuple(members), tuple(units)


def read_owner(offered: Collection[Choice]) -> tuple[int | None, int | None]:
    """The member or the unit that is to do it; raises :class:`Invalid` for one who was not on offer."""
    members, units = _who([text("owner")] if text("owner") else [], offered, "owner")
    return (members[0] if members else None), (units[0] if units else None)


def read_due(days: WorkDays, today: date) -> date | None:
    """The deadline: a day, or in so many working days; raises :class:`Invalid` for a number that makes no sense."""
    if text("due_on") or not text("due_in"):
        return day("due_on")
    try:
        return due_in(days, today, whole("due_in") or 0)
    except Problem as refused:
        raise Invalid({"due_in": refused}) from refused


def read_draft(offered: Collection[Choice], days: WorkDays, today: date) -> TaskDraft:
    """The task that the form describes; raises :class:`Invalid` for an owner who was not on offer."""
    member, unit = read_owner(offered)
    helper_members, helper_units = _who(request.form.getlist("helper"), offered, "helpers")
    priority = text("priority")
    return TaskDraft(
        title=text("title"),
        due_on=read_due(days, today),
        owner_member=member,
        owner_unit=unit,
        details=text("details"),
        priority=Priority(priority) if priority in list(Priority) else Priority.NORMAL,
        helper_members=helper_members,
        helper_units=helper_units,
    )


def read_said() -> Said:
    """What comes with an act."""
    return Said(text("text"), whole("percent"), day("due_on"))


def read_attachments(blobs: Blobs) -> list[Attachment]:
    """The files that come with it, stored before the transaction; refuses more than :data:`MOST_FILES` at once."""
    files = [file for file in request.files.getlist("file") if file.filename]
    if len(files) > MOST_FILES:
        raise Problem("too_many_files", limit=MOST_FILES)
    return [_attachment(blobs, file) for file in files]


def _attachment(blobs: Blobs, file: FileStorage) -> Attachment:
    kind = media_type(file.stream)
    file.stream.seek(0)
    blob = blobs.put(file.stream)
    if blob.size == 0:
        raise Problem("empty")
    return Attachment(blob, file.filename or "", kind)
