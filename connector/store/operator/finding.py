"""Finding records by what their documents are called, in a bounded number of rows however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from connector.domain.identity import first_id
from connector.reading.search_terms import term

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

#: of what is found no more is looked at: exactly what was typed first, the newest first, then what begins so
LOOKED_AT = 10_000
#: sorts behind all that begins alike
_LAST = "\U0010ffff"
_LOWEST, _HIGHEST = UUID(int=0), UUID(int=2**128 - 1)


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What is looked for; an empty field does not choose."""

    #: a number, party or target id, or its beginning
    search: str = ""
    #: a party's code, id or name, or its beginning
    party: str = ""
    #: from and to, whatever the sign: a credit memo's is negative
    amount: tuple[Decimal, Decimal] | None = None
    #: the first and the last day that the document may be of
    days: tuple[dt.date, dt.date] | None = None
    #: when it was read
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    @property
    def named(self) -> bool:
        """Whether it is looked for by more than its time."""
        return bool(self.search or self.party or self.amount or self.days)


def low(moment: dt.datetime | None) -> UUID:
    """The first id of a moment: ids tell when they were made."""
    return _LOWEST if moment is None else first_id(moment)


def high(moment: dt.datetime | None) -> UUID:
    """The last id before a moment."""
    return _HIGHEST if moment is None else UUID(int=max(0, first_id(moment).int - 1))


_BY_TERM = """
    (SELECT t.record_id AS id, true AS exactly FROM search_terms t
      WHERE t.term = :term AND t.record_id BETWEEN :low AND :high
      ORDER BY t.record_id DESC LIMIT :looked_at)
    UNION ALL
    SELECT b.record_id, false FROM (
        SELECT t.record_id FROM search_terms t WHERE t.term > :term AND t.term < :beyond
         ORDER BY t.term, t.record_id DESC LIMIT :looked_at) b
     WHERE b.record_id BETWEEN :low AND :high
"""
_BY_AMOUNT = """
    SELECT b.record_id AS id, true AS exactly FROM (
        SELECT a.record_id FROM summaries a
         WHERE a.amount IS NOT NULL AND abs(a.amount) BETWEEN :least AND :largest
         ORDER BY abs(a.amount) DESC, a.record_id DESC LIMIT :looked_at) b
     WHERE b.record_id BETWEEN :low AND :high
"""
_BY_DAY = """
    SELECT b.record_id AS id, true AS exactly FROM (
        SELECT a.record_id FROM summaries a
         WHERE a.date IS NOT NULL AND a.date BETWEEN :first_day AND :last_day
         ORDER BY a.date DESC, a.record_id DESC LIMIT :looked_at) b
     WHERE b.record_id BETWEEN :low AND :high
"""
# As ``search_terms.term`` spells it, which Postgres cannot be told of what stands in a column.
_SPELLED = r"ltrim(regexp_replace(upper(normalize({0}, NFKC)), '\s', '', 'g'), '0')"
# Most codes are spelled so already, which costs little to see.
_OF_PARTY = f"""
    AND (starts_with(upper(s.party), :party)
         OR starts_with({_SPELLED.format("s.party")}, :party)
         OR starts_with({_SPELLED.format("s.party_name")}, :party))
"""
_OF_AMOUNT = " AND abs(s.amount) BETWEEN :least AND :largest"
_OF_DAYS = " AND s.date BETWEEN :first_day AND :last_day"


def candidates(sought: Sought, *, in_order: bool = False) -> str:
    """SQL for what may be meant: ids of records, and whether exactly this was typed; its parameters are ``given``.

    ``in_order``: as a list shows them, so that no more of them is looked into than it shows.
    """
    rows = _BY_TERM if sought.search or sought.party else _BY_AMOUNT if sought.amount else _BY_DAY
    order = "ORDER BY exactly DESC, c.id DESC" if in_order else ""
    return f"SELECT c.id, bool_or(c.exactly) AS exactly FROM ({rows}) c GROUP BY c.id {order}"  # noqa: S608  constant parts


def chosen(sought: Sought, *, among_all: bool = False) -> str:
    """SQL that chooses by a summary ``s``: what the candidates have not been chosen by, or all where there are none."""
    by_term = among_all or bool(sought.search or sought.party)
    amount = _OF_AMOUNT if sought.amount and by_term else ""
    days = _OF_DAYS if sought.days and (by_term or sought.amount) else ""
    return (_OF_PARTY if sought.party else "") + amount + days


def given(sought: Sought) -> dict[str, object]:
    """Parameters of all statements here."""
    typed = term(sought.search or sought.party)
    least, largest = sought.amount or (None, None)
    first_day, last_day = sought.days or (None, None)
    return {
        "term": typed,
        "beyond": typed + _LAST,
        "looked_at": LOOKED_AT + 1,
        "party": term(sought.party),
        "least": least,
        "largest": largest,
        "first_day": first_day,
        "last_day": last_day,
        "low": low(sought.since),
        "high": high(sought.until),
    }
