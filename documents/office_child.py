"""The child process that binds itself and then becomes LibreOffice; see :mod:`documents.office`."""

import json
import os
import sys
from typing import Any

from documents.children import limit


def main(order: dict[str, Any]) -> None:
    limit(order["memory"], order["seconds"], written=order["written"])
    os.execv(order["command"][0], order["command"])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
