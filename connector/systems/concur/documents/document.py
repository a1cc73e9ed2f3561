"""Documents of Concur's Financial Integration Service, and the only door a payload comes in by: ``parse``.

A payload is SAP's document, unchanged, under ``document``, below a header of ours: which document it is, for which
company, of which revision. Field names are SAP's (documented); ours are the same in snake case. The order of fields
means nothing, and fields nobody asked for are kept at the levels where a customer may have put its cost objects.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel, to_snake
from pydantic_core import PydanticCustomError

from connector.domain.errors import Malformed
from connector.reading import fields, mistakes
from connector.reading.field_types import Code, Key, Private
from connector.systems.concur.documents.fields import Flag

if TYPE_CHECKING:
    from collections.abc import Mapping

#: asked for each level of each line; the names are those of the integration's options
_our_name = cache(to_snake)


class Part(BaseModel):
    """A part of a document, under SAP's names."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, alias_generator=to_camel)


class Level(Part):
    """A part whose custom fields and organisational units may carry cost objects."""

    model_config = ConfigDict(extra="allow")

    def coded(self, name: str) -> str:
        """The code in SAP's field ``name``, such as ``allocationCustom4Code``; empty when there is none."""
        ours = _our_name(name)
        known = getattr(self, ours, "") if ours in type(self).model_fields else ""
        try:
            return known if isinstance(known, str) and known else fields.code((self.model_extra or {}).get(name))
        except PydanticCustomError as error:
            raise Malformed(f"{name} of this Concur document {error.message()}.", field=name) from None


class Employee(Level):
    """Whose money it is about. Cost objects are never taken from here."""

    employee_id: Private = ""


class FinancialDocument(BaseModel):
    """What every document of the Financial Integration Service has in common, under our names."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    #: what a person calls it
    TITLE: ClassVar[str] = ""

    doc_id: Key
    source_key: Key
    #: the key in the ledger, where another document of Concur has the source key already
    filed_as: Code = ""
    revision: Code = ""
    company_id: Code = ""
    entity_id: Code = ""
    erp_system_id: Code = ""
    is_test: Flag = False

    @property
    def own_key(self) -> str:
        """What no other document of Concur is called."""
        return self.filed_as or self.source_key


T = TypeVar("T", bound=FinancialDocument)


def parse(kind: type[T], payload: Mapping[str, Any]) -> T:
    """Read a payload as ``kind``; raises Malformed with one sentence about the first field that is wrong."""
    return mistakes.parsed(kind, payload, title=f"Concur {kind.TITLE}", key="source_key", inside="document")
