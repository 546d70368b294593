"""What is particular to the embedded index: damage, several processes, a writer killed in the middle."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from documents import search_whoosh
from documents.search import Entry, Query, SearchBroken, SearchBusy
from documents.search_whoosh import WhooshSearch

LABELS = frozenset({"unit:1"})


def entry(number: int, words: str = "tờ trình") -> Entry:
    return Entry(f"document:{number}", "paper", f"Số {number}", words, LABELS)


def total(search: WhooshSearch, question: str = "trình") -> int:
    return search.search(Query(question, LABELS)).total


@pytest.fixture
def search(tmp_path):
    search = WhooshSearch(tmp_path / "index")
    search.rebuild(lambda: [entry(1), entry(2)])
    return search


def damage_toc(root):
    next(root.glob("index-*/*.toc")).write_bytes(b"")


def cut_toc(root):
    toc = next(root.glob("index-*/*.toc"))
    toc.write_bytes(toc.read_bytes()[:-20])


def remove_toc(root):
    next(root.glob("index-*/*.toc")).unlink()


def remove_segment(root):
    next(root.glob("index-*/*.pst")).unlink()


def remove_folder(root):
    shutil.rmtree(next(root.glob("index-*")))


def other_version(root):
    current = root / "CURRENT"
    current.write_text("0 " + current.read_text().split()[1])


def spoil_current(root):
    (root / "CURRENT").write_text("1 ../../elsewhere")


@pytest.mark.parametrize(
    "damage",
    [damage_toc, cut_toc, remove_toc, remove_segment, remove_folder, other_version, spoil_current, shutil.rmtree],
)
def test_damage_is_said_and_mended_by_a_rebuild(search, damage):
    damage(search.root)
    fresh = WhooshSearch(search.root)
    for use in (fresh.count, lambda: total(fresh), lambda: fresh.update(["document:3"], lambda: [entry(3)])):
        with pytest.raises(SearchBroken) as problem:
            use()
        assert problem.value.code == "search_broken"
    assert fresh.rebuild(lambda: [entry(1), entry(2), entry(3)]) == 3
    assert total(fresh) == total(search) == 3
    assert len(list(search.root.glob("index-*"))) == 1


def test_the_old_index_answers_until_the_swap(search):
    def entries():
        assert total(search) == 2
        yield entry(1)
        assert total(WhooshSearch(search.root)) == 2

    search.rebuild(entries)
    assert total(search) == 1


def test_a_second_writer_waits_its_turn(search):
    started, go_on = threading.Event(), threading.Event()

    def slowly():
        started.set()
        assert go_on.wait(30)
        return [entry(3)]

    slow = threading.Thread(target=lambda: search.update(["document:3"], slowly))
    slow.start()
    assert started.wait(30)
    other = WhooshSearch(search.root)
    quick = threading.Thread(target=lambda: other.update(["document:4"], lambda: [entry(4)]))
    quick.start()
    go_on.set()
    slow.join()
    quick.join()
    assert total(search) == 4


def test_a_writer_that_waits_too_long_says_so(search, monkeypatch):
    monkeypatch.setattr(search_whoosh, "WRITER_SECONDS", 0.0)

    def meanwhile():
        with pytest.raises(SearchBusy):
            WhooshSearch(search.root).update(["document:4"], lambda: [entry(4)])
        return [entry(3)]

    search.update(["document:3"], meanwhile)
    assert total(search) == 3


READER = """
    import sys
    from pathlib import Path
    from documents.search import Query
    from documents.search_whoosh import WhooshSearch
    search = WhooshSearch(Path(sys.argv[1]))
    for line in sys.stdin:
        print(search.search(Query(line, frozenset({"unit:1"}))).total, flush=True)
"""

WRITER = """
    import itertools, sys
    from pathlib import Path
    from documents.search import Entry
    from documents.search_whoosh import WhooshSearch
    search = WhooshSearch(Path(sys.argv[1]))
    for number in itertools.count(int(sys.argv[2])):
        entry = Entry(f"document:{number}", "paper", "Số", "tờ trình", frozenset({"unit:1"}))
        search.update([entry.key], lambda: [entry])
        print(number, flush=True)
"""


def process(code, *arguments):
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)


def test_other_processes_see_each_commit(search):
    with process(READER, search.root) as one, process(READER, search.root) as two:
        for number in range(3, 8):
            search.update([f"document:{number}"], lambda number=number: [entry(number)])
            for reader in (one, two):
                reader.stdin.write("to trinh\n")
                assert int(reader.stdout.readline()) == number
        search.rebuild(lambda: [entry(1)])
        for reader in (one, two):
            reader.stdin.write("to trinh\n")
            assert int(reader.stdout.readline()) == 1
            reader.stdin.close()


def test_a_killed_writer_loses_nothing_that_was_acknowledged(search):
    last = 2
    for _ in range(6):
        with process(WRITER, search.root, last + 1) as writer:
            for _ in range(3):
                last = int(writer.stdout.readline())
            os.kill(writer.pid, signal.SIGKILL)
            rest = [int(line) for line in writer.stdout.read().split()]
            last = max([last, *rest])
        # The one in the middle of which it was killed may be there or not.
        assert total(WhooshSearch(search.root)) - last in {0, 1}
        search.update([f"document:{last + 1}"], lambda number=last + 1: [entry(number)])
        last += 1
        assert total(search) == last


def test_threads_search_while_another_writes(search):
    faults, done = [], threading.Event()

    def ask():
        while not done.is_set():
            try:
                assert total(search) >= 2
            except Exception as fault:  # noqa: BLE001 - handed to the test below
                faults.append(fault)
                return

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(3, 18):
        search.update([f"document:{number}"], lambda number=number: [entry(number)])
    search.rebuild(lambda: map(entry, range(1, 31)))
    done.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert total(search) == 30
