"""Large files that come with a task, sent in pieces: "task:<task>"."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from documents.blobs import Blob
from documents.errors import NotFound, Problem
from documents.models import Version
from documents.queries import newest_version
from documents.upload_models import Upload
from ecabinet.access import Person
from ecabinet.tasks import operations, queries, rules
from ecabinet.tasks.operations import Attachment
from ecabinet.tasks.rules import Said, TaskAct, TaskState


class TaskTarget:
    """Each file is a line of the task's history, by those who have a part in it."""

    def __init__(self, task: str) -> None:
        if not (task.isascii() and task.isdigit() and len(task) <= 18):
            raise Problem("upload_elsewhere", task)
        self._task_id = int(task)

    def check(self, db: Session, person: Person, form: Mapping[str, str], now: datetime) -> dict[str, Any]:
        seen = queries.load(db, person, self._task_id)
        rules.after(TaskAct.ATTACH, TaskState(seen.task.state), seen.parts, asked=False)
        return {}

    def deliver(self, db: Session, person: Person, upload: Upload, blob: Blob, kind: str, now: datetime) -> Version:
        seen = queries.load_to_change(db, person, self._task_id)
        file = Attachment(blob, upload.filename, kind)
        event = operations.act(db, seen.task, TaskAct.ATTACH, seen.parts, Said(), person.member_id, now, [file])
        version = newest_version(db, event.files[0].document_id)
        if version is None:
            raise NotFound(f"file of task {self._task_id}")
        return version

    def page(self) -> str:
        return url_for("tasks.page", task_id=self._task_id)
