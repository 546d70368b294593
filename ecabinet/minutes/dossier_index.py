"""The index of a dossier: index.html, which opens without a network, and index.csv. Plain values only."""

from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import quote

from ecabinet.clock import local
from ecabinet.minutes.zips import Entry, Written
from ecabinet.registry.exports import write

STYLE = """
body{font:16px/1.5 "Be Vietnam Pro","Segoe UI",Roboto,sans-serif;color:#14212f;background:#f2f5f8;margin:0}
main{max-width:64rem;margin:0 auto;padding:2rem 1.25rem}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}
p{margin:.2rem 0;color:#47566a}
table{width:100%;border-collapse:collapse;background:#fff;border-radius:10px;overflow:hidden}
td{padding:.6rem .75rem;border-top:1px solid #dde3ea;vertical-align:top}
tr:first-child td{border-top:0}
a{color:#0f5aa6}td.size{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
code{font-size:.75rem;color:#5f6d80;overflow-wrap:anywhere}.gone{color:#b3202e}
"""


@dataclass(frozen=True)
class About:
    """What the dossier is of, for whom and when it was made."""

    title: str
    unit: str
    place: str
    starts_at: datetime
    made_for: str
    made_at: datetime


def index(about: About, files: list[Written]) -> list[Entry]:
    """The two index files over all that was written."""
    rows = [
        [one.entry.section, one.entry.title, one.entry.path if one.size is not None else "",
         str(one.size) if one.size is not None else "không có trong kho", one.sha256]
        for one in files
    ]  # fmt: skip
    with write("csv", ["Phần", "Tên", "Tệp", "Kích thước (byte)", "SHA-256"], rows) as file:
        listed = file.read()
    page = _page(about, files).encode()
    return [Entry("index.csv", "Mục lục", "", listed), Entry("index.html", "Mục lục", "", page)]


def size_text(size: int) -> str:
    """A size as people read it."""
    if size < 1024:
        return f"{size} B"
    if size < 1024**2:
        return f"{size / 1024:.0f} KB"
    return f"{size / 1024**2:.1f} MB".replace(".", ",")


def _page(about: About, files: list[Written]) -> str:
    parts: dict[str, list[Written]] = {}
    for one in files:
        parts.setdefault(one.entry.section, []).append(one)
    body = "".join(
        f"<h2>{escape(section)}</h2><table>{''.join(_row(one) for one in some)}</table>"
        for section, some in parts.items()
    )
    where = " · ".join(part for part in (about.unit, local(about.starts_at), about.place) if part)
    made = f"Lập lúc {local(about.made_at)} cho đồng chí {about.made_for}. {len(files)} tệp; mã SHA-256 ghi ở mỗi dòng."
    return (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Hồ sơ: {escape(about.title)}</title><style>{STYLE}</style></head><body><main>"
        f"<h1>Hồ sơ phiên họp: {escape(about.title)}</h1><p>{escape(where)}</p><p>{escape(made)}</p>{body}"
        "</main></body></html>"
    )


def _row(one: Written) -> str:
    title = escape(one.entry.title)
    if one.size is None:
        return f'<tr><td class="gone">{title} (không có trong kho)<br><code>{one.sha256}</code></td><td></td></tr>'
    link = f'<a href="{escape(quote(one.entry.path))}">{title}</a>'
    return f'<tr><td>{link}<br><code>{one.sha256}</code></td><td class="size">{size_text(one.size)}</td></tr>'
