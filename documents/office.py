"""Office files → PDF, and old ones → those of today, by LibreOffice without a screen. Optional: said when missing."""

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from documents import media
from documents.children import LIMITS, Child, Limits, TooMuch, TooSlow
from documents.errors import Problem

PACKAGES = ("libreoffice-writer-nogui", "libreoffice-calc-nogui", "libreoffice-impress-nogui", "fonts-liberation2")
"""Those of Debian. The fonts stand in for Times New Roman and Arial; older ones lack letters of Vietnamese."""
INSTALL = f"apt-get install {' '.join(PACKAGES)}"
MEMORY = 4 * 1024**3
"""Address space that the program needs even for one page; what a file may take comes on top."""

ENDINGS = {
    media.DOC: "doc",
    media.DOCM: "docm",
    media.DOCX: "docx",
    media.ODP: "odp",
    media.ODS: "ods",
    media.ODT: "odt",
    media.PPT: "ppt",
    media.PPTM: "pptm",
    media.PPTX: "pptx",
    media.RTF: "rtf",
    media.XLS: "xls",
    media.XLSM: "xlsm",
    media.XLSX: "xlsx",
}
"""What can be converted, and the ending by which LibreOffice knows it: never the one of an uploaded name."""


OLD = {media.DOC: media.DOCX, media.RTF: media.DOCX, media.XLS: media.XLSX, media.PPT: media.PPTX}
"""Kinds that have no reader of their own, and those that have taken their place."""


class OfficeMissing(Problem):
    """LibreOffice is not on this machine; ``install`` is the command that brings it."""

    def __init__(self) -> None:
        super().__init__("office_missing", INSTALL, program="LibreOffice", install=INSTALL)


class NotConverted(Problem):
    """Nothing came of the file. Codes: ``office_unsupported``, ``office_timeout``, ``office_failed``."""


@cache
def available() -> str | None:
    """The program, for example ``/usr/bin/soffice``; None when it is missing. Asked once a process."""
    return shutil.which("soffice") or shutil.which("libreoffice")


@cache
def _without_network() -> list[str]:
    """The words before a command that take the network from it, where the system lets us."""
    unshare = shutil.which("unshare")
    words = [unshare, "--net", "--map-root-user"] if unshare else []
    try:
        done = subprocess.run([*words, "true"], capture_output=True, check=False, timeout=20)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return []
    return words if done.returncode == 0 else []


def to_pdf(path: Path, target: Path, limits: Limits = LIMITS) -> None:
    """Write the file as a PDF to ``target``, which gets its name only when it is whole.

    No macro runs, nothing outside the file is fetched. Raises :class:`OfficeMissing` or :class:`NotConverted`.
    """
    _convert(path, target, "pdf", limits)


def modernise(path: Path, target: Path, limits: Limits = LIMITS) -> str:
    """Write a file of an old kind (:data:`OLD`) to ``target`` as what has taken its place, fonts and all, so that its
    text can be read; its media type from then on. Raises as :func:`to_pdf` does.
    """
    with path.open("rb") as file:
        kind = OLD.get(media.media_type(file), "")
    _convert(path, target, ENDINGS.get(kind, ""), limits)
    return kind


def _convert(path: Path, target: Path, ending: str, limits: Limits) -> None:
    program = available()
    if program is None:
        raise OfficeMissing
    with path.open("rb") as file:
        kind = media.media_type(file)
    if kind not in ENDINGS or not ending:
        raise NotConverted("office_unsupported", kind)
    with tempfile.TemporaryDirectory(prefix=".office-", dir=target.parent) as name:
        folder = Path(name)
        shutil.copyfile(path, folder / f"file.{ENDINGS[kind]}")
        (folder / "out").mkdir()
        _profile(folder)
        order = {
            "command": [*_without_network(), program, *_options(folder, ENDINGS[kind], ending)],
            "memory": limits.memory + MEMORY,
            "seconds": limits.seconds,
            "written": limits.unpacked,
        }
        _run(order, folder, limits)
        made = folder / "out" / f"file.{ending}"
        if not made.is_file():
            raise NotConverted("office_failed", path.name)
        made.replace(target)


def _run(order: dict[str, Any], folder: Path, limits: Limits) -> None:
    with Child("documents.office_child", order, folder) as child:
        try:
            said = child.output(limits.seconds, 1 << 20)
        except TooSlow:
            raise NotConverted("office_timeout") from None
        except TooMuch:
            raise NotConverted("office_failed", "it talks without end") from None
        if child.exit_code() != 0:
            raise NotConverted("office_failed", said.decode("utf-8", "replace")[-500:])


def _options(folder: Path, source: str, ending: str) -> list[str]:
    return [
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"),
        *("--convert-to", ending, "--outdir", "out", f"file.{source}"),
    ]


_SETTINGS = (
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Office.Calc/Content/Update", "Link", "2"),
)


def _profile(folder: Path) -> None:
    """Its own settings for each file: no macros, no links to elsewhere, nothing left of the file before."""
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop>'
        "</item>"
        for path, name, value in _SETTINGS
    )
    user = folder / "profile" / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(
        f'<?xml version="1.0"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>',
        encoding="utf-8",
    )
