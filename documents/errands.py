"""A piece of work on a stranger's file that has one answer, done in a child process (:mod:`documents.children`).

Parent and child are the same module: the parent calls :func:`ask`, the child's ``__main__`` calls :func:`serve`. What
is made beside the answer is written into the folder of the errand.
"""

import errno
import json
import os
import signal
import sys
import warnings
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from documents.blobs import StoreFull
from documents.children import Child, Limits, TooMuch, TooSlow, limit

ANSWER_BYTES = 1024**2

Order = dict[str, Any]
Answer = dict[str, Any]


class ErrandFailed(Exception):
    """There is no answer; ``reason`` is ``timeout``, ``too_large_to_read`` or ``damaged``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Beyond(Exception):
    """For the child: the file asks for more than the limits allow."""


def ask(module: str, order: Order, folder: Path, limits: Limits, written: int) -> Answer:
    """Have ``module`` do its work in ``folder``, where no file may become longer than ``written`` bytes; its answer.

    Raises :class:`ErrandFailed`, and :class:`StoreFull` where the child found no room on the disk.
    """
    with Child(module, {"order": order, "limits": asdict(limits), "written": written}, folder) as child:
        try:
            said = child.output(limits.seconds, ANSWER_BYTES)
        except TooSlow:
            raise ErrandFailed("timeout") from None
        except TooMuch:
            raise ErrandFailed("damaged") from None
        ended = child.exit_code()
    if ended == -signal.SIGXCPU:
        raise ErrandFailed("timeout")
    if ended == -signal.SIGKILL:  # nobody else kills it but the system, for want of memory
        raise ErrandFailed("too_large_to_read")
    return _answer(said)


def _answer(said: bytes) -> Answer:
    try:
        answer: Answer = json.loads(said)
    except ValueError:  # it went without a word
        raise ErrandFailed("damaged") from None
    match answer.get("fault"):
        case None:
            return answer
        case "store_full":
            raise StoreFull("the disk for temporary files")
        case fault:
            raise ErrandFailed(str(fault))


def serve(work: Callable[[Order], Answer]) -> None:
    """The child: take the limits upon itself, do the work, say the answer."""
    told = json.loads(sys.argv[1])
    limits = Limits(**told["limits"])
    limit(limits.memory, limits.seconds, told["written"])
    warnings.simplefilter("ignore")
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as pipe:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)  # what libraries print goes nowhere
        json.dump(_done(work, told["order"]), pipe)


def _done(work: Callable[[Order], Answer], order: Order) -> Answer:
    try:
        return work(order)
    except (MemoryError, Beyond):
        return {"fault": "too_large_to_read"}
    except OSError as error:
        faults = {errno.ENOSPC: "store_full", errno.EDQUOT: "store_full", errno.EFBIG: "too_large_to_read"}
        return {"fault": faults.get(error.errno or 0, "damaged")}
    except Exception:  # noqa: BLE001 - whatever a library raises, bare built-ins too: the file could not be worked on
        return {"fault": "damaged"}
