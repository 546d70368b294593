"""The child process that reads the letters of a PDF with their boxes; see :mod:`ecabinet.signing.places`.

One JSON line a page: ``{"width", "height", "letters": [[text, x0, y0, x1, y1, size], …]}``, at last ``{"end": reason or
null}``.
"""

import ctypes
import json
import sys
from pathlib import Path
from typing import Any

from documents.children import Limits, limit


def main(order: dict[str, Any]) -> None:
    limits = Limits(**order["limits"])
    limit(limits.memory, limits.seconds)
    # Loaded after the limits are set: nothing of it runs without them.
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(Path(order["path"])) as document:
            for count in range(min(len(document), limits.pages)):
                _say(_page(document[count], pypdfium2.raw))
        reason = None
    except MemoryError:
        reason = "too_large_to_read"
    except pypdfium2.PdfiumError:
        reason = "damaged"
    _say({"end": reason})


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")


def _page(page: Any, raw: Any) -> dict[str, Any]:
    width, height = page.get_size()
    text = page.get_textpage()
    letters = []
    for place in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, place)
        if code < 32 or code > sys.maxunicode or 0xD800 <= code < 0xE000 or raw.FPDFText_IsGenerated(text, place) == 1:
            continue
        box = raw.FS_RECTF()
        raw.FPDFText_GetLooseCharBox(text, place, ctypes.byref(box))
        size = raw.FPDFText_GetFontSize(text, place)
        letters.append([chr(code), *(round(edge, 2) for edge in (box.left, box.bottom, box.right, box.top)), size])
    return {"width": width, "height": height, "letters": letters}


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
