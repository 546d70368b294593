"""``python -m ecabinet bench reader``: a large paper goes into the archive and is opened in Chromium over a slow line;
one line of JSON says when its first page stood there and what memory Chromium took after jumping about in it.
"""

import argparse
import json
import os
import random
import shutil
from contextlib import ExitStack, closing, suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select

from documents.models import Version
from ecabinet.bench.archive import open_desk
from ecabinet.bench.processes import BenchError, Server
from ecabinet.bench.reader_paper import make_paper
from ecabinet.config import MIB

if find_spec("playwright") is not None:
    from playwright.sync_api import Browser, Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LATENCY_MS = 20
PATIENCE_MS = 120_000
WATCH = """
    window.drawn = new Map();
    document.addEventListener("ecabinet:reader", ({ detail }) => {
      detail.eventBus.on("pagerendered", ({ pageNumber }) => window.drawn.set(pageNumber, performance.now()));
    });
"""
"""Run in each page: when which page (from 1) was drawn, in milliseconds since the page was asked for."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``bench reader``, beside ``--pages`` and ``--mb``."""
    parser.add_argument("--mbit", type=float, default=20, help="reader: what the line carries a second (20)")
    parser.add_argument("--jumps", type=int, default=60, help="reader: how many pages are jumped to (60)")


def run(options: argparse.Namespace) -> None:
    """Measure and print."""
    if find_spec("playwright") is None:
        raise BenchError("the reader is measured in Chromium by Playwright: pip install -e '.[test]'")
    print(json.dumps(measure(options.pages or 500, options.mb or 100, options.mbit, options.jumps)), flush=True)


def measure(pages: int, mb: int, mbit: float, jumps: int) -> dict[str, Any]:
    """Start a server of its own, put the paper in, open it; the figures by their names."""
    with TemporaryDirectory(prefix="ecabinet-bench-") as name, ExitStack() as stack:
        desk = stack.enter_context(open_desk(Path(name)))
        paper = Path(name) / "paper.pdf"
        make_paper(paper, pages, mb * MIB)
        desk.put("paper.pdf", iter([paper.read_bytes()]))
        desk.wait()
        with desk.database.reading() as db:
            document_id = db.scalar(select(func.max(Version.document_id)))
        playwright = stack.enter_context(sync_playwright())
        browser = stack.enter_context(closing(playwright.chromium.launch(**_launch())))
        reader = Reader(browser, desk.server, f"/papers/{document_id}", desk.cookie, mbit)
        figures = {"bench": "reader", "pages": pages, "mb": round(paper.stat().st_size / MIB), "mbit": mbit}
        return figures | reader.figures(pages, jumps)


class Reader:
    """The paper in a browser behind a slow line."""

    def __init__(self, browser: "Browser", server: Server, path: str, cookie: str, mbit: float) -> None:
        self._address = server.url + path
        self._context = browser.new_context(viewport={"width": 1180, "height": 820}, has_touch=True)
        name, _, value = cookie.partition("=")
        self._context.add_cookies([{"name": name, "value": value, "url": server.url}])
        self._context.add_init_script(WATCH)
        self._bytes_per_s = mbit * 1_000_000 / 8

    def figures(self, pages: int, jumps: int) -> dict[str, Any]:
        """First of all with nothing kept by the browser, then as on every later day."""
        page = self._behind_the_line()
        first = self._open(page)
        again = self._open(page)
        jump_ms = self._jump(page, pages, jumps)
        return {
            "first_page_ms": round(first), "first_page_again_ms": round(again), "jumps": jumps,
            "jump_p50_ms": jump_ms[len(jump_ms) // 2], "jump_max_ms": jump_ms[-1],
            "rss_mb_after_jumps": memory_mb(), "find_ms": self._find(page, pages),
        }  # fmt: skip

    def _behind_the_line(self) -> "Page":
        page = self._context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        line = {"downloadThroughput": self._bytes_per_s, "uploadThroughput": self._bytes_per_s}
        session = self._context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY_MS, **line})
        return page

    def _open(self, page: "Page") -> float:
        page.goto(self._address)
        page.wait_for_function("() => window.drawn.has(1)")
        return float(page.evaluate("window.drawn.get(1)"))

    def _jump(self, page: "Page", pages: int, jumps: int) -> list[int]:
        """How long each took until the page was drawn, in order of length."""
        chance = random.Random(1)
        taken = []
        for _jump in range(jumps):
            number = chance.randint(1, pages)
            page.evaluate(
                "number => { drawn.delete(number); window.left = performance.now(); ecabinetReader.jump(number); }",
                number,
            )
            # One that is near was drawn beforehand.
            page.wait_for_function(
                "number => drawn.has(number) || ecabinetReader.viewer.getPageView(number - 1).renderingState === 3",
                arg=number,
            )
            taken.append(int(page.evaluate("Math.round(performance.now() - window.left)")))
        return sorted(taken) or [0]

    def _find(self, page: "Page", pages: int) -> int:
        """Words that stand on the last page only."""
        page.evaluate(
            "words => { window.left = performance.now(); ecabinetReader.find.show(words); }", f"trang-{pages}"
        )
        page.wait_for_function("pages => ecabinetReader.viewer.currentPageNumber === pages", arg=pages)
        return int(page.evaluate("Math.round(performance.now() - window.left)"))


def memory_mb() -> int:
    """What the browser's processes take together; what several share is counted once."""
    ours, total = {os.getpid()}, 0
    for pid in sorted(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        process = Path(f"/proc/{pid}")
        # Some end meanwhile; those of others may not be looked into, and are none of ours.
        with suppress(FileNotFoundError, ProcessLookupError):
            parent = int((process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            if parent not in ours:
                continue
            ours.add(pid)
            program = (process / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0", 1)[0]
            if "chrom" in Path(program).name:
                shares = (process / "smaps_rollup").read_text(encoding="ascii").splitlines()
                total += sum(int(line.split()[1]) for line in shares if line.startswith("Pss:"))
    return total // 1024


def _launch() -> dict[str, Any]:
    own = next(filter(None, map(shutil.which, BROWSERS)), None)
    arguments = ["--disable-gpu", "--disable-dev-shm-usage"] + (["--no-sandbox"] if os.geteuid() == 0 else [])
    return {"args": arguments} | ({"executable_path": own} if own is not None else {})
