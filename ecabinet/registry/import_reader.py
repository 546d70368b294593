"""Files that are not small are read and made ready by a process of their own, while ours writes what it has got.

``python -m ecabinet.registry.import_reader`` is that process: it takes its order from standard input, the file as an
open descriptor, and gives batches on standard output until the end. It never sees the database. When ours is gone, so
is the other end of its output, and its next word ends it: nothing stays behind a kill.
"""

import gc
import marshal
import os
import pickle
import struct
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import IO, Any

from documents.errors import Problem
from ecabinet.registry.import_files import Form
from ecabinet.registry.import_rows import Prepared, batches
from ecabinet.sealing import Sealer

LENGTH = struct.Struct("<Q")


class Reader:
    """Batches as :func:`~ecabinet.registry.import_rows.batches` makes them, by another process."""

    def __init__(
        self, file: IO[bytes], form: Form, columns: Mapping[int, str], skip: int, size: int, sealer: Sealer, today: date
    ) -> None:
        number = file.fileno()
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[number],
            start_new_session=True,  # Ctrl+C in the terminal is ours to answer
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101, PT018 - asked for
        self._orders, self._answers = self._process.stdin, self._process.stdout
        self._ahead = ThreadPoolExecutor(1, "import-reader")
        try:
            # the secret goes through the pipe: arguments and environment can be read by others
            pickle.dump((number, form, dict(columns), skip, size, sealer, today), self._orders)
            self._orders.close()
        except BaseException:
            self.close()
            raise
        self._next = self._ahead.submit(self._read)

    def __iter__(self) -> "Reader":
        return self

    def __next__(self) -> list[Prepared]:
        """The next batch; raises the Problem that the other process met, and RuntimeError when it ended too early."""
        batch = self._next.result()
        if not batch:
            raise StopIteration
        # the one after it is taken in while the database is busy with this one
        self._next = self._ahead.submit(self._read)
        return batch

    def _read(self) -> list[Prepared]:
        size = LENGTH.unpack(self._exactly(LENGTH.size))[0]
        given = marshal.loads(self._exactly(size))  # noqa: S302 - made by our own module
        if isinstance(given, str):
            raise Problem(given)
        return [Prepared.of_plain(row) for row in given]

    def _exactly(self, size: int) -> bytes:
        given = self._answers.read(size)
        if len(given) < size:
            raise RuntimeError("the process that reads an import ended")
        return given

    def close(self) -> None:
        """End the process, wherever it is."""
        self._process.kill()
        self._ahead.shutdown()
        self._answers.close()
        self._process.wait()


def main(orders: IO[bytes], out: IO[bytes]) -> None:
    """Serve one order: batches, at the end an empty one; instead of a batch the code of a Problem."""
    number, *rest = pickle.load(orders)  # noqa: S301 - from the process that started this one
    gc.disable()  # rows hold no circles; walking over them again and again takes a tenth of the time

    def give(what: Any) -> None:
        # five times as fast as pickle, and made for the same Python on both sides; the length goes before it, because
        # marshal asks a file for each value by itself
        written = marshal.dumps(what, 2)
        out.write(LENGTH.pack(len(written)))
        out.write(written)
        out.flush()

    with os.fdopen(number, "rb") as file:
        try:
            for batch in batches(file, *rest):
                give([row.plain() for row in batch])
        except Problem as problem:
            give(problem.code)
        else:
            give([])


if __name__ == "__main__":
    try:
        main(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more
