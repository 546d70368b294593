"""What the forms of tasks say, read as values; an owner or helper is "m12" for a member, "u5" for a unit."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import FileStorage

from documents.blobs import Blobs
from documents.errors import Invalid, Problem
from documents.media import media_type
from ecabinet.fields import day, text, whole
from ecabinet.tasks.operations import Attachment
from ecabinet.tasks.rules import Priority, Said, TaskDraft

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


def read_draft(offered: Collection[Choice]) -> TaskDraft:
    """The task that the form describes; raises :class:`Invalid` for an owner who was not on offer."""
    owner = [text("owner")] if text("owner") else []
    members, units = _who(owner, offered, "owner")
    helper_members, helper_units = _who(request.form.getlist("helper"), offered, "helpers")
    priority = text("priority")
    return TaskDraft(
        title=text("title"),
        due_on=day("due_on"),
        owner_member=members[0] if members else None,
        owner_unit=units[0] if units else None,
        details=text("details"),
        priority=Priority(priority) if priority in list(Priority) else Priority.NORMAL,
        helper_members=helper_members,
        helper_units=helper_units,
    )


def read_said() -> Said:
    """What comes with an act."""
    return Said(text("text"), whole("percent"), day("due_on"))


def read_attachment(blobs: Blobs) -> Attachment | None:
    """The file that comes with it, stored before the transaction; None without one."""
    file = request.files.get("file") or FileStorage()
    if not file.filename:
        return None
    kind = media_type(file.stream)
    file.stream.seek(0)
    blob = blobs.put(file.stream)
    if blob.size == 0:
        raise Problem("empty")
    return Attachment(blob, file.filename, kind)
