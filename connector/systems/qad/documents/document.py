"""What every document of QAD has in common, and how a payload becomes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

from connector.reading import mistakes

if TYPE_CHECKING:
    from collections.abc import Mapping


class Document(BaseModel):
    """Frozen; fields nobody asked for are ignored, because a tenant's browse may carry more columns."""

    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=False, hide_input_in_errors=True)

    #: what a person calls it, and the field that identifies it
    TITLE: ClassVar[str] = ""
    KEY: ClassVar[str] = ""


D = TypeVar("D", bound=Document)


def parse(kind: type[D], payload: Mapping[str, Any]) -> D:
    """Read a payload as ``kind``; raises Malformed with one sentence about the first field that is wrong."""
    return mistakes.parsed(kind, payload, title=f"QAD {kind.TITLE}", key=kind.KEY)
