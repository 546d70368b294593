"""Tables of following the chair: where the room is, and who may lead it beside those who run the meeting."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant
from documents.models import Version
from ecabinet.meetings.models import Participant
from ecabinet.reading.following_rules import Region
from ecabinet.registry.models import Member


class RoomPlace(Base):
    """Where the room of a meeting is. There is no row while nobody leads. ``page`` counts from 0; the region, in points
    of the page, is whole or not there. ``turn`` is a revision as :func:`ecabinet.blocks.now_rev` gives them: of two
    messages the one with the greater is the later.
    """

    __tablename__ = "room_place"
    __table_args__ = (
        CheckConstraint("page >= 0", name="page"),
        CheckConstraint(
            "(x0 IS NULL AND y0 IS NULL AND x1 IS NULL AND y1 IS NULL) OR (x0 < x1 AND y0 < y1)", name="region"
        ),
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True, autoincrement=False)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id", ondelete="CASCADE"), index=True)
    page: Mapped[int]
    x0: Mapped[float | None]
    y0: Mapped[float | None]
    x1: Mapped[float | None]
    y1: Mapped[float | None]
    by_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    turn: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[Version] = relationship()
    by: Mapped[Member] = relationship()

    @property
    def region(self) -> Region | None:
        """What the leader sees of the page; None for all of it."""
        if self.x0 is None or self.y0 is None or self.x1 is None or self.y1 is None:
            return None
        return self.x0, self.y0, self.x1, self.y1

    @region.setter
    def region(self, region: Region | None) -> None:
        self.x0, self.y0, self.x1, self.y1 = region if region is not None else (None, None, None, None)


class LeadSetting(Base):
    """Who else may lead: one whom the chair has named, and whoever presents the item that is on."""

    __tablename__ = "lead_setting"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True, autoincrement=False)
    presenters_lead: Mapped[bool] = mapped_column(default=False)
    named_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id", ondelete="SET NULL"))
    named: Mapped[Participant | None] = relationship()
