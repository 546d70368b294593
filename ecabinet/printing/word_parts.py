"""What python-docx has no words for: borders, fields, languages and watermarks of a Word file."""

from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.section import _Header
from docx.shared import Length, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph

from ecabinet.printing.forms import DRAFT, Face

FONT = "Times New Roman"
WATERMARK = """
<w:r {namespaces} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
  <w:rPr><w:noProof/></w:rPr>
  <w:pict>
    <v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"
        path="m@7,l@8,m@5,21600l@6,21600e">
      <v:formulas>
        <v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
        <v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>
        <v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/>
        <v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/>
      </v:formulas>
      <v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800"
          o:connectangles="270,180,90,0"/>
      <v:textpath on="t" fitshape="t"/>
    </v:shapetype>
    <v:shape id="{name}" o:spid="_x0000_s{number}" type="#_x0000_t136" alt="{text}" stroked="f" fillcolor="#c0c0c0"
        style="position:absolute;margin-left:0;margin-top:0;width:430pt;height:120pt;rotation:315;z-index:-251658752;
        mso-position-horizontal:center;mso-position-horizontal-relative:margin;
        mso-position-vertical:center;mso-position-vertical-relative:margin">
      <v:fill opacity=".5"/>
      <v:textpath style="font-family:&quot;Times New Roman&quot;;font-weight:bold" string="{text}"/>
    </v:shape>
  </w:pict>
</w:r>"""


def restyle(style: ParagraphStyle, face: Face) -> None:
    """A style of the template in the paper's face, black, without the template's ornaments."""
    style.font.name = FONT
    style.font.size = Pt(face.size)
    style.font.bold = face.bold
    style.font.italic = face.italic
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        if "Theme" in str(name):
            del fonts.attrib[name]
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), FONT)
    for ornament in ("w:spacing", "w:kern", "w:caps"):
        for found in style.element.rPr.findall(qn(ornament)):
            style.element.rPr.remove(found)
    properties = style.element.get_or_add_pPr()
    for ornament in properties.findall(qn("w:pBdr")) + properties.findall(qn("w:contextualSpacing")):
        properties.remove(ornament)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = 1.08


def speak(document: Document, language: str) -> None:
    """The language in which the file is spelled."""
    whole = {"vi": "vi-VN", "en": "en-GB"}.get(language, language)
    for found in document.styles.element.iter(qn("w:lang")):
        found.set(qn("w:val"), whole)
    document.core_properties.language = whole


def line_beneath(paragraph: Paragraph, indent: Length) -> None:
    """An empty line with a rule above it, shorter than its column by ``indent`` on either side."""
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = indent
    paragraph.paragraph_format.line_spacing = Pt(6)
    border = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    border.append(top)
    paragraph._p.get_or_add_pPr().insert_element_before(
        border, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def page_number(header: _Header, face: Face) -> None:
    """The number of the page, counted by the program that shows the file."""
    run = header.paragraphs[0].add_run()
    run.font.size = Pt(face.size)
    for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("result", "2"), ("end", "")):
        if kind in ("", "result"):
            part = OxmlElement("w:instrText" if not kind else "w:t")
            part.text = text
            part.set(qn("xml:space"), "preserve")
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)


def watermark(header: _Header, number: int) -> None:
    """The mark of a draft across the pages that have this header."""
    filled = WATERMARK.format(
        namespaces=nsdecls("w"), name=f"PowerPlusWaterMarkObject{number}", number=2048 + number, text=DRAFT
    )
    header.paragraphs[0]._p.append(parse_xml(filled))


def without_padding(table: Table) -> None:
    """The text of its cells may use their whole width."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "0")
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")


def whole(row: _Row) -> None:
    """The row is never broken over two pages."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def header_row(row: _Row) -> None:
    """The row comes again on each page that the table reaches."""
    whole(row)
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def fix_widths(table: Table, widths: list[int]) -> None:
    """Columns as wide as told (in EMU), whatever their text."""
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Length(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Length(width)
