"""Looking for a posting in the way the site has for it, in one domain and entity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError, SourceLies
from connector.reading.invoice_numbers import normalised
from connector.systems.qad import values as qad_values
from connector.systems.qad.adaptive.listing import read_fields
from connector.systems.qad.entities import finding
from connector.systems.qad_ee import pushes, rows
from connector.xml.reading import NotReadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml import etree

    from connector.systems.qad.entities.finding import Row
    from connector.systems.qad.formats import Formats
    from connector.systems.qad_ee.asking import Asked
    from connector.systems.qad_ee.inbox import Pushed
    from connector.systems.qad_ee.posting_names import Posting
    from connector.systems.qad_ee.reading_names import Object

#: what never is the value of any field: a search for it shows whether it can be asked at all
NOBODY = "-ml-connector-"


#: what a posting is told from others by: an answer in which no record has it proves nothing
_TELLING = ("entity", "supplier_code", "reference", "invoice_type", "key")


def _read(record: etree._Element, posting: Posting, written: Formats) -> Row:
    """Read a posting under our names, its type by our word for it."""
    found = read_fields(posting.search, rows.fields(record, posting.search), written)
    ours = {theirs.casefold(): own for own, theirs in posting.types.items()}
    kind = qad_values.text_of(found, "invoice_type")
    return {**found, "invoice_type": ours.get(kind.casefold(), kind)} if kind else found


class AskedSearch:
    """Asks a query QDoc or an operation of the WSA."""

    def __init__(self, *, asked: Asked, posting: Posting, domain: str, entity: str, written: Formats) -> None:
        self._asked, self._posting, self._written = asked, posting, written
        self._known = {"domain": domain, "entity": entity}

    def fitting(self, field: str, value: str, fits: Callable[[Row], bool]) -> Iterator[Row]:
        """Yield the postings whose field is this and that fit; raises what says that it could not be asked."""
        yield from filter(fits, self._rows(field, value))

    def prove(self) -> None:
        """Ask for what nobody posted."""
        for field in ("reference", "key", "correlation", "supplier_code"):
            if field in self._posting.search:
                self._rows(field, NOBODY)

    def _rows(self, field: str, value: str) -> list[Row]:
        if not self._asked.asks_by(field):
            raise ConfigurationError(
                f"{self._asked.where} is not asked by {field}, so nobody can tell what is posted already, and nothing "
                "is "
                f"posted; give one of its parameters the value '{{{field}}}' under "
                f"entities.{self._posting.name}.search."
            )
        try:
            found = self._asked.records(self._posting.record, {**self._known, field: value})
            read = [_read(record, self._posting, self._written) for record in found]
        except NotReadable as why:
            raise SourceLies(f"{self._asked.where} gave a posting that {why}; nothing was posted.") from None
        blind = [one for one in read if qad_values.blank(one)]
        if blind:
            raise SourceLies(
                f"{self._asked.where} gave a posting with none of the elements of "
                f"entities.{self._posting.name}.search, so "
                "nobody can tell what is posted already, and nothing is posted; correct these names."
            )
        told = [one for one in (*_TELLING, field) if one in self._posting.search]
        absent = rows.in_none(found, [self._posting.search[one] for one in told]) if found else []
        absent += [theirs for one in read for theirs in finding.untold(one, self._posting.search)]
        if absent:
            raise ConfigurationError(
                f"{self._asked.where} gave a posting without {', '.join(dict.fromkeys(absent))}, so nobody can tell "
                f"what is posted already, and nothing is posted; correct entities.{self._posting.name}.search.fields, "
                "or have it give them."
            )
        other = next((one for one in read if not _is_about(qad_values.text_of(one, field), value)), None)
        if other is not None and self._asked.most_rows is None:
            raise SourceLies(
                f"{self._asked.where} was asked for {self._posting.search[field]} {value} and gave a posting with "
                f"{qad_values.text_of(other, field) or 'none'}, so nobody can tell what it leaves out, and nothing is "
                "posted; have it heed that, or say what it gives at most (most_rows)."
            )
        return read


def _is_about(there: str, asked: str) -> bool:
    """Whether a posting may be given to who asks for this: it has it, or has it within what it has."""
    return normalised(asked) in normalised(there)


class PushedSearch:
    """Looks through what QXO pushed about postings. It comes late, so silence is asked again over the waits."""

    def __init__(
        self, *, pushed: Pushed, posting: Posting, one: Object, own: bool, entity: str, written: Formats
    ) -> None:
        self._pushed, self._posting, self._one, self._written = pushed, posting, one, written
        self._topic = one.topic if own else pushes.elsewhere(one.topic, entity)

    def fitting(self, field: str, value: str, fits: Callable[[Row], bool]) -> Iterator[Row]:
        """Yield the pushed postings that fit: all of them are looked at, whatever is asked for."""
        del field, value
        yield from filter(fits, self._rows())

    def prove(self) -> None:
        """There is nothing that could be asked."""

    def _rows(self) -> Iterator[Row]:
        for page in self._pushed.everything(self._topic):
            for received in page:
                try:
                    yield _read(self._pushed.record(received, self._one), self._posting, self._written)
                except NotReadable as why:
                    raise SourceLies(
                        f"{self._pushed.where} has the message {received.id}, which {why}, so nobody can tell what is "
                        "posted already, and nothing is posted; read it, and discard it or have it sent again."
                    ) from None


class Nowhere:
    """A posting that this site cannot be asked about."""

    def __init__(self, where: str, posting: str) -> None:
        self._where, self._posting = where, posting

    def fitting(self, field: str, value: str, fits: Callable[[Row], bool]) -> Iterator[Row]:
        """It cannot be asked; raises ConfigurationError."""
        del field, value, fits
        raise ConfigurationError(
            f"{self._where} has no way to ask what is posted (posted.{self._posting}: none), so a person looks in QAD."
        )
