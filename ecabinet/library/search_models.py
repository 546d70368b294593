"""Tables of saved searches and of what their owners know of already."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.library.search_rules import NAME_CHARACTERS, QUESTION_CHARACTERS, Alert, Chosen
from ecabinet.registry.models import Account

_WATCHED = text("look_at IS NOT NULL")


class SavedSearch(Base):
    """A question that somebody keeps, with its filters. ``look_at``: when the worker looks for new hits next;
    ``looked_at``: when it was last looked, None before what is there already is known.
    """

    __tablename__ = "saved_search"
    __table_args__ = (
        one_of("alert", Alert),
        CheckConstraint("(alert = 'none') = (look_at IS NULL)", name="look_at"),
        UniqueConstraint("account_id", "name"),
        Index("ix_saved_search_look_at", "look_at", sqlite_where=_WATCHED, postgresql_where=_WATCHED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(NAME_CHARACTERS))
    question: Mapped[str] = mapped_column(String(QUESTION_CHARACTERS))
    filters: Mapped[Chosen] = mapped_column(JSON)
    sort: Mapped[str] = mapped_column(String(20))
    alert: Mapped[str] = mapped_column(String(10), default=Alert.NONE.value)
    created_at: Mapped[datetime] = mapped_column(Instant)
    looked_at: Mapped[datetime | None] = mapped_column(Instant)
    look_at: Mapped[datetime | None] = mapped_column(Instant)
    account: Mapped[Account] = relationship()


class KnownHit(Base):
    """A hit that was there when the search was saved, or that its owner was told of: nobody is told twice."""

    __tablename__ = "saved_search_hit"

    search_id: Mapped[int] = mapped_column(ForeignKey("saved_search.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
