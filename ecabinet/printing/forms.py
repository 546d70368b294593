"""What the two forms of official papers say: margins, sizes of letters, and the fixed words.

The state's is Decree 30/2020/NĐ-CP, annex I. The Union's is QĐ 367-QĐ/TWĐTN-VP with HD 29-HD/TWĐTN-VP of 2013. These
words are the same in each language of the application: the papers are Vietnamese by law. Lengths are in
millimetres, sizes in points.
"""

from dataclasses import dataclass
from datetime import date

from ecabinet.printing import sheets, texts
from ecabinet.printing.sheets import Form, Head, Items, Marks, Sheet, Text, Title

ROOM = "\N{NO-BREAK SPACE}"
LETTERS = "abcdđeghiklmnopqrstuvxy"
"""The order in which Vietnamese papers count by letters."""
DRAFT = "DỰ THẢO"
FULL_STOP = (";", ".", ",", ":")


@dataclass(frozen=True)
class Face:
    """How some words look."""

    size: float
    bold: bool = False
    italic: bool = False
    underline: bool = False


@dataclass(frozen=True)
class Layout:
    """What one form says."""

    margins: tuple[float, float, float, float]
    """Top, right, bottom, left."""
    left_share: float
    """How much of the width the issuer has; the rest is the heading's."""
    heading: tuple[tuple[str, Face], ...]
    superior: Face
    issuer: Face
    under_issuer: str
    """Empty: a line is drawn."""
    joint: str
    """Between number and symbol."""
    number: Face
    letter_summary: Face
    """The summary of a letter, under its number."""
    place: Face
    kind: Face
    summary: Face
    under_summary: str
    recipients_title: Face
    recipients: Face
    body: Face = Face(14)
    page_number: Face = Face(14)
    cell: Face = Face(12)
    caption: Face = Face(13, italic=True)


LAYOUTS = {
    Form.STATE: Layout(
        margins=(20, 15, 20, 30),
        left_share=0.42,
        heading=(
            ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Face(12, bold=True)),
            ("Độc lập - Tự do - Hạnh phúc", Face(13, bold=True)),
        ),
        superior=Face(12),
        issuer=Face(12, bold=True),
        under_issuer="",
        joint="/",
        number=Face(13),
        letter_summary=Face(12),
        place=Face(13, italic=True),
        kind=Face(14, bold=True),
        summary=Face(14, bold=True),
        under_summary="",
        recipients_title=Face(12, bold=True, italic=True),
        recipients=Face(11),
    ),
    Form.UNION: Layout(
        margins=(20, 20, 20, 30),
        left_share=0.48,
        heading=(("ĐOÀN TNCS HỒ CHÍ MINH", Face(15, bold=True)),),
        superior=Face(14),
        issuer=Face(14, bold=True),
        under_issuer="***",
        joint="-",
        number=Face(14),
        letter_summary=Face(12, italic=True),
        place=Face(14, italic=True),
        kind=Face(16, bold=True),
        summary=Face(14, bold=True),
        under_summary="-----------",
        recipients_title=Face(12, bold=True, underline=True),
        recipients=Face(12),
    ),
}


def layout(sheet: Sheet) -> Layout:
    """The form of a sheet."""
    return LAYOUTS[sheet.head.form]


def number_line(head: Head) -> str:
    """ "Số: 15/QĐ-UBND", with room for a number not given yet; empty without a symbol."""
    symbol = texts.line(head.symbol)
    if not symbol:
        return ""
    number = texts.line(head.number)
    return f"Số:{ROOM}{number or ROOM * 7}{LAYOUTS[head.form].joint}{symbol}"


def place_line(head: Head) -> str:
    """ "Hà Nội, ngày 05 tháng 02 năm 2026", with room for a day not known yet; empty without a place."""
    place = texts.line(head.place)
    return f"{place}, {day(head.on, texts.line(head.year))}" if place else ""


def day(on: date | None, year: str = "") -> str:
    """A day as papers write it: the first nine days and two months with a nought before them. Room for one not known
    yet, of a ``year`` that may be.
    """
    if on is None:
        return f"ngày{ROOM * 6}tháng{ROOM * 6}năm{ROOM + year if year else ROOM * 6}"
    month = f"{on.month:02}" if on.month < 3 else str(on.month)
    return f"ngày {on.day:02} tháng {month} năm {on.year}"


def letter_summary(title: Title) -> str:
    """The summary of a letter, as it stands under the number; empty for a paper that has a kind."""
    summary = texts.line(title.summary)
    return f"V/v {summary}" if summary and not title.kind.strip() else ""


def addressees(sheet: Sheet) -> tuple[str, ...]:
    """The lines of "Kính gửi": one addressee stands beside it, several beneath."""
    names = [name for name in map(texts.line, sheet.addressees) if name]
    if len(names) == 1:
        return (f"Kính gửi: {names[0]}",)
    return ("Kính gửi:", *_ended(names)) if names else ()


def recipients(sheet: Sheet) -> tuple[str, ...]:
    """The lines under "Nơi nhận", the last ends with a full stop."""
    return _ended([name for name in map(texts.line, sheet.recipients) if name])


def _ended(names: list[str]) -> tuple[str, ...]:
    """A dash before each and the right sign at its end, whatever the writer put there."""
    bare = [name.removeprefix("-").strip().rstrip("".join(FULL_STOP)) for name in names]
    return tuple(f"- {name}{'.' if place == len(bare) else ';'}" for place, name in enumerate(bare, 1))


def items(listed: Items) -> tuple[Text, ...]:
    """The items of a list with their marks."""
    return tuple(
        texts.after(sheets.Run(mark(listed.marks, place) + " "), item)
        for place, item in enumerate(listed.items, listed.start)
    )


def mark(marks: Marks, place: int) -> str:
    """What stands before the item at a place, counted from 1; after y) comes aa)."""
    match marks:
        case Marks.NUMBERS:
            return f"{place}."
        case Marks.LETTERS:
            times, letter = divmod(place - 1, len(LETTERS))
            return f"{LETTERS[letter] * (times + 1)})"
        case Marks.DASHES:
            return "-"


def fact(name: str, value: Text) -> Text:
    """A name and its value as one text."""
    return texts.after(sheets.Run(f"{texts.line(name)}: ", bold=True), value)
