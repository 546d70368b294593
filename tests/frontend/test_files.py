"""Names that no compiler checks: icons, texts, files, and what the content policy would refuse."""

import re
from pathlib import Path

import pytest

from tools.vendor import ALLOWED

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
SHEETS = sorted((STATIC / "css").glob("*.css"))
FORBIDDEN = re.compile(
    r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|<style|["']javascript:|<script(?![^>]*\bsrc=)|hx-on|hx-vals=["']js:""",
    re.IGNORECASE,
)


def served(path: Path) -> bool:
    """Whether a file of static/ is there, or is put there by tools/vendor.py."""
    parts = path.resolve().relative_to(STATIC).parts
    if parts[0] != "vendor":
        return path.is_file()
    copied = [(folder, name) for folder, files in ALLOWED.values() for _source, name in files]
    inside = "/".join(parts[2:])
    made = [("be-vietnam-pro", "be-vietnam-pro.css")]
    return any(
        parts[1] == folder and (inside == name or inside.startswith(f"{name}/")) for folder, name in copied + made
    )


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_nothing_inline_that_the_policy_refuses(template: Path) -> None:
    text = re.sub(r"{#.*?#}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert FORBIDDEN.findall(text) == []


def test_every_icon_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img" / "icons.svg").read_text(encoding="utf-8")))
    pages = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    used = set(re.findall(r"""\bicon\(["']([\w-]+)["']""", pages)) | set(
        re.findall(r"""\bicon_(?:name|after)=["']([\w-]+)["']""", pages)
    )
    assert used
    assert used - drawn == set()


def test_every_text_of_the_scripts_is_in_the_catalogues() -> None:
    page = (ROOT / "templates" / "client.html").read_text(encoding="utf-8")
    given = {re.sub(r"-(\w)", lambda m: m[1].upper(), name) for name in re.findall(r"data-([a-z-]+)=\"{{ _\(", page)}
    scripts = "".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    used = set(re.findall(r"""\btext\("(\w+)\"""", scripts))
    assert used
    assert used - given == set()


def test_every_static_file_named_by_a_page_is_served() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    named = set(re.findall(r"""url_for\(["']static["'],\s*filename=["']([^"']+)["']\)""", pages))
    assert named
    assert [name for name in sorted(named) if not served(STATIC / name)] == []


@pytest.mark.parametrize("file", [*SCRIPTS, *SHEETS], ids=lambda path: path.name)
def test_every_import_is_served(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    pattern = (
        r"""(?:from|import\(?)\s*["'](\.[^"']+)["']""" if file.suffix == ".js" else r"""url\(["'](\.?[^"')]+)["']\)"""
    )
    assert [name for name in re.findall(pattern, text) if not served(file.parent / name)] == []


@pytest.mark.parametrize("file", [*SCRIPTS, *SHEETS], ids=lambda path: path.name)
def test_files_stay_readable(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 300
