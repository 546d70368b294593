"""The tables of annotations: what people write onto a version of a paper, and who else sees it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.annotation_rules import Kind, Visibility
from documents.database import Base, Instant, one_of


class Annotation(Base):
    """One annotation as its author last left it; one that was deleted stays as an empty row (a tombstone), so that
    every tablet hears of it.

    ``id`` is a UUID of the author's tablet. ``rev`` counts its changes, ``seq`` is the place of the last one among all
    changes of the version: :attr:`documents.models.Version.annotation_seq` is raised under the version's lock, so that
    places follow the order of commits. ``author`` is opaque here, for example ``"member:12"``. ``page`` from 0.
    ``body`` is what :func:`documents.annotation_rules.read_change` lets through: style, rect, paths, quads, text,
    quote, stamp, placed; empty in a tombstone.
    """

    __tablename__ = "annotation"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("visibility", Visibility),
        CheckConstraint("page >= 0", name="page"),
        CheckConstraint("rev >= 1", name="rev"),
        UniqueConstraint("version_id", "seq"),
        Index("ix_annotation_version_id_author", "version_id", "author"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id", ondelete="CASCADE"))
    seq: Mapped[int]
    rev: Mapped[int]
    author: Mapped[str] = mapped_column(String(100))
    author_name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(12))
    page: Mapped[int]
    visibility: Mapped[str] = mapped_column(String(12), default=Visibility.PRIVATE, server_default=Visibility.PRIVATE)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("annotation.id", ondelete="CASCADE"), index=True)
    deleted: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(Instant)
    modified_at: Mapped[datetime] = mapped_column(Instant)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)

    audience: Mapped[list["AnnotationAudience"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )

    @property
    def labels(self) -> frozenset[str]:
        """Those who see it beside its author."""
        return frozenset(row.label for row in self.audience if row.current)


class AnnotationAudience(Base):
    """Somebody beside the author sees an annotation: all who carry ``label`` ("meeting:7", "member:3").

    ``seq`` is when this audience last had news of it. One that saw it before and does no more stays, not ``current``:
    its tablets hear that the annotation is gone, and nothing of what becomes of it later.
    """

    __tablename__ = "annotation_audience"
    __table_args__ = (Index("ix_annotation_audience_version_id_label", "version_id", "label", "seq"),)

    annotation_id: Mapped[str] = mapped_column(ForeignKey("annotation.id", ondelete="CASCADE"), primary_key=True)
    label: Mapped[str] = mapped_column(String(100), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id", ondelete="CASCADE"))
    seq: Mapped[int]
    current: Mapped[bool] = mapped_column(default=True, server_default=true())
