"""Errors with names. The application alone turns a name into the reader's words."""

from typing import Any


class Problem(Exception):
    """Something that was refused for a reason that has a name.

    ``code`` is stable and machine-readable; ``detail`` is for the log; ``field`` names the form field at fault;
    ``values`` fill the sentence that the application keeps for the code.
    """

    def __init__(self, code: str, detail: str = "", *, field: str | None = None, **values: Any) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.field = field
        self.values = values


class Busy(Problem):
    """Others held SQLite's one write lock for too long: nothing happened; a moment later it may."""

    def __init__(self) -> None:
        super().__init__("busy")


class NotFound(Problem):
    """It is not there, or not for this person: the two are told apart for nobody."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("not_found", detail)


class Forbidden(Problem):
    """The person may know of it but may not do this with it."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("forbidden", detail)


class Invalid(Problem):
    """A form with faults: field name → (code, values)."""

    def __init__(self, faults: dict[str, Problem]) -> None:
        super().__init__("invalid", ", ".join(f"{field}={fault.code}" for field, fault in faults.items()))
        self.faults = faults
