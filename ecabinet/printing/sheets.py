"""What stands on an official paper, as plain values; :mod:`.pdf` and :mod:`.word` give it its looks.

Everything a person typed is text: it may hold any character, none is markup. Lengths are in millimetres.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Form(StrEnum):
    """Whose rules the paper follows; :mod:`.forms` holds what they say."""

    STATE = "state"
    UNION = "union"


class Align(StrEnum):
    """Where text stands in its line or cell."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"
    JUSTIFY = "justify"


class Marks(StrEnum):
    """What stands before each item of a list."""

    NUMBERS = "numbers"  # 1. 2. 3.
    LETTERS = "letters"  # a) b) c) d) đ)
    DASHES = "dashes"  # - - -


@dataclass(frozen=True)
class Run:
    """Some words of a line in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False


Text = str | tuple[Run, ...]
"""A text in one style, or in several."""


@dataclass(frozen=True)
class Head:
    """Who issues the paper, its number, and where and when.

    ``number`` and ``symbol`` are joined as the form does it: 15 and "QĐ-UBND" are "15/QĐ-UBND" of the state,
    "15-QĐ/TWĐTN-VP" is 15 and "QĐ/TWĐTN-VP" of the Union. Room is left for a number not given yet; no symbol,
    no line. A day not known yet leaves room in the line of the date, before the ``year`` where that is known; no place,
    no line.
    """

    form: Form
    issuer: str
    superior: str = ""
    number: str = ""
    symbol: str = ""
    place: str = ""
    on: date | None = None
    year: str = ""


@dataclass(frozen=True)
class Title:
    """What the paper is (BIÊN BẢN) and of what (Phiên họp thứ mười). A letter (công văn) has no ``kind``."""

    kind: str = ""
    summary: str = ""


@dataclass(frozen=True)
class Paragraph:
    """Running text. A line break in it is kept."""

    text: Text
    align: Align = Align.JUSTIFY
    indent: bool = True
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading; it never stands alone at the foot of a page. ``level`` is 1 to 3."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Items:
    """A list; an empty one prints nothing."""

    items: tuple[Text, ...]
    marks: Marks = Marks.NUMBERS
    start: int = 1


@dataclass(frozen=True)
class Facts:
    """Lines of a name and its value: "Thời gian: …"."""

    lines: tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class Column:
    """A column of a table; ``share`` is its width in relation to the others'."""

    title: str
    share: float = 1
    align: Align = Align.LEFT


@dataclass(frozen=True)
class Table:
    """A table with lines; its header comes again on each page. Without rows it says ``empty``.

    Each row has one cell for each column (ValueError otherwise).
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Text, ...], ...]
    caption: str = ""
    empty: str = "(Không có)"

    def __post_init__(self) -> None:
        """Refuse what could not be printed, where it was made."""
        if not self.columns or any(column.share <= 0 for column in self.columns):
            raise ValueError("a table needs columns, each with a share above 0")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"each row needs {len(self.columns)} cells")


@dataclass(frozen=True)
class Code:
    """A QR code of a short text (an address), with a line of words beneath."""

    data: str
    caption: str = ""
    size: float = 30


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Paragraph | Heading | Items | Facts | Table | Code | PageBreak


@dataclass(frozen=True)
class Signer:
    """Who signs. ``authority`` holds the lines above the position: ("TM. BAN THƯỜNG VỤ",), ("KT. CHỦ TỊCH",)."""

    position: str
    name: str = ""
    authority: tuple[str, ...] = ()
    note: str = ""
    """Under the position, in italics: "(Ký, ghi rõ họ tên)"."""


@dataclass(frozen=True)
class Sheet:
    """A whole paper.

    One signer stands on the right, beside the recipients. Several stand in rows of two, the first on the left,
    recipients beneath.
    """

    head: Head
    title: Title
    body: tuple[Block, ...] = ()
    addressees: tuple[str, ...] = ()
    signers: tuple[Signer, ...] = ()
    recipients: tuple[str, ...] = ()
    draft: bool = False
    landscape: bool = False
    language: str = field(default="vi")

    @property
    def name(self) -> str:
        """The paper's name in one line, for the file's properties."""
        return " ".join(f"{self.title.kind} {self.title.summary}".split()) or self.head.issuer
