"""Which message about a document counts, and which one a person has to decide about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from connector.domain import last_word
from connector.domain.last_word import Word
from connector.store.connection.naming import name_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from typing import Any

    from connector.ports import Message
    from connector.store.postgres.transaction import Transaction

#: as ``domain.last_word`` says it: none counts from a moment after it came (least() passes over what is null)
COUNTS_FROM: Final = "least({0}.stands_at, {0}.received_at)"
READABLE: Final = "{0}.problem = '' AND {0}.discarded_at IS NULL"
_LATEST = f"({COUNTS_FROM}, {{0}}.number)"
_ALIKE = (
    "l.connection_id = m.connection_id AND l.tenant = m.tenant AND l.entity = m.entity "
    f"AND l.message_key = m.message_key AND {READABLE.format('l')}"
)
#: l is about the same document as m, and later
AFTER: Final = f"{_ALIKE} AND {_LATEST.format('l')} > {_LATEST.format('m')}"
#: a message that another one about the same document has overtaken says nothing any more
OVERTAKEN: Final = f"(m.message_key <> '' AND EXISTS (SELECT FROM received_messages l WHERE {AFTER}))"
LATER_FIRST: Final = f"{COUNTS_FROM} DESC, {{0}}.number DESC"

_WORD = "{0}.number, {0}.received_at, {0}.stands_at, {0}.digest"
_CAME = sa.text(f"SELECT {_WORD.format('m')} FROM received_messages m WHERE number = :number")  # noqa: S608  constant parts
_STANDS = sa.text(f"""
SELECT {_WORD.format("l")} FROM received_messages m JOIN received_messages l ON {_ALIKE}
WHERE m.number = :number AND m.message_key <> '' AND l.number <> m.number
ORDER BY {LATER_FIRST.format("l")} LIMIT 1
""")  # noqa: S608  constant parts only
_REFERRED = sa.text("""
SELECT number, message_key, stands_at FROM received_messages
WHERE connection_id = :connection AND tenant = :tenant AND entity = :entity AND message_id = :id AND message_key <> ''
""")
_KNOWN = sa.text("""
SELECT min(number) FROM received_messages
WHERE connection_id = :connection AND tenant = :tenant AND entity = :entity AND message_key = :key
  AND message_id <> :id AND discarded_at IS NULL
""")
# Not what came after it and is about the same document: that is its last word already.
_TAKES_IT_BACK = sa.text("""
SELECT min(l.number) FROM received_messages l
WHERE l.connection_id = :connection AND l.tenant = :tenant AND l.entity = :entity AND l.refers_to = :id
  AND l.discarded_at IS NULL
  AND NOT (l.message_key = :key AND EXISTS (
      SELECT FROM received_messages m WHERE m.connection_id = :connection AND m.tenant = :tenant
         AND m.message_id = :id AND m.number < l.number))
""")
_DOUBTED = sa.text("UPDATE received_messages SET problem = :problem WHERE number = :number")
_GIVEN_WAY = sa.text(f"""
UPDATE received_messages l SET discarded_at = now() FROM received_messages m
WHERE m.number = :number AND m.message_key <> '' AND {AFTER}
RETURNING l.number
""")  # noqa: S608  constant parts only


@dataclass(frozen=True, kw_only=True)
class Tied:
    """Which document a message is about, once what it refers to was looked up."""

    key: str
    #: not before what it refers to
    stands_at: dt.datetime | None
    #: why a person has to say which document is meant
    problem: str = ""


def tied(tx: Transaction, whose: Mapping[str, Any], message: Message) -> Tied:
    """Tie a message to the document of the one it refers to, where that is here; else it is about its own.

    What a message that is here already changes or takes back waits for a person, whatever either one's clock says.
    """
    message = replace(message, stands_at=last_word.in_utc(message.stands_at))
    found = _tied(tx, whose, message)
    if found.problem or message.problem:
        return found
    about = {**whose, "entity": message.entity, "id": name_of(message.id), "key": name_of(found.key)}
    earlier = tx.value(_TAKES_IT_BACK, **about)
    if earlier is None:
        return found
    problem = (
        f"Message {earlier} was here before this one, and changes it or takes it back: look at both, then "
        "`ml-connector message discard` this one; if it counts all the same, `ml-connector message restore` it."
    )
    return replace(found, problem=problem)


def _tied(tx: Transaction, whose: Mapping[str, Any], message: Message) -> Tied:
    own = Tied(key=message.key, stands_at=message.stands_at)
    if not message.refers_to:
        return own
    about = {**whose, "entity": message.entity}
    found = tx.row(_REFERRED, **about, id=name_of(message.refers_to))
    if found is None:
        return own
    # Whoever refers to a message has seen it, whatever its clock says.
    moments = [one for one in (message.stands_at, found.stands_at) if one is not None]
    key, stands_at = found.message_key, max(moments) if message.stands_at else None
    if key == name_of(message.key):
        return Tied(key=key, stands_at=stands_at)
    other = tx.value(_KNOWN, **about, key=name_of(message.key), id=name_of(message.id))
    if other is None:
        return Tied(key=key, stands_at=stands_at)
    problem = (
        f"It refers to message {found.number}, but has the number of message {other}: ask its sender which one is "
        "meant, then `ml-connector message restore` it if it is the one it refers to, else discard it."
    )
    return Tied(key=key, stands_at=stands_at, problem=problem)


def doubted(tx: Transaction, number: int, *, snapshot: bool) -> str:
    """Quarantine a message when nobody can tell whether it is the last word; returns the sentence, or nothing."""
    came, stands = tx.row(_CAME, number=number), tx.row(_STANDS, number=number)
    if came is None or stands is None:
        return ""
    why = last_word.doubt(_word(came), _word(stands), snapshot=snapshot)
    if not why:
        return ""
    problem = (
        f"Message {stands.number} is about the same document and says something else, {why}. If this one counts, "
        f"`ml-connector message restore {number}`; if message {stands.number} does, "
        f"`ml-connector message discard {number} --why TEXT`."
    )
    tx.run(_DOUBTED, number=number, problem=problem)
    return problem


def gives_way(tx: Transaction, number: int) -> list[int]:
    """Discard what would count more than a message that a person wants to count; returns the numbers."""
    return sorted(row.number for row in tx.rows(_GIVEN_WAY, number=number))


def _word(row: Any) -> Word:  # noqa: ANN401 - a row
    return Word(number=row.number, received_at=row.received_at, stands_at=row.stands_at, digest=bytes(row.digest))
