"""Finding a posting again among those an instance shows, whichever interface shows them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

from connector.domain.exchange import Found
from connector.domain.identity import CORRELATION
from connector.systems.qad import values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from connector.domain.exchange import Outgoing
    from connector.systems.qad.entities.writer import Writer

Row = Mapping[str, Any]
#: what no supplier invoice is without, and is told from others by; a journal entry is by its key alone
_EVERY = ("supplier_code", "entity", "invoice_type")


class Search(Protocol):
    """Searches one kind of posting in one place."""

    def fitting(self, field: str, value: str, fits: Callable[[Row], bool]) -> Iterator[Row]:
        """Yield the postings whose ``field`` is ``value`` and that fit, under our names, each when it is asked for."""
        ...


def found(
    document: Outgoing, writer: Writer, *, own: Search, every: Iterable[Search], by_correlation: bool
) -> Found | None:
    """Ask by natural key in the document's own entity, then by our correlation id in every entity we post into.

    The second finds what was sent before a crosswalk row was corrected: it then has another key. And of several
    postings with one key it finds ours.
    """
    field, value = writer.asked_by(document)
    row = next(own.fitting(field, value, lambda row: writer.same_key(document, row)), None)
    ours = document.correlation_id
    if by_correlation and (row is None or not _carries(row, ours)):
        carrying = (search.fitting("correlation", ours, lambda row: _carries(row, ours)) for search in every)
        row = next(chain.from_iterable(carrying), row)
    if row is None:
        return None
    return Found(
        target_id=number(row) or document.key,
        difference=writer.difference(document, row),
        unseen=writer.unseen(document.body),
        correlation=values.text_of(row, "correlation"),
        facts=facts(row, document, writer),
    )


def copies(document: Outgoing, writer: Writer, *, own: Search) -> int:
    """How many postings have its natural key: QAD takes a second one with a mere warning."""
    field, value = writer.asked_by(document)
    found = own.fitting(field, value, lambda row: writer.same_key(document, row))
    return len({number(row) or f"without a number, {place}" for place, row in enumerate(found)})


def untold(row: Row, search: Mapping[str, str]) -> list[str]:
    """QAD's names of what a posting that it shows says nothing of, so that nobody can tell whether it is the one."""
    return [search[one] for one in _EVERY if _EVERY[0] in search and not values.text_of(row, one)]


def of_this_try(found: Found | None, document: Outgoing) -> Found | None:
    """What was just sent, if it is there: not what another document posted under its key."""
    if found is None or found.correlation == document.correlation_id:
        return found
    return None if found.correlation.startswith(CORRELATION) else found


def posted_all_the_same(words: str) -> str:
    """Why a person should look at what is there although QAD answered like this."""
    return f"it is posted although QAD answered with an error, maybe in part only: {words}"


def number(row: Row) -> str:
    """Return the number QAD shows a posting under: year/daybook/voucher; empty while it has none."""
    if not voucher(row):
        return ""
    return "/".join(filter(None, (values.text_of(row, part) for part in ("fiscal_year", "daybook", "voucher"))))


def voucher(row: Row) -> str:
    """Return the voucher of a posting; empty without one. Zero is none yet: it asks QAD to give one."""
    said = values.text_of(row, "voucher")
    return said if said.strip("0") else ""


def facts(row: Row, document: Outgoing, writer: Writer) -> Mapping[str, str]:
    """What the source is told; where QAD says nothing, what we asked for. And what tells an invoice from another."""
    body = document.body
    posted_on = values.day(row.get("posting_date")) or values.day(body.get("posting_date"))
    numbered = "/".join(filter(None, (values.text_of(row, "daybook"), voucher(row))))
    return {
        **writer.facts(body),
        "company": values.text_of(row, "entity") or str(body["entity"]),
        "document_number": numbered if voucher(row) else document.key,
        "fiscal_year": values.text_of(row, "fiscal_year") or (str(posted_on.year) if posted_on else ""),
        "posting_date": posted_on.isoformat() if posted_on else "",
    }


def _carries(row: Row, correlation: str) -> bool:
    return values.text_of(row, "correlation") == correlation
