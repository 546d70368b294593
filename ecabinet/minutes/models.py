"""Tables of conclusions, minutes, resolutions and the screen. The database refuses to change signed minutes: triggers
of migration 0012.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from documents.database import Base, Instant, one_of
from ecabinet.meetings.models import AgendaItem, Meeting
from ecabinet.minutes.rules import ConclusionState, Hand, MinutesState, ScreenMode
from ecabinet.registry.models import Member


class Conclusion(Base):
    """A conclusion (kết luận) of a meeting; ``item_id`` None is the meeting as a whole. ``revision`` is counted up by
    each change of its text.
    """

    __tablename__ = "conclusion"
    __table_args__ = (
        one_of("state", ConclusionState),
        CheckConstraint("(state = 'announced') = (announced_at IS NOT NULL)", name="announced"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default=ConclusionState.DRAFT.value)
    revision: Mapped[int] = mapped_column(default=1)
    written_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    written_at: Mapped[datetime] = mapped_column(Instant)
    announced_at: Mapped[datetime | None] = mapped_column(Instant)
    item: Mapped[AgendaItem | None] = relationship()


class Minutes(Base):
    """The minutes (biên bản) of a meeting. ``document_id`` is the sealed PDF in the archive."""

    __tablename__ = "minutes"
    __table_args__ = (
        one_of("state", MinutesState),
        CheckConstraint("(chair_at IS NULL) = (chair_id IS NULL)", name="chair"),
        CheckConstraint("(secretary_at IS NULL) = (secretary_id IS NULL)", name="secretary"),
        CheckConstraint(
            "state NOT IN ('signed', 'locked') OR (chair_at IS NOT NULL AND secretary_at IS NOT NULL)", name="signed"
        ),
        CheckConstraint("(state = 'locked') = (document_id IS NOT NULL)", name="locked"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), unique=True)
    state: Mapped[str] = mapped_column(String(20), default=MinutesState.DRAFTING.value)
    made_at: Mapped[datetime] = mapped_column(Instant)
    chair_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    chair_at: Mapped[datetime | None] = mapped_column(Instant)
    secretary_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    secretary_at: Mapped[datetime | None] = mapped_column(Instant)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    meeting: Mapped[Meeting] = relationship()

    @property
    def signed(self) -> frozenset[Hand]:
        """Who has confirmed."""
        hands = ((Hand.CHAIR, self.chair_at), (Hand.SECRETARY, self.secretary_at))
        return frozenset(hand for hand, at in hands if at is not None)


class MinutesSection(Base):
    """A section of minutes. ``key`` says which (see :mod:`.texts`); ``made_text`` is what the data gave last, ``text``
    what stands there. ``item_id``: the item it is about, which may be hidden.
    """

    __tablename__ = "minutes_section"
    __table_args__ = (UniqueConstraint("minutes_id", "key"), CheckConstraint("revision > 0", name="revision"))

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"))
    key: Mapped[str] = mapped_column(String(30))
    position: Mapped[int]
    heading: Mapped[str] = mapped_column(String(600))
    text: Mapped[str] = mapped_column(Text)
    made_text: Mapped[str] = mapped_column(Text)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    revision: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    minutes: Mapped[Minutes] = relationship()
    editor: Mapped[Member | None] = relationship(foreign_keys=changed_by)

    @property
    def edited(self) -> bool:
        """Whether somebody wrote in it since the data gave it."""
        return self.text != self.made_text


class SectionRevision(Base):
    """What a section said before; ``member_id`` is who wrote it, None for the data."""

    __tablename__ = "section_revision"

    section_id: Mapped[int] = mapped_column(ForeignKey("minutes_section.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class SectionEditor(Base):
    """Who has a section open for writing, and when that was last heard of."""

    __tablename__ = "section_editor"

    section_id: Mapped[int] = mapped_column(ForeignKey("minutes_section.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Instant)


class MinutesComment(Base):
    """What somebody of the meeting says of a section before the minutes are final."""

    __tablename__ = "minutes_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("minutes_section.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    member: Mapped[Member] = relationship()


class Resolution(Base):
    """A resolution (nghị quyết) drafted from an item: a line of grounds each, an article each paragraph.
    ``document_id``: the draft in the archive, a version for each time it was kept.
    """

    __tablename__ = "resolution"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), unique=True)
    summary: Mapped[str] = mapped_column(String(600))
    grounds: Mapped[str] = mapped_column(Text)
    articles: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    item: Mapped[AgendaItem] = relationship()


class RoomScreen(Base):
    """What the chair has put on the room's screen; a meeting without its row shows what concerns the room."""

    __tablename__ = "room_screen"
    __table_args__ = (
        one_of("mode", ScreenMode),
        CheckConstraint("mode <> 'message' OR message <> ''", name="message"),
    )

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True, autoincrement=False)
    mode: Mapped[str] = mapped_column(String(20))
    message: Mapped[str] = mapped_column(String(300), default="")
