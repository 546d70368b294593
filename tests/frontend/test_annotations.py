"""Annotations as arithmetic: lines of words, what a press hits, moving, writing upright; and undo."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "static" / "js"
PAGE = [0, 0, 600, 800]


def run(node: str, folder: Path, script: str) -> Any:
    """What ``script`` prints as JSON; it imports our modules by their names."""
    for name in ("annotation-geometry", "annotation-store", "annotation-history", "outbox"):
        shutil.copyfile(SCRIPTS / f"{name}.js", folder / f"{name}.js")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (folder / "run.js").write_text(script, encoding="utf-8")
    done = subprocess.run([node, str(folder / "run.js")], capture_output=True, check=True, encoding="utf-8", timeout=60)
    return json.loads(done.stdout)


def geometry(node: str, folder: Path, expression: str) -> Any:
    return run(
        node, folder, f'import * as g from "./annotation-geometry.js";\nconsole.log(JSON.stringify({expression}));'
    )


def test_rectangles_of_a_range_become_one_for_each_line(node_path: str, tmp_path: Path) -> None:
    """Pieces of a line of different heights are one; specks of nothing are none."""
    pieces = [(10, 10, 60, 22), (60, 11, 90, 21), (90, 15, 90.4, 16), (10, 30, 40, 42)]
    rectangles = [dict(zip(("left", "top", "right", "bottom"), one, strict=True)) for one in pieces]
    found = geometry(node_path, tmp_path, f"g.quads(g.lines({json.dumps(rectangles)}), (x, y) => [x, 800 - y])")
    assert found == [[10, 790, 90, 790, 10, 778, 90, 778], [10, 770, 40, 770, 10, 758, 40, 758]]


INK = {"kind": "ink", "rect": [0, 0, 100, 100], "paths": [[0, 0, 0.5, 100, 100, 0.5]], "style": {"width": 2}}
MARK = {"kind": "highlight", "rect": [0, 0, 100, 50], "quads": [[0, 50, 40, 50, 0, 40, 40, 40]], "style": {}}


@pytest.mark.parametrize(
    ("record", "point", "hit"),
    [
        pytest.param(INK, [50, 51], True, id="on-the-stroke"),
        pytest.param(INK, [80, 20], False, id="in-its-box-only"),
        pytest.param(INK, [103, 103], True, id="just-beyond-its-end"),
        pytest.param(MARK, [20, 45], True, id="on-marked-words"),
        pytest.param(MARK, [80, 10], False, id="between-marked-words"),
    ],
)
def test_what_a_press_hits(node_path: str, tmp_path: Path, record: Any, point: list[int], hit: bool) -> None:
    assert geometry(node_path, tmp_path, f"g.hits({json.dumps(record)}, {point}, 4)") is hit


def test_what_is_moved_stays_on_its_page(node_path: str, tmp_path: Path) -> None:
    found = geometry(node_path, tmp_path, f"g.moved({json.dumps(INK)}, 550.004, -20, {PAGE})")
    assert found == {"rect": [500, 0, 600, 100], "paths": [[500, 0, 0.5, 600, 100, 0.5]]}


@pytest.mark.parametrize(
    ("rotate", "rect"),
    [(0, [100, 180, 150, 200]), (90, [100, 200, 120, 250]), (180, [50, 200, 100, 220]), (270, [80, 150, 100, 200])],
)
def test_words_stand_upright_as_the_page_is_shown(node_path: str, tmp_path: Path, rotate: int, rect: list[int]) -> None:
    """Fifty wide and twenty high as seen, from the same upper left corner on."""
    assert geometry(node_path, tmp_path, f"g.place([100, 200], 50, 20, {rotate}, {PAGE})") == rect
    written = geometry(node_path, tmp_path, f"g.upright({rect}, {rotate})")
    assert (written["width"], written["height"], written["matrix"][4:]) == (50, 20, [100, 200])


def test_corners_that_nobody_sees_are_left_out(node_path: str, tmp_path: Path) -> None:
    assert geometry(node_path, tmp_path, "g.simplified([[0, 0], [5, 0.01], [10, 0], [10, 10]], 0.1)") == [
        [0, 0], [10, 0], [10, 10],
    ]  # fmt: skip


HISTORY = """
import { History } from "./annotation-history.js";
import { Store } from "./annotation-store.js";
const store = new Store({ me: 1, name: "An", meeting: 7 });
const history = new History(store);
const seen = () => store.list().map(({ text, rev }) => [text, rev]);
const steps = [];
const mine = { visibility: "private", members: [] };
const note = store.draft({ kind: "note", page: 0, rect: [0, 0, 9, 9], text: "a" }, mine);
store.make([note]);
store.change(note.id, { text: "b" });
store.show([{ ...note, id: "theirs", author: 2, text: "c", rev: 4 }]);
store.change("theirs", { text: "not mine" });
steps.push(seen());
history.undo(); steps.push(seen());
history.undo(); steps.push(seen());
history.undo(); steps.push(seen());
history.redo(); history.redo(); steps.push(seen());
store.remove([note.id, "theirs"]); steps.push(seen());
history.undo(); steps.push(seen());
store.hide(true); steps.push(seen());
console.log(JSON.stringify(steps));
"""


def test_undo_goes_back_over_my_own_changes_only(node_path: str, tmp_path: Path) -> None:
    """Each step is a new revision; what is hidden by the chair is what others made."""
    theirs = ["c", 4]
    assert run(node_path, tmp_path, HISTORY) == [
        [["b", 2], theirs], [["a", 3], theirs], [theirs], [theirs], [["b", 6], theirs], [theirs], [["b", 8], theirs],
        [["b", 8]],
    ]  # fmt: skip
