"""The list of members that the registry's benchmark imports: made up, in the order of the units as offices keep theirs,
with the faults of real lists. Which row is faulty how is known, so that nothing which the import says is unexplained.
"""

import json
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from documents.text import fold
from ecabinet.registry.member_rules import PROVINCES
from ecabinet.registry.rules import RowOutcome, Sex

HEADER = (
    "Họ và tên", "Giới tính", "Ngày sinh", "Số CCCD", "Điện thoại", "Số thẻ", "Ngày vào Đoàn", "Mã đơn vị", "Quê quán",
)  # fmt: skip
NAMES_FILE = Path(__file__).resolve().parent.parent / "demo" / "data" / "names.json"
CORRECTED_EVERY, REFUSED_EVERY = 50, 100
TOWNS = ("Thừa Thiên Huế", "Nghệ An", '"Vỹ Dạ, Huế"', "Thanh Hóa", "Cà Mau", "Hải Phòng", "Quảng Nam")
"""As they stand in a CSV."""
_PLACES = sorted(PROVINCES)


class Names:
    """Draws names as often as they occur, many at once: drawing them one by one would take longer than the import."""

    def __init__(self, source: random.Random) -> None:
        lists = json.loads(NAMES_FILE.read_text(encoding="utf-8"))
        self._drawn: dict[str, list[str]] = {}
        for position, (key, pairs) in enumerate(sorted(lists.items())):
            sound = [(name, number) for name, number in pairs if _sound(name)]
            names, numbers = zip(*sound, strict=True)
            self._drawn[key] = source.choices(names, numbers, k=10_007 + 2 * position)
        self._next = 0

    def draw(self, sex: Sex) -> str:
        """Family, middle and given name."""
        self._next += 1
        suffix = "nu" if sex == Sex.FEMALE else "nam"
        lists = (self._drawn[key] for key in ("ho", f"dem_{suffix}", f"ten_{suffix}"))
        return " ".join(names[self._next % len(names)] for names in lists)


def _sound(name: str) -> bool:
    """Whether it is a name: some of the list are spoilt. Đoàn Trường Nguyễn Huệ would be a school."""
    plain = fold(name.lower())
    return plain.replace(" ", "").isalpha() and plain.isascii() and name.istitle() and not plain.startswith("truong ")


class Row(NamedTuple):
    """A row as it is written, cell by cell."""

    name: str
    sex: str
    born: str
    national_id: str
    phone: str
    card: str
    joined: str
    unit: str
    town: str

    def line(self) -> bytes:
        """In the file."""
        return ",".join(self).encode() + b"\r\n"


class Fault(NamedTuple):
    """What the import says of a row: how it ends, and a code that is among what it finds."""

    outcome: str
    code: str


CORRECTIONS: tuple[tuple[str, Callable[[Row], Row]], ...] = (
    ("recased", lambda row: row._replace(name=row.name.upper())),
    ("tidied", lambda row: row._replace(name=row.name.replace(" ", "  "))),
    ("tidied", lambda row: row._replace(national_id="\t" + row.national_id)),
    ("excel_date", lambda row: row._replace(joined=str((_day(row.joined) - date(1899, 12, 30)).days))),
    ("short_year", lambda row: row._replace(joined=row.joined[:6] + row.joined[8:])),
    ("zeros_restored", lambda row: row._replace(phone=row.phone[1:])),
)
REFUSALS: tuple[tuple[str, Callable[[Row], bytes]], ...] = (
    ("several_names", lambda row: row._replace(name=f'"{row.name}, {row.name}"').line()),
    ("office_as_name", lambda row: row._replace(name="Chi đoàn thôn 3").line()),
    ("id_old", lambda row: row._replace(national_id="191234567").line()),
    ("id_length", lambda row: row._replace(national_id=row.national_id + "0").line()),
    ("born_in_future", lambda row: row._replace(born="01/01/2090").line()),
    ("only_year", lambda row: row._replace(born=row.born[6:]).line()),
    ("unit_unknown", lambda row: row._replace(unit="KHONG-CO").line()),
    ("no_key", lambda row: row._replace(national_id="", card="").line()),
    ("twice_in_file", lambda row: row.line()),
    ("row_unreadable", lambda row: row.line().replace("Số ".encode(), b"").replace(b"/", b"\xff", 1)),
    ("row_unreadable", lambda row: row.line().replace(b",", b",\x00", 1)),
    ("row_quote", lambda row: b'"' + row._replace(town="Huế").line()),
)


def _day(text: str) -> date:
    return date(int(text[6:]), int(text[3:5]), int(text[:2]))


def write_rows(path: Path, members: int, codes: list[str], *, shuffled: bool) -> dict[int, Fault]:
    """A CSV of so many members, and among them one row more for every hundred that must be refused. Returns what the
    import has to say, by the number of the row.
    """
    faults: dict[int, Fault] = {}
    number = 0
    with path.open("wb") as file:
        file.write(",".join(HEADER).encode() + b"\r\n")
        for member, row in enumerate(_rows(members, codes, shuffled=shuffled)):
            number += 1
            if member % CORRECTED_EVERY == 7:
                code, correct = CORRECTIONS[member // CORRECTED_EVERY % len(CORRECTIONS)]
                faults[number] = Fault(RowOutcome.CORRECTED.value, code)
                file.write(correct(row).line())
            else:
                file.write(row.line())
            if member % REFUSED_EVERY == 42:
                code, spoil = REFUSALS[member // REFUSED_EVERY % len(REFUSALS)]
                number += 1
                faults[number] = Fault(RowOutcome.REFUSED.value, code)
                file.write(spoil(row))
    return faults


def _rows(members: int, codes: list[str], *, shuffled: bool) -> Iterator[Row]:
    source = random.Random(20_261_122)  # the same members in every run
    names = Names(source)
    for number in range(members):
        sex = Sex.FEMALE if source.random() < 0.5 else Sex.MALE
        born = date(1993, 1, 1) + timedelta(days=int(source.random() * 6_000))
        joined = min(date(born.year + 17 + (number & 1), 12, 26), date(2026, 3, 26))
        century_and_sex = (2 if born.year >= 2000 else 0) + (sex == Sex.FEMALE)
        place = _PLACES[number // 100_000 % len(_PLACES)]
        # the counter makes it unique within a place, century, sex and year
        national_id = f"{place}{century_and_sex}{born.year % 100:02d}{number % 1_000_000:06d}"
        at = int(source.random() * len(codes)) if shuffled else number * len(codes) // members
        yield Row(
            names.draw(sex), "Nữ" if sex == Sex.FEMALE else "Nam", f"{born:%d/%m/%Y}", national_id,
            f"09{number % 100_000_000:08d}", f"T{number:09d}", f"{joined:%d/%m/%Y}", codes[at],
            TOWNS[number % len(TOWNS)],
        )  # fmt: skip
