"""Make the serif face of printed papers out of TeX Gyre Termes; done once, its result is committed.

Usage: python tools/make_faces.py FOLDER_WITH_texgyretermes-*.otf

The original is at www.gust.org.pl (also in the PyPI package rinoh-typeface-texgyretermes, whose code is not needed).
It has PostScript outlines, which ReportLab cannot embed; here they become TrueType outlines, only the letters of
Latin scripts stay, and the face gets a name of its own, as its licence asks. Needs fontTools (made with 4.68.0),
which the application does not.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

TARGET = Path(__file__).resolve().parent.parent / "ecabinet" / "printing" / "faces"
STYLES = {"regular": "Regular", "bold": "Bold", "italic": "Italic", "bolditalic": "BoldItalic"}
KEPT = [*range(0x20, 0x250), *range(0x300, 0x330), *range(0x1E00, 0x1F00), *range(0x2000, 0x2300)]
ERROR = 0.5
"""How far an outline may move, in units of which the letter's height has 1,000."""


def reduced(path: Path) -> TTFont:
    """The face with only the kept letters; layout features go, ReportLab uses none."""
    font = TTFont(path, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = []
    options.notdef_outline = True
    options.hinting = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=KEPT)
    subsetter.subset(font)
    return font


def with_truetype_outlines(font: TTFont) -> None:
    """Cubic curves become quadratic ones, in place."""
    order, drawings = font.getGlyphOrder(), font.getGlyphSet()
    outlines = {}
    for name in order:
        pen = TTGlyphPen(drawings)
        drawings[name].draw(Cu2QuPen(pen, ERROR, reverse_direction=True))
        outlines[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = newTable("glyf")
    font["glyf"].glyphOrder = order
    font["glyf"].glyphs = outlines
    for table in ("CFF ", "VORG"):
        if table in font:
            del font[table]
    limits = font["maxp"]
    limits.tableVersion = 0x00010000
    limits.maxZones = 1
    for field in ("TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements"):
        setattr(limits, f"max{field}", 0)
    limits.maxSizeOfInstructions = limits.maxComponentElements = 0
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"


def renamed(font: TTFont, style: str) -> None:
    """A name that is not the original's."""
    names = font["name"]
    values = {1: "eCabinet Serif", 2: style, 3: f"eCabinet Serif {style}", 4: f"eCabinet Serif {style}"}
    values |= {6: f"eCabinetSerif-{style}"}
    for record in list(names.names):
        if record.nameID in values:
            names.setName(values[record.nameID], record.nameID, record.platformID, record.platEncID, record.langID)
        elif record.nameID not in (0, 13, 14):
            names.removeNames(nameID=record.nameID)


def main(folder: Path) -> None:
    """Make all four styles."""
    for source, style in STYLES.items():
        font = reduced(folder / f"texgyretermes-{source}.otf")
        with_truetype_outlines(font)
        renamed(font, style)
        target = TARGET / f"eCabinetSerif-{style}.ttf"
        font.save(target)
        print(f"{target.name}: {target.stat().st_size} bytes, {len(font.getBestCmap())} letters")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
