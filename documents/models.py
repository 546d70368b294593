"""The tables of the library. The database is the truth; blobs and the search index hang on it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from documents.retention_rules import Retention
from documents.rules import JobState, RenditionKind, Secrecy, Step, StepState, VersionState


class Document(Base):
    """A thing kept in the archive: a paper, a law, … ``kind`` is the caller's word for it.

    ``last_number`` is the number of its newest version (0: none yet); it is raised in the database, so that two people
    adding a version at the same moment get two numbers. ``created_by`` and ``owner``, who keeps it, are opaque here,
    for example ``"member:12"`` and ``"unit:5"``. ``retention`` says how long it is kept, counted from ``closed_on``;
    ``keep_years`` only where that is :attr:`Retention.OTHER`.
    """

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("last_number >= 0", name="last_number"),
        one_of("secrecy", Secrecy),
        one_of("retention", Retention),
        CheckConstraint("keep_years >= 0", name="keep_years"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(500))
    kind: Mapped[str] = mapped_column(String(30), index=True)
    type_code: Mapped[str | None] = mapped_column(String(20))
    number: Mapped[str | None] = mapped_column(String(60))
    issuer: Mapped[str | None] = mapped_column(String(300))
    issued_on: Mapped[date | None] = mapped_column(Date)
    signer: Mapped[str | None] = mapped_column(String(200))
    secrecy: Mapped[str] = mapped_column(String(12), default=Secrecy.NORMAL, server_default=Secrecy.NORMAL)
    owner: Mapped[str | None] = mapped_column(String(100), index=True)
    retention: Mapped[str | None] = mapped_column(String(2))
    keep_years: Mapped[int | None]
    closed_on: Mapped[date | None] = mapped_column(Date)
    last_number: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(100))

    labels: Mapped[list["DocumentLabel"]] = relationship(back_populates="document", cascade="all, delete-orphan")
    versions: Mapped[list["Version"]] = relationship(back_populates="document", order_by="Version.number")


class DocumentLabel(Base):
    """Who may find and open a document: anybody who carries one of its labels, for example ``"unit:5"``."""

    __tablename__ = "document_label"
    __table_args__ = (UniqueConstraint("document_id", "label"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(String(100), index=True)

    document: Mapped[Document] = relationship(back_populates="labels")


class Loan(Base):
    """Somebody has the document out to work on it (mượn để sửa): until then, or until it is given back, nobody else
    adds a version. ``holder`` is opaque as ``created_by`` is.
    """

    __tablename__ = "document_loan"
    __table_args__ = (CheckConstraint("until > since", name="until"),)

    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    holder: Mapped[str] = mapped_column(String(100))
    holder_name: Mapped[str] = mapped_column(String(200))
    since: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)


class Hold(Base):
    """Something that a document belongs to: see :mod:`documents.holds`."""

    __tablename__ = "document_hold"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    holder: Mapped[str] = mapped_column(String(100), primary_key=True)
    firm: Mapped[bool] = mapped_column(default=False, server_default=false())


class Binned(Base):
    """A document in the bin, which it leaves by an undo, or for good at the earliest after ``until``. ``content_only``:
    what refers to it (a register) goes on doing so, and only its versions are destroyed.
    """

    __tablename__ = "document_bin"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    by: Mapped[str] = mapped_column(String(100))
    by_name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant, index=True)
    content_only: Mapped[bool] = mapped_column(default=False, server_default=false())

    document: Mapped[Document] = relationship()


class Version(Base):
    """One file as it was received: never changed; only the outcome of reading it is written later.

    ``note`` is why there is this version; ``restored_from`` the number of the one whose bytes it has again;
    ``annotation_seq`` counts the changes of the annotations on it.

    ``size`` in bytes; ``media_type`` by content; ``filename`` only for showing and downloading; ``reason`` is a
    :class:`documents.extract.Reason` or the code of a fault: why it failed or was refused, or why a ready one has no
    text.
    """

    __tablename__ = "version"
    __table_args__ = (
        UniqueConstraint("document_id", "number"),
        one_of("state", VersionState),
        CheckConstraint("size >= 0", name="size"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    filename: Mapped[str] = mapped_column(String(255))
    note: Mapped[str] = mapped_column(String(500), default="", server_default="")
    restored_from: Mapped[int | None]
    media_type: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(12), default=VersionState.WAITING)
    reason: Mapped[str | None] = mapped_column(String(50))
    page_count: Mapped[int | None]
    annotation_seq: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(100))

    document: Mapped[Document] = relationship(back_populates="versions")


class PageText(Base):
    """The text of one page (counted from 0) of a version, NFC."""

    __tablename__ = "page_text"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id", ondelete="CASCADE"), primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)


class VersionStep(Base):
    """One step of processing a version, from its beginning on; a step without a row is still to come.

    ``reason`` says why it failed or was left out; ``notes`` what the check found (:class:`documents.safety.Note`);
    ``done`` of ``total`` pages is the progress of a long step.
    """

    __tablename__ = "version_step"
    __table_args__ = (
        one_of("step", Step),
        one_of("state", StepState),
        CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name="done"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id", ondelete="CASCADE"), primary_key=True)
    step: Mapped[str] = mapped_column(String(12), primary_key=True)
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(50))
    notes: Mapped[list[str]] = mapped_column(JSON, default=list)
    done: Mapped[int] = mapped_column(default=0, server_default="0")
    total: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(Instant)


class Rendition(Base):
    """Something made of a version for showing it; it can be made again. ``size`` in bytes, ``pages`` of a PDF."""

    __tablename__ = "rendition"
    __table_args__ = (
        UniqueConstraint("version_id", "kind"),
        one_of("kind", RenditionKind),
        CheckConstraint("size >= 0", name="size"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(12))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(100))
    pages: Mapped[int | None]


class Job(Base):
    """Work to be done once, by whichever worker claims it. A claim is a lease: past ``claimed_until`` it is void.

    ``slow`` jobs wait among themselves: nothing that is quickly done waits behind them.
    """

    __tablename__ = "job"
    __table_args__ = (
        one_of("state", JobState),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_job_state_run_after", "state", "run_after"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(12), default=JobState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    slow: Mapped[bool] = mapped_column(default=False, server_default=false())
    run_after: Mapped[datetime] = mapped_column(Instant)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    claimed_by: Mapped[str | None] = mapped_column(String(100))
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
