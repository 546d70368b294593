"""What a package of a file says of itself: METS (what there is, how it belongs together), with a description by EAD and
the fields of annex VI of Decree 30, and PREMIS (objects with their checksums, events, agents). From plain values; the
same values give the same bytes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from lxml import etree

METS, XLINK = "http://www.loc.gov/METS/", "http://www.w3.org/1999/xlink"
PREMIS, EAD = "http://www.loc.gov/premis/v3", "urn:isbn:1-931666-22-9"
ANNEX = "urn:vn:nd-30-2020-nd-cp:phu-luc-6"
_PREFIXES = {"mets": METS, "xlink": XLINK, "ead": EAD, "pl6": ANNEX}
METS_NAME, PREMIS_NAME = "mets.xml", "premis.xml"
PROFILE = "urn:ecabinet:ho-so:1"
SHA256 = "SHA-256"
Fields = tuple[tuple[str, str], ...]
"""Names of annex VI with their values, in its order."""


@dataclass(frozen=True)
class Paper:
    """A document of the file; ``path`` "" where there are no bytes of it."""

    key: str
    title: str
    fields: Fields
    path: str = ""
    filename: str = ""
    media_type: str = ""
    sha256: str = ""
    pages: int | None = None


@dataclass(frozen=True)
class Done:
    """Something that was done with the file or with one of its documents (``key``)."""

    key: str
    kind: str
    at: datetime
    by: str
    text: str = ""


@dataclass(frozen=True)
class Described:
    """A file as its package says it. ``at`` is its last change, not the time of writing."""

    key: str
    notation: str
    title: str
    unit: str
    unit_code: str
    fields: Fields
    starts_on: date | None
    ended_on: date | None
    language: str
    rights: str
    retention: str
    at: datetime
    papers: tuple[Paper, ...] = ()
    events: tuple[Done, ...] = ()


@dataclass(frozen=True)
class Sent:
    """The bytes as they were written into the package; ``size`` None: the store does not have them."""

    sha256: str
    size: int | None


@dataclass
class _Tree:
    """Elements of one document with fixed prefixes."""

    root: etree._Element
    namespace: str
    made: int = field(default=0)

    def add(self, to: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
        prefix, _, local = name.rpartition(":")
        namespace = _PREFIXES[prefix] if prefix else self.namespace
        child = etree.SubElement(to, f"{{{namespace}}}{local}")
        for key, value in attributes.items():
            child.set(f"{{{XLINK}}}{key[6:]}" if key.startswith("xlink_") else key, _clean(value))
        if text:
            child.text = _clean(text)
        return child


def _clean(text: str) -> str:
    """What XML can hold: people's words may have anything in them."""
    return "".join(c for c in text if c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _bytes(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def write_mets(about: Described, sent: Mapping[str, Sent], history: Sent) -> bytes:
    """mets.xml: ``sent`` by path are the bytes as they went out, ``history`` the checksum of premis.xml."""
    root = etree.Element(f"{{{METS}}}mets", nsmap=_PREFIXES)
    tree = _Tree(root, METS)
    for name, value in (("OBJID", about.key), ("LABEL", about.title), ("TYPE", "file"), ("PROFILE", PROFILE)):
        root.set(name, _clean(value))
    header = tree.add(root, "metsHdr", CREATEDATE=_moment(about.at))
    agent = tree.add(header, "agent", ROLE="CREATOR", TYPE="ORGANIZATION")
    tree.add(agent, "name", about.unit)
    tree.add(agent, "note", about.unit_code)
    _ead(tree, about)
    _annex(tree, "dmd-file", about.fields)
    for number, paper in enumerate(about.papers, 1):
        _annex(tree, f"dmd-{number}", paper.fields)
    _premis_reference(tree, history)
    written = {paper.path: sent[paper.path] for paper in about.papers if paper.path}
    group = tree.add(tree.add(root, "fileSec"), "fileGrp", USE="original")
    for number, paper in enumerate(about.papers, 1):
        if paper.path and (size := written[paper.path].size) is not None:
            one = tree.add(
                group, "file", ID=f"file-{number}", MIMETYPE=paper.media_type, SIZE=str(size),
                CHECKSUM=written[paper.path].sha256, CHECKSUMTYPE=SHA256,
            )  # fmt: skip
            tree.add(one, "FLocat", LOCTYPE="URL", xlink_href=paper.path, xlink_title=paper.filename)
    structure = tree.add(root, "structMap", TYPE="logical")
    top = tree.add(structure, "div", TYPE="file", LABEL=about.title, DMDID="dmd-ead dmd-file", ADMID="amd-premis")
    for number, paper in enumerate(about.papers, 1):
        part = tree.add(top, "div", TYPE="document", ORDER=str(number), LABEL=paper.title, DMDID=f"dmd-{number}")
        if paper.path and written[paper.path].size is not None:
            tree.add(part, "fptr", FILEID=f"file-{number}")
    return _bytes(root)


def _ead(tree: _Tree, about: Described) -> None:
    section = tree.add(tree.root, "dmdSec", ID="dmd-ead")
    data = tree.add(tree.add(section, "mdWrap", MDTYPE="EAD"), "xmlData")
    described = tree.add(data, "ead:archdesc", level="file")
    did = tree.add(described, "ead:did")
    tree.add(did, "ead:unitid", about.notation)
    tree.add(did, "ead:unittitle", about.title)
    days = [day.isoformat() for day in (about.starts_on, about.ended_on) if day is not None]
    if days:
        tree.add(did, "ead:unitdate", " – ".join(days), normal="/".join(days))
    tree.add(did, "ead:origination", about.unit)
    tree.add(tree.add(did, "ead:physdesc"), "ead:extent", f"{len(about.papers)} văn bản")
    tree.add(did, "ead:langmaterial", about.language)
    if about.rights:
        tree.add(tree.add(described, "ead:accessrestrict"), "ead:p", about.rights)
    tree.add(tree.add(described, "ead:appraisal"), "ead:p", about.retention)


def _annex(tree: _Tree, name: str, fields: Fields) -> None:
    section = tree.add(tree.root, "dmdSec", ID=name)
    data = tree.add(tree.add(section, "mdWrap", MDTYPE="OTHER", OTHERMDTYPE="ND30-PL6"), "xmlData")
    inside = tree.add(data, "pl6:Fields")
    for field_name, value in fields:
        *above, leaf = field_name.split("/")
        place = inside
        for step in above:
            found = place.find(f"{{{ANNEX}}}{step}")
            place = tree.add(place, f"pl6:{step}") if found is None else found
        tree.add(place, f"pl6:{leaf}", value)


def _premis_reference(tree: _Tree, history: Sent) -> None:
    section = tree.add(tree.root, "amdSec", ID="amd")
    provenance = tree.add(section, "digiprovMD", ID="amd-premis")
    tree.add(
        provenance, "mdRef", LOCTYPE="URL", MDTYPE="PREMIS", MIMETYPE="text/xml", SIZE=str(history.size or 0),
        CHECKSUM=history.sha256, CHECKSUMTYPE=SHA256, xlink_href=PREMIS_NAME,
    )  # fmt: skip


def write_premis(about: Described, sent: Mapping[str, Sent]) -> bytes:
    """premis.xml: each file with its checksum, what was done, by whom."""
    root = etree.Element(
        f"{{{PREMIS}}}premis", nsmap={None: PREMIS, "xsi": "http://www.w3.org/2001/XMLSchema-instance"}
    )
    root.set("version", "3.0")
    tree = _Tree(root, PREMIS)
    for paper in about.papers:
        if paper.path:
            _object(tree, paper, sent[paper.path])
    names = sorted({one.by for one in about.events if one.by})
    agents = {name: f"agent-{number}" for number, name in enumerate(names, 1)}
    checks = [
        Done(paper.key, "fixity check", about.at, "", _fixity(paper, sent[paper.path]))
        for paper in about.papers
        if paper.path
    ]
    for number, one in enumerate([*about.events, *checks], 1):
        _event(tree, number, one, agents)
    for name, key in agents.items():
        agent = tree.add(root, "agent")
        _identified(tree, agent, "agent", key)
        tree.add(agent, "agentName", name)
        tree.add(agent, "agentType", "person")
    return _bytes(root)


def _fixity(paper: Paper, written: Sent) -> str:
    if written.size is None:
        return "missing"
    return "pass" if written.sha256 == paper.sha256 else "fail"


def _identified(tree: _Tree, to: etree._Element, what: str, value: str) -> None:
    identifier = tree.add(to, f"{what}Identifier")
    tree.add(identifier, f"{what}IdentifierType", "local")
    tree.add(identifier, f"{what}IdentifierValue", value)


def _object(tree: _Tree, paper: Paper, written: Sent) -> None:
    made = tree.add(tree.root, "object")
    made.set("{http://www.w3.org/2001/XMLSchema-instance}type", "file")
    _identified(tree, made, "object", paper.path)
    described = tree.add(made, "objectCharacteristics")
    fixity = tree.add(described, "fixity")
    tree.add(fixity, "messageDigestAlgorithm", SHA256)
    tree.add(fixity, "messageDigest", paper.sha256)
    if written.size is not None:
        tree.add(described, "size", str(written.size))
    named = tree.add(tree.add(described, "format"), "formatDesignation")
    tree.add(named, "formatName", paper.media_type)
    tree.add(made, "originalName", paper.filename)


def _event(tree: _Tree, number: int, one: Done, agents: Mapping[str, str]) -> None:
    made = tree.add(tree.root, "event")
    _identified(tree, made, "event", f"event-{number}")
    tree.add(made, "eventType", one.kind)
    tree.add(made, "eventDateTime", _moment(one.at))
    if one.text:
        outcome = tree.add(made, "eventOutcomeInformation")
        tree.add(outcome, "eventOutcome", one.text)
    if one.by:
        linked = tree.add(made, "linkingAgentIdentifier")
        tree.add(linked, "linkingAgentIdentifierType", "local")
        tree.add(linked, "linkingAgentIdentifierValue", agents[one.by])
    linked = tree.add(made, "linkingObjectIdentifier")
    tree.add(linked, "linkingObjectIdentifierType", "local")
    tree.add(linked, "linkingObjectIdentifierValue", one.key)


def fields(*given: tuple[str, object]) -> Fields:
    """Fields that have a value, days as the annex writes them."""
    return tuple((name, _said(value)) for name, value in given if value not in (None, ""))


def _said(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def by_path(sent: Iterable[tuple[str, str, int | None]]) -> dict[str, Sent]:
    """Path, checksum and size of what was written, by the path."""
    return {path: Sent(sha256, size) for path, sha256, size in sent}
