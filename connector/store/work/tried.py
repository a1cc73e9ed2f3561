"""What the attempts at a document say of it, as SQL that opens no more months of them than it is told.

Attempts lie in partitions by the month in which they left. A statement opens each that it may look into before it
begins, however few rows it is about; one that is told from when on it looks (``:since``) opens those alone.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector.domain.journey import STILL_IN_DOUBT

if TYPE_CHECKING:
    from collections.abc import Iterable

#: where a statement gives no time: all attempts there are, in all months
EVER = "'-infinity'"
#: what a statement is told, so that it opens no month before it (``earliest``)
SINCE = "CAST(:since AS timestamptz)"
#: a clock may have been set back by so much since a document was read, which costs a statement one month more
SET_BACK = dt.timedelta(days=31)
#: a document's last attempt; spelt so that each partition gives its last one from an index, however many attempts the
#: document had
_LAST = """(
    SELECT {columns} FROM attempts n
    WHERE (n.document_id, n.number) >= ({document}, 0) AND (n.document_id, n.number) <= ({document}, 2147483647)
      AND n.sent_at >= {since}
    ORDER BY n.document_id DESC, n.number DESC LIMIT 1)"""
_DOUBTFUL = """(
    SELECT l.* FROM {last} l
    WHERE l.answered_at IS NULL OR l.answer = 'unknown')"""


def last(document: str, since: str) -> str:
    """SQL for the number of a document's last attempt."""
    return _LAST.format(columns="n.number", document=document, since=since)


def unanswered(document: str, *, since: str = EVER) -> str:
    """SQL for an attempt ``a`` whose answer nobody knows: only a document's last one, because opening one closes it."""
    return f"""
    a.document_id = {document} AND a.sent_at >= {since} AND (a.answered_at IS NULL OR a.answer = 'unknown')
    AND a.number = {last(document, since)}
"""


def doubtful(document: str, *, since: str = EVER) -> str:
    """SQL for the same as a subquery of its own."""
    return _DOUBTFUL.format(last=_LAST.format(columns="n.*", document=document, since=since))


def earliest(known: Iterable[dt.datetime | None]) -> str:
    """When the first attempt of documents can have left that were first read then; None: nobody knows."""
    first_read = list(known)
    if not first_read or None in first_read:
        return "-infinity"
    return str(min(filter(None, first_read)) - SET_BACK)


#: what a dead letter adds where a write of its document has no answer
SAID_OF_DOUBT = f"""
    CASE WHEN EXISTS {doubtful("{document}")} THEN ' {STILL_IN_DOUBT}' ELSE '' END
"""
#: whether what was sent with an attempt may be there
MAY_HAVE_ARRIVED = "coalesce({attempt}.answer, 'unknown') IN ('unknown', 'accepted', 'adopted')"
#: whether a target surely has a document, and whether it may
IS_THERE = """(
    {document}.target_id IS NOT NULL OR EXISTS (
        SELECT FROM attempts a
        WHERE a.document_id = {document}.id AND a.sent_at >= {since} AND a.answer IN ('accepted', 'adopted')))"""
MAY_BE_THERE = f"""(
    {{document}}.target_id IS NOT NULL OR EXISTS (
        SELECT FROM attempts a
        WHERE a.document_id = {{document}}.id AND a.sent_at >= {{since}}
          AND {MAY_HAVE_ARRIVED.format(attempt="a")}))"""
