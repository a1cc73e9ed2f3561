"""Where the codes stand that the rows of a crosswalk lead to: in a list of the target, or in a few words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class CodeList:
    """An entity of the target's system, of whose rows some are such codes."""

    entity: str
    #: the field with the code
    field: str
    #: what people call it
    label: str
    #: the field that says which rows are meant, and what it says of these; empty: all of them are
    kind_field: str = ""
    kind: str = ""
    #: whether a row of the crosswalk may say something else than one of these
    others: bool = False

    def code(self, payload: Mapping[str, Any]) -> tuple[str, str] | None:
        """The code in a row of the list and what it is called; None where it is none of these, or shut down."""
        if self.kind_field and payload.get(self.kind_field) != self.kind:
            return None
        if payload.get("active") is False or payload.get("deleted") is True:
            return None
        code = str(payload.get(self.field) or "").strip()
        return (code, str(payload.get(self.label) or "").strip()) if code else None


@dataclass(frozen=True, kw_only=True)
class FewCodes:
    """What the target takes are these words only, as is documented; each with what it means."""

    codes: tuple[tuple[str, str], ...]
