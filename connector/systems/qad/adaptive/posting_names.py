"""The names of what is posted into QAD, from ``entities.yaml`` with a connection's overrides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: what a posting cannot do without: who it belongs to and how much it is, here and in the search
_NEEDED = {
    "supplier_invoices": (
        ("fields", ("entity", "supplier_code", "reference", "invoice_type", "posting_date", "currency", "total")),
        ("search.fields", ("entity", "supplier_code", "reference", "invoice_type", "currency", "credit_total")),
    ),
    "journal_entries": (
        ("fields", ("entity", "daybook", "posting_date", "currency", "key")),
        ("search.fields", ("entity", "currency", "debit_total", "key")),
    ),
}
POSTED = tuple(_NEEDED)


@dataclass(frozen=True, kw_only=True)
class Lines:
    """A collection inside a posting."""

    collection: str
    fields: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Posting:
    """How one kind of posting is written, read back and searched. Fields map our names to QAD's."""

    name: str
    resource: str
    view: str
    fields: Mapping[str, str]
    #: by our name for the collection
    lines: Mapping[str, Lines]
    answer: Mapping[str, str]
    browse: str
    search: Mapping[str, str]

    def check(self) -> None:
        """Raise ConfigurationError about the first name that was left out and cannot be."""
        places = {"fields": self.fields, "search.fields": self.search}
        for place, needed in _NEEDED[self.name]:
            for ours in needed:
                if ours not in places[place]:
                    raise ConfigurationError(
                        f"entities.{self.name}.{place}.{ours} cannot be left out; write the name this instance uses."
                    )
        if "correlation" in self.search and "correlation" not in self.fields:
            raise ConfigurationError(
                f"entities.{self.name}.fields.correlation is left out, so entities.{self.name}.search.fields."
                "correlation finds nothing; leave that out too."
            )
