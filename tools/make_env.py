"""Write .env from .env.example with a fresh random secret for each empty setting; never overwrites one.

Usage: python3 tools/make_env.py [folder]
"""

import os
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def filled(example: str) -> str:
    """The settings with every empty value replaced by 64 random hexadecimal digits (safe inside an address)."""
    lines = example.splitlines()
    return "\n".join(line + secrets.token_hex(32) if line.endswith("=") else line for line in lines) + "\n"


def main(folder: Path) -> int:
    """Run from the command line; 1 and one line when there is an .env already or it cannot be written."""
    target = folder / ".env"
    try:
        settings = filled((ROOT / ".env.example").read_text(encoding="utf-8"))
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(settings)
    except FileExistsError:
        print(f"env: {target} is there already and is left as it is", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"env: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"env: {target} written, readable by you alone; set PUBLIC_URL in it")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT))
