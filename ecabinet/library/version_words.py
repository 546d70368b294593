"""What is said of a version that was just added."""

from collections.abc import Sequence

from flask_babel import gettext as _

from documents.models import Document, Version


def added(version: Version, document_id: int, same: Sequence[Document] = ()) -> str:
    """What became of it: a paper's may wait for approval, as a document of its own; ``same`` have its bytes too."""
    waits = version.document_id != document_id
    said = str(_("Đã nộp bản mới, đang chờ duyệt.") if waits else _("Đã thêm phiên bản mới."))
    if same:
        said += " " + _("Tệp này đã có trong kho: %(titles)s.", titles="; ".join(one.title for one in same))
    return said
