"""Make ecabinet/registry/common_passwords.bloom: the passwords that are tried first, as a filter.

The list is the one that Django ships (django/contrib/auth/common-passwords.txt.gz, 20,000 entries, by Royce Williams
from breaches; BSD licence), together with that of zxcvbn (30,000 entries from breaches; MIT licence). Both are needed
only here, in an environment of its own:

    pip install django==5.2.19 zxcvbn==4.5.0 && python -m tools.make_breached_filter

The result is committed. Entries that are too short to be accepted as a password anyway are left out.
"""

import gzip
import re
from importlib.metadata import distribution, version

from ecabinet.registry.passwords import FILTER, LEAST, WordFilter, listed_form


def words() -> set[str]:
    """The entries of both lists in the form in which they are looked up."""
    # Read as files: neither package need be imported for its list.
    packed = distribution("django").locate_file("django/contrib/auth/common-passwords.txt.gz").read_bytes()
    module = distribution("zxcvbn").locate_file("zxcvbn/frequency_lists.py").read_text(encoding="utf-8")
    listed = re.search(r'^    "passwords": ("|\')(.*?)\1\.split\(', module, re.MULTILINE)
    if listed is None:
        raise SystemExit("zxcvbn keeps its list in another form now")
    entries = [*gzip.decompress(packed).decode().split(), *listed[2].split(",")]
    return {form for entry in entries if len(form := listed_form(entry)) >= LEAST}


def main() -> None:
    listed = words()
    FILTER.write_bytes(WordFilter.built(sorted(listed)))
    sources = ", ".join(f"{name} {version(name)}" for name in ("django", "zxcvbn"))
    print(f"{FILTER.name}: {len(listed)} passwords from {sources}, {FILTER.stat().st_size} bytes")


if __name__ == "__main__":
    main()
