"""What the benchmark of the search asks and of what: files of tab-separated values, and documents made up.

``corpus.tsv``: id, title, heading, body. ``queries.tsv``: id, text. ``qrels.tsv``: query, 0, document, relevance.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

from documents import text
from documents.search import Entry
from ecabinet.bench.processes import BenchError

ID_NAMES = frozenset({"id", "_id", "docid", "doc_id", "qid", "query_id", "queryid", "query-id", "query"})
"""What the first column of a line of headings is called."""

LAWS = Path(__file__).parents[1] / "demo" / "data" / "laws"
MEAN_WORDS = 284
VOCABULARY = 20_000
UNITS, MEETINGS, ISSUERS = 34, 200, 60
TYPES = ("NQ", "QĐ", "KH", "TB", "CV", "TTr", "BC", "HD")
SECRECIES = ("normal",) * 9 + ("secret",)
FIRST_DAY, DAYS = date(2015, 1, 1), 4000
EVERYBODY = "unit:1"
"""The label that all these documents carry, beside the one of their unit."""


@dataclass(frozen=True)
class Article:
    """A document of the corpus."""

    id: str
    title: str
    heading: str
    body: str


def read_corpus(path: Path) -> list[Article]:
    """Raises :class:`BenchError`, as the other two do, with the line where the file is not as it should be."""
    articles = [Article(*fields) for _, fields in _records(path, 4)]
    _require_distinct(path, [article.id for article in articles])
    return articles


def read_queries(path: Path) -> dict[str, str]:
    """The questions by their ids."""
    queries = [(identity, asked) for _, (identity, asked) in _records(path, 2)]
    _require_distinct(path, [identity for identity, _ in queries])
    return dict(queries)


def read_judgements(path: Path) -> dict[str, frozenset[str]]:
    """The relevant documents of each query. Columns may be parted by spaces too, as TREC's are."""
    relevant: dict[str, set[str]] = {}
    for number, line in _lines(path):
        fields = [_unquoted(field) for field in line.split()]
        if number == 1 and fields[0].casefold() in ID_NAMES:
            continue
        if len(fields) != 4 or not re.fullmatch(r"-?\d+", fields[3]):
            raise BenchError(f"{path}, line {number}: not query, 0, document and a whole number")
        if int(fields[3]) > 0:
            relevant.setdefault(fields[0], set()).add(fields[2])
    if not relevant:
        raise BenchError(f"{path} names no relevant document")
    return {query: frozenset(documents) for query, documents in relevant.items()}


def _records(path: Path, columns: int) -> Iterator[tuple[int, list[str]]]:
    """Lines as fields; a line too short for a record goes on with a quoted field that was left open before it."""
    pending: tuple[int, str] | None = None
    for number, line in _lines(path):
        if pending and line.count("\t") < columns - 1 and _is_open(pending[1].rpartition("\t")[2]):
            pending = (pending[0], f"{pending[1]}\n{line}")
            continue
        if pending:
            yield pending[0], _fields(path, *pending, columns)
        pending = (number, line)
        if number == 1 and _unquoted(line.partition("\t")[0]).casefold() in ID_NAMES:
            pending = None
    if pending:
        yield pending[0], _fields(path, *pending, columns)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        whole = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BenchError(f"{path} is not UTF-8: {error.reason} at byte {error.start}") from error
    except OSError as error:
        raise BenchError(f"{path} cannot be read: {error.strerror}") from error
    lines = [(number, line) for number, line in enumerate(whole.split("\n"), start=1) if line.strip()]
    if not lines:
        raise BenchError(f"{path} is empty")
    yield from ((number, line.rstrip("\r")) for number, line in lines)


def _fields(path: Path, number: int, line: str, columns: int) -> list[str]:
    fields = [_unquoted(field) for field in line.split("\t", columns - 1)]
    if len(fields) != columns:
        raise BenchError(f"{path}, line {number}: {len(fields)} columns, not {columns}")
    if not fields[0]:
        raise BenchError(f"{path}, line {number}: no id in the first column")
    return fields


def _is_open(field: str) -> bool:
    return field.startswith('"') and field.count('"') % 2 == 1


def _unquoted(field: str) -> str:
    field = field.strip()
    if len(field) > 1 and field[0] == field[-1] == '"':
        field = field[1:-1].replace('""', '"')
    return field


def _require_distinct(path: Path, ids: list[str]) -> None:
    if not ids:
        raise BenchError(f"{path} is empty")
    twice = [identity for identity, often in Counter(ids).items() if often > 1]
    if twice:
        raise BenchError(f"{path}: the id {twice[0]} stands there more than once")


class MadeUp:
    """Documents of syllables that ``samples`` really have, the most frequent most often (Zipf); the same every time."""

    def __init__(self, samples: Iterable[str]) -> None:
        counted = Counter(word for sample in samples for word in text.WORD.findall(sample.lower()))
        self._syllables = [word for word, _ in counted.most_common(VOCABULARY)]
        self._shares = list(accumulate(1 / (rank + 2.7) for rank in range(len(self._syllables))))
        if not self._syllables:
            raise BenchError("the corpus has no words to make documents of")

    def words(self, count: int, choose: random.Random) -> list[str]:
        return choose.choices(self._syllables, cum_weights=self._shares, k=count)

    def article(self, number: int, edition: int = 0) -> Article:
        """About ``MEAN_WORDS`` words, some documents much longer than others. ``edition``: as changed later."""
        choose = random.Random(number * 1000 + edition)
        title, heading = (" ".join(self.words(choose.randint(5, 15), choose)).capitalize() for _ in range(2))
        words = self.words(max(20, round(choose.lognormvariate(0, 0.6) * MEAN_WORDS / 1.2)), choose)
        lines = (" ".join(words[start : start + 20]) for start in range(0, len(words), 20))
        return Article(f"made-{number}", title, heading, "\n".join(lines))

    def questions(self, count: int, documents: int) -> list[str]:
        """One to four words that follow each other in some document."""
        choose = random.Random(1)
        questions = []
        for _ in range(count):
            words = self.article(choose.randrange(documents)).body.split()
            length = choose.randint(1, 4)
            start = choose.randrange(len(words) - length)
            questions.append(" ".join(words[start : start + length]))
        return questions


def shipped_texts() -> list[str]:
    """The laws that the demonstration comes with."""
    return [path.read_text(encoding="utf-8") for path in sorted(LAWS.glob("*.txt"))]


def entry(key: str, article: Article, number: int) -> Entry:
    """An article as the archive would index it, with the values that facets count and the labels that show it."""
    choose = random.Random(number)
    unit = choose.randrange(UNITS)
    return Entry(
        key=key,
        kind="paper",
        title=article.title,
        heading=article.heading,
        text=article.body,
        labels=frozenset({EVERYBODY, f"unit:{100 + unit}", f"meeting:{choose.randrange(MEETINGS)}"}),
        type_code=choose.choice(TYPES),
        number=f"{number % 1000 + 1}-{TYPES[unit % len(TYPES)]}/TW",
        issuer=f"Cơ quan {choose.randrange(ISSUERS)}",
        issued_on=FIRST_DAY + timedelta(days=choose.randrange(DAYS)),
        unit=f"Đơn vị {unit}",
        meeting=f"Phiên họp {choose.randrange(MEETINGS)}",
        secrecy=choose.choice(SECRECIES),
    )
