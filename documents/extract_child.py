"""The child process that reads one file; see :mod:`documents.extract`, which starts it and listens.

It writes JSON lines: ``{"page_count": n}``, ``{"page": i, "text": …}`` for each page, and at last
``{"end": reason or null}``.
"""

import json
import os
import resource
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from documents import media
from documents.text import clean

PART = 64 * 1024**2
"""Most bytes of a part of an office file, unpacked."""


class End(Exception):
    """Reading stops here, for this reason (a value of ``documents.extract.Reason``)."""


Say = Callable[[dict[str, Any]], None]


def main(order: dict[str, Any]) -> None:
    say = _speaker()
    limits = order["limits"]
    _limit(limits["memory"], limits["seconds"])
    try:
        reason = _READERS[order["media_type"]](Path(order["path"]), say, limits)
    except End as end:
        reason = str(end)
    except (MemoryError, zipfile.LargeZipFile):
        reason = "too_large_to_read"
    except Exception:  # noqa: BLE001 - whatever a library raises, bare built-ins too: the file could not be read
        reason = "damaged"
    say({"end": reason})


def _speaker() -> Say:
    """Lines go to the pipe; what libraries print goes nowhere."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)

    def say(message: dict[str, Any]) -> None:
        pipe.write(json.dumps(message, ensure_ascii=False) + "\n")
        pipe.flush()

    return say


def _limit(memory: int, seconds: float) -> None:
    warnings.simplefilter("ignore")
    processor = int(seconds) + 1
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_FSIZE, 0),  # it has nothing to write but the pipe
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)  # noqa: PLW2901 - never above what the system already allows
        resource.setrlimit(kind, (most, most))


def _read_pdf(path: Path, say: Say, limits: dict[str, Any]) -> str | None:
    # Loaded after the limits are set: nothing of it runs without them.
    from pypdf import PasswordType, PdfReader
    from pypdf.errors import LimitReachedError

    try:
        reader = PdfReader(path)
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            return "encrypted"
        count = len(reader.pages)
        say({"page_count": count})
        failed = 0
        for number in range(min(count, limits["pages"])):
            try:
                text = clean(reader.pages[number].extract_text())
            except (MemoryError, LimitReachedError):
                raise
            except Exception:  # noqa: BLE001 - one bad page must not cost the others
                failed, text = failed + 1, ""
            say({"page": number, "text": text})
    except LimitReachedError:
        return "too_large_to_read"
    if failed == count:
        return "damaged"
    if count > limits["pages"]:
        return "too_many_pages"
    return "partly_read" if failed else None


def _read_text(path: Path, say: Say, limits: dict[str, Any]) -> str | None:
    if path.stat().st_size > limits["text"]:
        return "too_large_to_read"
    say({"page_count": 1})
    say({"page": 0, "text": clean(path.read_text(encoding="utf-8-sig", errors="replace"))})
    return None


def _read_docx(path: Path, say: Say, limits: dict[str, Any]) -> str | None:
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo("word/document.xml").flag_bits & 1:
            return "encrypted"
        say({"page": 0, "text": clean("".join(_docx_text(archive)))})
    return None


def _docx_text(archive: zipfile.ZipFile) -> Iterator[str]:
    """The text of the main part, a line a paragraph. Nothing that declares entities is read."""
    found: list[str] = []
    inside: list[str] = []

    def start(name: str, _attributes: Any) -> None:
        tag = name.rpartition(" ")[2]
        inside.append(tag)
        if len(inside) > 1000:
            raise End("damaged")
        if tag in {"tab", "br"}:
            found.append(" ")

    def end(name: str) -> None:
        if inside.pop() == "p":
            found.append("\n")

    def characters(data: str) -> None:
        if inside and inside[-1] == "t":
            found.append(data)

    def refuse(*_declaration: Any) -> None:
        raise End("damaged")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    left = PART
    with archive.open("word/document.xml") as part:
        while chunk := part.read(1 << 16):
            left -= len(chunk)
            if left < 0:
                raise End("too_large_to_read")
            parser.Parse(chunk, False)
            yield from found
            found.clear()
        parser.Parse(b"", True)
        yield from found


_READERS: dict[str, Callable[[Path, Say, dict[str, Any]], str | None]] = {
    media.PDF: _read_pdf,
    media.TEXT: _read_text,
    media.DOCX: _read_docx,
}

if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
