"""What every document that a supplier sends has in common, and how a payload becomes one.

A payload is what the message said, under our names. It says nothing of the message itself (payloadID, time), so that
the same document in another message is the same document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from connector.domain.errors import Malformed
from connector.reading import fields, mistakes
from connector.reading.field_types import AsWritten, Code, Key

if TYPE_CHECKING:
    from collections.abc import Mapping

#: more than any real document has at one level
MOST_ROWS = 10_000
#: why a message that is in the inbox cannot be read, in the place of everything else
UNREADABLE = "unreadable"

Flag = Annotated[bool, BeforeValidator(fields.or_default(fields.flag, default=False))]


class Part(BaseModel):
    """A part of a document."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Party(Part):
    """Who somebody is, in one domain of names."""

    domain: Code
    identity: AsWritten

    def __str__(self) -> str:
        return f"{self.domain}:{self.identity}"


def _somebody(parties: tuple[Party, ...]) -> tuple[Party, ...]:
    if not parties:
        raise ValueError("names nobody")
    return parties


Parties = Annotated[tuple[Party, ...], Field(max_length=100)]


class CxmlDocument(Part):
    """A document a supplier sent."""

    #: what a person calls it
    TITLE: ClassVar[str] = ""

    source_key: Key
    #: everything its sender is called
    supplier: Annotated[Parties, AfterValidator(_somebody)]
    #: everything we are called in it
    buyer: Parties = ()

    def identity_in(self, domain: str) -> str:
        """What its sender is called in a domain; empty where it has no name there."""
        known = (party for party in self.supplier if party.domain.casefold() == domain.casefold())
        return next((party.identity for party in known), "")


T = TypeVar("T", bound=CxmlDocument)


def parse(kind: type[T], payload: Mapping[str, Any]) -> T:
    """Read a payload as ``kind``; raises Malformed with one sentence about the first field that is wrong."""
    why = payload.get(UNREADABLE) if hasattr(payload, "get") else None
    if isinstance(why, str) and why:
        raise Malformed(f"A message in the inbox cannot be read as cXML {kind.TITLE}: it {fields.prose(why)[:300]}.")
    return mistakes.parsed(kind, payload, title=f"cXML {kind.TITLE}", key="source_key")
