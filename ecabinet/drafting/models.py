"""Tables of drafts: what a draft says besides its register entry, the units' own templates, comments on drafts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from documents.models import Version
from ecabinet.drafting.paper_rules import Authority
from ecabinet.office.models import Issuer
from ecabinet.printing.sheets import Form
from ecabinet.registry.models import Member


class DraftTemplate(Base):
    """A unit's own template (.docx) for a type in one form; ``ended_at``: another has taken its place, or none."""

    __tablename__ = "office_template"
    __table_args__ = (
        one_of("form", Form),
        Index("uq_office_template_unit_id", "unit_id", "form", "type_code", unique=True,
              sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    form: Mapped[str] = mapped_column(String(10))
    type_code: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    filename: Mapped[str] = mapped_column(String(255))
    put_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    put_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class OfficeDraft(Base):
    """What a draft says besides its entry. ``content`` holds the lists and texts of its form
    (:class:`.paper_rules.Content`).

    Of the versions of its document ``made_version_id`` is the last that was made from the fields,
    ``checked_version_id`` that whose form ``faults`` are of, ``source_version_id`` what was submitted,
    ``paper_version_id`` the PDF made of it that is signed. ``reason``: why it was submitted although its form has
    faults. ``round``: of comments, from 1. ``chain_from``: the position at which the present chain begins; those before
    it belong to earlier submissions.
    """

    __tablename__ = "office_draft"
    __table_args__ = (one_of("form", Form), one_of("authority", Authority), CheckConstraint("round >= 0", name="round"))

    office_document_id: Mapped[int] = mapped_column(
        ForeignKey("office_document.id"), primary_key=True, autoincrement=False
    )
    issuer_id: Mapped[int] = mapped_column(ForeignKey("office_issuer.id"))
    form: Mapped[str] = mapped_column(String(10))
    superior: Mapped[str] = mapped_column(String(200), default="")
    drafter: Mapped[str] = mapped_column(String(15), default="")
    place: Mapped[str] = mapped_column(String(100), default="")
    authority: Mapped[str] = mapped_column(String(10))
    authority_of: Mapped[str] = mapped_column(String(200), default="")
    signer_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    template_id: Mapped[int | None] = mapped_column(ForeignKey("office_template.id"))
    made_version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    checked_version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    source_version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    paper_version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    reason: Mapped[str] = mapped_column(String(500), default="")
    round: Mapped[int] = mapped_column(default=0)
    chain_from: Mapped[int] = mapped_column(default=1)
    issuer: Mapped[Issuer] = relationship()
    signer: Mapped[Member | None] = relationship()


class DraftComment(Base):
    """What somebody says of one version of a draft, and what became of it."""

    __tablename__ = "office_draft_comment"
    __table_args__ = (CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name="settled"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_document_id: Mapped[int] = mapped_column(ForeignKey("office_document.id"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    round: Mapped[int]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    answer: Mapped[str] = mapped_column(String(2000), default="")
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    member: Mapped[Member] = relationship(foreign_keys=member_id)
    version: Mapped[Version] = relationship()
