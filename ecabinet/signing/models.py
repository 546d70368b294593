"""With what members sign. The bytes of a key are sealed; nothing opens them but the password that is kept nowhere."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from documents.database import Base, Instant, one_of
from ecabinet.signing.certificate_rules import Belongs, Kind


class MemberCertificate(Base):
    """A member's certificate: at most one that is not removed. ``sealed``: the PKCS#12 file; ``reference``: how the
    device or the service calls the key. ``certificate`` is DER. ``belongs``: by what it is the member's, None: by
    nothing, and it signs nothing until an administrator confirms it with a reason.
    """

    __tablename__ = "member_certificate"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("belongs", Belongs),
        CheckConstraint("(sealed IS NOT NULL) = (kind = 'file' AND removed_at IS NULL)", name="kept"),
        Index("uq_member_certificate_held", "member_id", unique=True,
              sqlite_where=text("removed_at IS NULL"), postgresql_where=text("removed_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    kind: Mapped[str] = mapped_column(String(10))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reference: Mapped[str] = mapped_column(String(200), default="", server_default="")
    certificate: Mapped[bytes] = mapped_column(LargeBinary)
    picture: Mapped[bytes | None] = mapped_column(LargeBinary)
    belongs: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    added_at: Mapped[datetime] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
