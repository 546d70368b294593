"""A small run of the search's benchmark on each engine: its line has the keys that are compared; broken files are
refused with the line.
"""

import json
from pathlib import Path

import pytest

from ecabinet.__main__ import main
from ecabinet.bench.processes import BenchError
from ecabinet.bench.search_corpus import MadeUp, read_corpus, read_judgements, read_queries

KEYS = {
    "bench", "engine", "docs", "queries", "recall_at_10", "mrr_at_10", "p50_ms", "p95_ms", "any_p95_ms", "busy_p95_ms",
    "findable_p95_ms", "index_docs_per_s", "page_p95_ms", "label_cost",
}  # fmt: skip

CORPUS = """id\ttitle\theading\tbody
l1\tLuật thanh tra\tĐiều 64. Thẻ thanh tra\tThẻ thanh tra do Tổng Thanh tra Chính phủ cấp cho Thanh tra viên.
l2\t"Bộ luật ""dân sự"" Việt Nam"\tĐiều 20. Người thành niên\t"Người từ đủ mười tám tuổi
trở lên."
l3\tLuật đất đai\t\tĐăng ký đất đai là bắt buộc đối với người sử dụng đất.
"""
QUERIES = """id\ttext
a\tThẻ của thanh tra viên do ai cấp?
b\t"Mấy tuổi thì thành niên?"
c\tCó phải đăng ký đất không?
"""
QRELS = "a\t0\tl1\t1\nb 0 l2 1\nb\t0\tl3\t0\nc\t0\tl3\t1\n"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """The options that name the three files."""
    options = []
    for name, content in (("corpus", CORPUS), ("queries", QUERIES), ("qrels", QRELS)):
        path = tmp_path / f"{name}.tsv"
        path.write_text(content, encoding="utf-8")
        options += [f"--{name}", str(path)]
    return options


def figures(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, object]:
    assert main(["bench", "search", *options]) == 0
    line: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return line


@pytest.mark.parametrize("engine", ["whoosh", "postgresql"])
def test_a_small_run_prints_its_figures(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], files: list[str], engine: str
) -> None:
    where = ["--database", request.getfixturevalue("postgres_url")] if engine == "postgresql" else []
    line = figures(capsys, *files, "--fold", "--engine", engine, *where)
    assert line.keys() >= KEYS
    assert (line["bench"], line["engine"], line["docs"], line["queries"]) == ("search", engine, 3, 3)
    assert (line["recall_at_10"], line["mrr_at_10"]) == (1.0, 1.0)
    assert all(isinstance(value, float) for name, value in line.items() if name.endswith("_ms"))


def test_documents_are_made_up_and_without_judgements_there_is_no_relevance(
    capsys: pytest.CaptureFixture[str], files: list[str]
) -> None:
    line = figures(capsys, *files[2:4], "--docs", "20")
    assert (line["docs"], line["recall_at_10"], line["mrr_at_10"]) == (20, None, None)


def test_the_files_are_read_with_headings_quotes_and_line_feeds(files: list[str]) -> None:
    articles = read_corpus(Path(files[1]))
    assert [article.id for article in articles] == ["l1", "l2", "l3"]
    assert articles[1].title == 'Bộ luật "dân sự" Việt Nam'
    assert articles[1].body == "Người từ đủ mười tám tuổi\ntrở lên."
    assert articles[2].heading == ""
    assert read_queries(Path(files[3]))["b"] == "Mấy tuổi thì thành niên?"
    assert read_judgements(Path(files[5])) == {"a": {"l1"}, "b": {"l2"}, "c": {"l3"}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"id\ttitle\theading\tbody\n", "is empty"),
        (b"1\tt\th\tb\n2\tt\th\n", "line 2: 3 columns, not 4"),
        (b"\tt\th\tb\n", "line 1: no id"),
        (b"1\tt\th\tb\n1\tt\th\tb\n", "the id 1 stands there more than once"),
        (b"1\tt\th\t\xff\n", "is not UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_a_broken_corpus_is_refused_with_its_line(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "corpus.tsv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BenchError, match=said):
        read_corpus(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [("q\t0\td\n", "line 1: not query, 0"), ("q 0 d many\n", "line 1: not query"), ("q 0 d 0\n", "no relevant")],
)
def test_broken_judgements_are_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "qrels.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BenchError, match=said):
        read_judgements(path)


def test_what_does_not_go_together_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: list[str]
) -> None:
    strange = tmp_path / "strange.tsv"
    strange.write_text("zzz\t0\tl1\t1\n", encoding="utf-8")
    for options, said in (
        ([*files[:4], "--qrels", str(strange)], "no query in common"),
        (["--corpus", str(tmp_path / "none.tsv")], "cannot be read"),
        (["--engine", "postgresql"], "needs --database"),
    ):
        assert main(["bench", "search", *options]) == 1
        assert said in capsys.readouterr().err


def test_made_up_documents_are_the_same_every_time_and_as_long_as_said() -> None:
    first, second = MadeUp([CORPUS]), MadeUp([CORPUS])
    assert first.article(7) == second.article(7) != first.article(8)
    assert first.article(7, edition=1) != first.article(7)
    lengths = [len(first.article(number).body.split()) for number in range(400)]
    assert 255 < sum(lengths) / len(lengths) < 315
    assert first.questions(5, 100) == second.questions(5, 100)
