"""Tables of reading together."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from documents.database import Base, Instant


class HiddenLayer(Base):
    """What is shared with a meeting is hidden from it while this row stands; its authors see their own."""

    __tablename__ = "hidden_layer"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True, autoincrement=False)
    since: Mapped[datetime] = mapped_column(Instant)
