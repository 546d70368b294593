"""Tables of tasks."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from documents.models import Document
from ecabinet.notices.reminder_rules import Reminder
from ecabinet.registry.models import Member, Unit
from ecabinet.tasks.rules import OPEN, Priority, TaskAct, TaskState


class Task(Base):
    """A task given by a unit. ``source_kind`` and ``source_id`` say what it was given from (a conclusion, a document),
    ``source_text`` in the words of then; ``source_kind`` is empty for one that stands alone. ``asked_due`` is the later
    deadline that the owner asks for. ``owner_name`` is the name of then, ``owner_home_id`` the unit that a member who
    owns it belonged to then.
    """

    __tablename__ = "task"
    __table_args__ = (
        one_of("state", TaskState),
        one_of("priority", Priority),
        CheckConstraint("(owner_member_id IS NULL) <> (owner_unit_id IS NULL)", name="owner"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("state <> 'done' OR percent = 100", name="done"),
        Index("ix_task_source", "source_kind", "source_id"),
        Index("ix_task_due_on", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    source_kind: Mapped[str] = mapped_column(String(20), default="")
    source_id: Mapped[int | None]
    source_text: Mapped[str] = mapped_column(String(600), default="")
    title: Mapped[str] = mapped_column(String(500))
    details: Mapped[str] = mapped_column(Text, default="")
    priority: Mapped[str] = mapped_column(String(20), default=Priority.NORMAL.value)
    state: Mapped[str] = mapped_column(String(20), default=TaskState.GIVEN.value)
    owner_member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    owner_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    owner_home_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    owner_name: Mapped[str] = mapped_column(String(300))
    given_by: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    given_at: Mapped[datetime] = mapped_column(Instant)
    due_on: Mapped[date] = mapped_column(Date)
    percent: Mapped[int] = mapped_column(default=0)
    reported_on: Mapped[date | None] = mapped_column(Date)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    asked_due: Mapped[date | None] = mapped_column(Date)
    asked_reason: Mapped[str] = mapped_column(Text, default="")
    unit: Mapped[Unit] = relationship(foreign_keys=unit_id)
    owner: Mapped[Member | None] = relationship(foreign_keys=owner_member_id)
    owner_unit: Mapped[Unit | None] = relationship(foreign_keys=owner_unit_id)
    owner_home: Mapped[Unit | None] = relationship(foreign_keys=owner_home_id)
    giver: Mapped[Member] = relationship(foreign_keys=given_by)
    helpers: Mapped[list["TaskHelper"]] = relationship(order_by="TaskHelper.id", cascade="all, delete-orphan")

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return TaskState(self.state) in OPEN


class TaskHelper(Base):
    """Who helps (phối hợp): a member or a unit, by the name of then."""

    __tablename__ = "task_helper"
    __table_args__ = (CheckConstraint("(member_id IS NULL) <> (unit_id IS NULL)", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(300))


class TaskReminder(Base):
    """Those who do a task, or who gave it, were reminded of this deadline."""

    __tablename__ = "task_reminder"
    __table_args__ = (one_of("reminder", Reminder),)

    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), primary_key=True, autoincrement=False)
    due_on: Mapped[date] = mapped_column(Date, primary_key=True)
    reminder: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)


GIVE = "give"
"""The first line of each history; the others are acts."""


class TaskEvent(Base):
    """A line of the history of a task: never changed. ``files`` came with it."""

    __tablename__ = "task_event"
    __table_args__ = (CheckConstraint(f"kind IN ('give', {', '.join(repr(str(a)) for a in TaskAct)})", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text, default="")
    percent: Mapped[int | None]
    due_on: Mapped[date | None] = mapped_column(Date)
    member: Mapped[Member] = relationship()
    files: Mapped[list["TaskFile"]] = relationship(order_by="TaskFile.document_id")


class TaskFile(Base):
    """A file that came with a line of the history, as a document of the archive."""

    __tablename__ = "task_file"

    event_id: Mapped[int] = mapped_column(ForeignKey("task_event.id"), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True, index=True)
    document: Mapped[Document] = relationship()
