"""Finding Vietnamese in a paper with and without marks, and tokens where the browser has no randomUUID."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "static" / "js"
PAGE = "Luật Đoàn thanh niên số 57/2020/QH14 (sửa đổi); đô thị, hoà giải"


def run(node: str, script: str, tmp_path: Path, *arguments: str) -> Any:
    """What ``script``, a module that imports ours as ./name.mjs, prints as JSON."""
    for name in ("reader-find", "outbox"):
        (tmp_path / f"{name}.mjs").write_bytes((SCRIPTS / f"{name}.js").read_bytes())
    (tmp_path / "run.mjs").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [node, str(tmp_path / "run.mjs"), *arguments], capture_output=True, check=True, encoding="utf-8", timeout=60
    )
    return json.loads(done.stdout)


FIND = """
import { folding, highlightQuery } from "./reader-find.mjs";
const [, , page, query, kind] = process.argv;
const asked = kind === "list" ? highlightQuery(query).map((part) => part.normalize("NFD")) : query.normalize("NFD");
const text = page.normalize("NFD");
const found = new (folding(class {}))().match(asked, text);
console.log(JSON.stringify(found.map(({ index, length }) => text.slice(index, index + length).normalize("NFC"))));
"""


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("luat", ["Luật"]),
        ("LUẬT", ["Luật"]),
        ("doan thanh nien", ["Đoàn thanh niên"]),
        ("Đoàn", ["Đoàn"]),
        ("do thi", ["đô thị"]),
        ("hòa", ["hoà"]),
        ("57/2020/QH14", ["57/2020/QH14"]),
        ("(sua doi)", ["(sửa đổi)"]),
        (".*", []),
        ("   ", []),
    ],
)
def test_text_is_found_with_marks_folded(node_path: str, tmp_path: Path, query: str, found: list[str]) -> None:
    assert run(node_path, FIND, tmp_path, PAGE, query, "text") == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("luat thanh nien", ["Luật", "thanh", "niên"]),
        ("doan thanh nien", ["Đoàn thanh niên"]),
        ("ha", []),  # whole words only: not the "hoà" nor the end of anything
        ("thi", ["thị"]),
        ("hòa giải", ["hoà giải"]),
        ("đồ thị", ["thị"]),  # written with marks: not the "đô"
    ],
)
def test_a_search_marks_the_phrase_or_its_words(node_path: str, tmp_path: Path, query: str, found: list[str]) -> None:
    assert run(node_path, FIND, tmp_path, PAGE, query, "list") == found


TOKENS = """
import { makeToken } from "./outbox.mjs";
Object.defineProperty(crypto, "randomUUID", { value: undefined });
console.log(JSON.stringify(Array.from({ length: 100 }, makeToken)));
"""


def test_a_token_is_made_on_plain_http_too(node_path: str, tmp_path: Path) -> None:
    tokens = run(node_path, TOKENS, tmp_path)
    assert len(set(tokens)) == 100
    assert all(len(token) == 36 and token[14] == "4" and token[19] in "89ab" for token in tokens)
