"""Tables of imports: each run, and the rows that were not simply taken."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from documents.database import Base, Instant, one_of
from ecabinet.registry.rules import ImportState, RowOutcome


class ImportRun(Base):
    """One file on its way into the registry. ``rows_done`` is where it goes on after an interruption."""

    __tablename__ = "import_run"
    __table_args__ = (one_of("state", ImportState), CheckConstraint("rows_done >= 0", name="rows_done"))

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    filename: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    dry: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(60), default="")
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)
    corrected: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)


class ImportRow(Base):
    """A row that was corrected or refused, with what was found: (field, code, values)."""

    __tablename__ = "import_row"
    __table_args__ = (one_of("outcome", RowOutcome),)

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(100), default="")
    findings: Mapped[list[Any]] = mapped_column(JSON)
