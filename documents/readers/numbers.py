"""Numbers of a workbook as they are shown: dates, times, per cent, thousands and decimals; all else as it is kept."""

import math
import re
from datetime import UTC, datetime, timedelta

DATES_FROM_1904 = 1462
"""Days between the two beginnings of time that workbooks know."""
_BEGINNING = datetime(1899, 12, 30, tzinfo=UTC)
_LAST_DAY = 2_958_465  # 31 December 9999

BUILT_IN = {
    "1": "0",
    "2": "0.00",
    "3": "#,##0",
    "4": "#,##0.00",
    "9": "0%",
    "10": "0.00%",
    **dict.fromkeys(("14", "15", "16", "17"), "dd/mm/yyyy"),
    **dict.fromkeys(("18", "19", "20", "21", "45", "46", "47"), "hh:mm:ss"),
    "22": "dd/mm/yyyy hh:mm",
    "37": "#,##0",
    "38": "#,##0",
    "39": "#,##0.00",
    "40": "#,##0.00",
}
"""The formats that have a number only, by what they are in Vietnam."""
_WORDS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


def shown(value: str, form: str, epoch: int = 0) -> str:
    """A number as its format shows it; what is no number stays as it is. ``epoch``: days to add to a date."""
    try:
        number = float(value)
    except ValueError:
        return value
    if not math.isfinite(number):
        return value
    pattern = _WORDS.sub("", form.split(";", maxsplit=1)[0]).lower()
    if re.search(r"[dyhs]|mm", pattern):
        return _moment(number + epoch, pattern) or _plain(number)
    decimals = len(re.match(r"[0#?]*", pattern.partition(".")[2])[0])  # type: ignore[index]
    if pattern.endswith("%"):
        return f"{number * 100:.{decimals}f}%"
    if "," in pattern:
        return f"{number:,.{decimals}f}"
    return f"{number:.{decimals}f}" if "." in pattern and decimals else _plain(number)


def _plain(number: float) -> str:
    return f"{number:.15g}" if abs(number) >= 1e15 or number != int(number) else str(int(number))


def _moment(days: float, pattern: str) -> str | None:
    """None for what is no date of a calendar."""
    if not 0 <= days <= _LAST_DAY:
        return None
    moment = _BEGINNING + timedelta(seconds=round(days * 86400))
    parts = ["%d/%m/%Y"] if re.search(r"[dy]", pattern) else []
    parts += ["%H:%M:%S" if "s" in pattern else "%H:%M"] if re.search(r"[hs]", pattern) else []
    return " ".join(map(moment.strftime, parts or ["%d/%m/%Y"]))
