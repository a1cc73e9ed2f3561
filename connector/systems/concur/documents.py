"""Documents of Concur's Financial Integration Service, and the only door a payload comes in by: ``parse``.

A payload is SAP's document, unchanged, under ``document``, below a header of ours: which document it is, for which
company, of which revision. Field names are SAP's (documented); ours are the same in snake case. The order of fields
means nothing, and fields nobody asked for are kept at the levels where a customer may have put its cost objects.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel, to_snake
from pydantic_core import PydanticCustomError

from connector import fields
from connector.domain.errors import Malformed
from connector.systems.concur import spelling

#: more rows than any real document has at one level; a payload with more is broken
MOST_ROWS = 10_000

Key = Annotated[str, BeforeValidator(fields.key)]
Code = Annotated[str, BeforeValidator(fields.code)]
Private = Annotated[str, BeforeValidator(fields.private)]
Prose = Annotated[str, BeforeValidator(fields.prose)]
AsWritten = Annotated[str, BeforeValidator(fields.as_written)]
Flag = Annotated[bool, BeforeValidator(fields.or_default(spelling.flag, default=False))]
Amount = Annotated[Decimal, BeforeValidator(spelling.amount)]
AmountOrNothing = Annotated[Decimal, BeforeValidator(fields.or_default(spelling.amount, default=Decimal(0)))]
AmountOrNone = Annotated[Decimal | None, BeforeValidator(fields.or_default(spelling.amount, default=None))]
Day = Annotated[dt.date | None, BeforeValidator(spelling.day)]
Currency = Annotated[str, BeforeValidator(fields.currency)]

R = TypeVar("R")
Rows = Annotated[tuple[R, ...], BeforeValidator(spelling.many), Field(max_length=MOST_ROWS)]

NOTHING = Decimal(0)

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


class Transaction(BaseModel):
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


T = TypeVar("T", bound=Transaction)


def parse(kind: type[T], payload: Mapping[str, Any]) -> T:
    """Read a payload as ``kind``; raises Malformed with one sentence about the first field that is wrong.

    The sentence shows what was seen only for codes, amounts, dates and flags, never for names or free text.
    """
    if not isinstance(payload, Mapping):
        raise Malformed(f"A Concur {kind.TITLE} should be a set of named fields, but {fields.seen(payload)} came.")
    try:
        return kind.model_validate(dict(payload))
    except ValidationError as error:
        raise Malformed(_sentence(kind, payload, error), document=kind.TITLE, fields=error.error_count()) from None


def _sentence(kind: type[Transaction], payload: Mapping[str, Any], error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    others = error.error_count() - 1
    more = f" (and {others} more {'fields are' if others > 1 else 'field is'} wrong)" if others else ""
    key = payload.get("source_key")
    named = f" {fields.seen(key)}" if first["loc"] != ("source_key",) and isinstance(key, (str, int)) else ""
    where = fields.place([step for step in first["loc"] if step != "document"])
    return f"Concur {kind.TITLE}{named} cannot be understood: {where} {fields.complaint(first)}{more}."
