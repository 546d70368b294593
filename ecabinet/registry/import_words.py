"""What was found in the rows of imports, in the reader's words."""

from documents.errors import Problem
from ecabinet.member_labels import MEMBER_LABELS, label
from ecabinet.messages import code_sentence, sentence
from ecabinet.registry.import_models import ImportRow
from ecabinet.registry.import_queries import shown


def why(row: ImportRow) -> str:
    """All that was found in a row."""
    said = []
    for field, code, _refused, values in row.findings:
        words = sentence(Problem(code, **values))
        said.append(f"{label('field', field)}: {words}" if field else words)
    return " ".join(said)


def by_field(row: ImportRow, *, refused: bool) -> dict[str, str]:
    """Field ("" for none) → what stands against it, or (not ``refused``) what was read otherwise than written."""
    said: dict[str, str] = {}
    for field, code, against, values in row.findings:
        if against == refused:
            said[field] = f"{said.get(field, '')} {sentence(Problem(code, **values))}".strip()
    return said


def reason_name(code: str) -> str:
    """What all rows with this finding have in common: its sentence without the values of a single row."""
    common = MEMBER_LABELS["row_reason"].get(code)
    return str(common) if common is not None else code_sentence(code).removesuffix(".")


def for_templates() -> dict[str, object]:
    """A context processor: these functions by the names that the templates of imports call them."""
    return {"row_why": why, "row_shown": shown, "reason_name": reason_name}
