"""Child processes that read what people upload: a fresh interpreter each, with limits, killed with all they started.

The server has threads, so a child is a new interpreter and never a fork; it sets its own limits before it touches the
file (:func:`limit`) and hears nothing of our environment.
"""

import contextlib
import ctypes
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

NICE = 10
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Limits:
    """What one reading may take.

    ``seconds`` of wall clock (for pictures of pages and conversions: each page, each file), ``memory`` in bytes of
    address space, ``text`` in bytes of UTF-8, ``pages`` in number, ``unpacked`` in bytes of all parts of an office
    file, ``pixels`` of one picture.
    """

    seconds: float = 60.0
    memory: int = 1024**3
    text: int = 64 * 1024**2
    pages: int = 20_000
    unpacked: int = 512 * 1024**2
    pixels: int = 100_000_000


LIMITS = Limits()


class TooSlow(Exception):
    """The child did not end within its time."""


class TooMuch(Exception):
    """The child said more than it may."""


class Child:
    """``python -m <module> <order as JSON>`` at work in a folder. Leaving the context ends it and all it started."""

    def __init__(self, module: str, order: Mapping[str, Any], folder: Path) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, arguments as a list
            [sys.executable, "-s", "-P", "-m", module, json.dumps(order)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=_environment(folder),
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        # Its whole session: the programs it started, and whatever these left behind.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def lines(self, seconds: float, most: int) -> Iterator[bytes]:
        """Whole lines as they come; raises :class:`TooSlow` after ``seconds``, :class:`TooMuch` past ``most`` bytes."""
        waiting = bytearray()
        for chunk in self._chunks(seconds, most):
            waiting += chunk
            if b"\n" in chunk:
                *whole, rest = waiting.split(b"\n")
                waiting = rest
                yield from map(bytes, whole)

    def output(self, seconds: float, most: int) -> bytes:
        """All that it says until it ends; raises as :meth:`lines` does."""
        return b"".join(self._chunks(seconds, most))

    def exit_code(self) -> int | None:
        """How it ended (negative: the signal), None when it closed its output but lives. Asked after its last word."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        return self._process.returncode

    def _chunks(self, seconds: float, most: int) -> Iterator[bytes]:
        pipe = self._process.stdout
        if pipe is None:
            raise ValueError("a child without a pipe")
        deadline, size = time.monotonic() + seconds, 0
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while True:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise TooSlow
                chunk = os.read(pipe.fileno(), 1 << 16)
                if not chunk:
                    return
                size += len(chunk)
                if size > most:
                    raise TooMuch
                yield chunk


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "PYTHONUTF8": "1",
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        # One page at a time on one core: more threads only take the cores from those who meet.
        "OMP_THREAD_LIMIT": "1",
    }


def limit(memory: int, seconds: float, written: int = 0) -> None:
    """Bind this process and all it will start: address space, processor time, bytes in one file, open files. It gives
    way to those who sit in a meeting, and ends with the worker that started it.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    os.nice(NICE)
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, int(seconds) + 1),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        # Never above what the system already allows.
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (bound, bound))
