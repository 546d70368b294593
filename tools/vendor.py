"""Copy the front-end libraries that pages load from node_modules into static/vendor.

An allow-list: what is not named here is not served. The folder is made anew beside the old one and
swapped in whole, so a stopped run never leaves half a library. Standard library only: it runs before
or without the virtual environment.

Usage: python tools/vendor.py [node_modules [static/vendor]]; exit code 1 and one line when a file is missing.
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FONT = "@fontsource/be-vietnam-pro"
FONT_SUBSETS = ("vietnamese", "latin-ext", "latin")
FONT_WEIGHTS = (400, 500, 600, 700)

# package → folder under static/vendor, and the files or folders taken: (in the package, in the folder)
ALLOWED: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "htmx.org": ("htmx", [("dist/htmx.min.js", "htmx.min.js"), ("LICENSE", "LICENSE")]),
    "idiomorph": ("idiomorph", [("dist/idiomorph.min.js", "idiomorph.min.js"), ("LICENSE", "LICENSE")]),
    "socket.io-client": ("socket.io", [("dist/socket.io.min.js", "socket.io.min.js"), ("LICENSE", "LICENSE")]),
    "sortablejs": ("sortablejs", [("Sortable.min.js", "Sortable.min.js"), ("LICENSE", "LICENSE")]),
    "perfect-freehand": ("perfect-freehand", [("dist/esm/index.mjs", "index.mjs"), ("LICENSE", "LICENSE")]),
    "@picocss/pico": (
        "pico",
        [
            ("css/pico.conditional.min.css", "pico.conditional.min.css"),
            ("css/pico.min.css", "pico.min.css"),
            ("LICENSE.md", "LICENSE.md"),
        ],
    ),
    "pdfjs-dist": (
        "pdfjs",
        [
            # The legacy build is the one that runs on the Safari of older tablets.
            ("legacy/build/pdf.min.mjs", "pdf.min.mjs"),
            ("legacy/build/pdf.worker.min.mjs", "pdf.worker.min.mjs"),
            ("legacy/build/pdf.renderer.min.mjs", "pdf.renderer.min.mjs"),
            ("legacy/web/pdf_viewer.mjs", "pdf_viewer.mjs"),
            ("legacy/web/pdf_viewer.css", "pdf_viewer.css"),
            ("legacy/web/images", "images"),
            ("wasm", "wasm"),
            ("cmaps", "cmaps"),
            ("standard_fonts", "standard_fonts"),
            ("iccs", "iccs"),
            ("LICENSE", "LICENSE"),
        ],
    ),
    FONT: (
        "be-vietnam-pro",
        [
            *(
                (f"files/be-vietnam-pro-{subset}-{weight}-normal.woff2",) * 2
                for subset in FONT_SUBSETS
                for weight in FONT_WEIGHTS
            ),
            ("LICENSE", "LICENSE"),
        ],
    ),
}


def font_faces(package: Path) -> str:
    """The @font-face rules of the subsets and weights we ship, from the package's own style sheets.

    Each weight's sheet has one rule a subset, with its unicode-range; rules of other subsets and the
    woff fallback (older than any browser this runs on) are left out.
    """
    rules = []
    for weight in FONT_WEIGHTS:
        sheet = (package / f"{weight}.css").read_text(encoding="utf-8")
        for rule in sheet.split("@font-face")[1:]:
            body = "@font-face" + rule.split("}")[0] + "}"
            if any(f"pro-{subset}-{weight}-" in body for subset in FONT_SUBSETS):
                rules.append(_without_woff(body))
    return "\n".join(rules) + "\n"


def _without_woff(rule: str) -> str:
    return "\n".join(
        line.split(", url(")[0].rstrip(";") + ";" if "src:" in line else line for line in rule.splitlines()
    )


def copy_all(node_modules: Path, target: Path) -> int:
    """Copy every allowed file into a new folder, then put it in the place of ``target``; the number of files."""
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for package, (folder, files) in ALLOWED.items():
        for source, name in files:
            _copy(node_modules / package / source, fresh / folder / name)
    (fresh / "be-vietnam-pro" / "be-vietnam-pro.css").write_text(font_faces(node_modules / FONT), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return sum(1 for path in target.rglob("*") if path.is_file())


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def main(arguments: list[str]) -> int:
    """Run from the command line; 0 when static/vendor is complete."""
    node_modules = Path(arguments[0]) if arguments else ROOT / "node_modules"
    target = Path(arguments[1]) if len(arguments) > 1 else ROOT / "static" / "vendor"
    try:
        count = copy_all(node_modules, target)
    except OSError as error:
        print(f"vendor: {error.filename or target}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"vendor: {count} files in {target}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
