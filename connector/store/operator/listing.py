"""Lists of records: what is chosen is read by an index, however many records there are."""

from __future__ import annotations

from contextlib import nullcontext
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from connector.domain.record import UNDER_WAY, State
from connector.store.operator import finding
from connector.store.operator.records import SELECT, Place, Record

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from connector.store.operator.records import Filter
    from connector.store.operator.transaction import OperatorTransaction

#: what is cut is counted as far as this
COUNTED = 10_000
_LAST = UUID(int=2**128 - 1)


class Group(StrEnum):
    """Records of several kinds that people ask for together."""

    MOVING = "moving"  # under way, and neither at a gate nor without a code
    DEAD = "dead letters"  # those with an open one
    NEEDS = "needs you"  # those, and what is without a code


_OF_FLOW = """(CAST(:flow AS text) IS NULL OR i.name || '/' || f.name = :flow)
       AND (CAST(:integration AS text) IS NULL OR i.name = :integration)
       AND (CAST(:connection AS text) IS NULL OR EXISTS (SELECT FROM connections e
             WHERE e.name = :connection AND e.id IN (i.source_connection_id, i.target_connection_id)))"""
# Of each flow and state the newest: no more is looked at, however many records there are. The bounds are spelt so that
# only one index gives this order: by the key alone a flow that has little in a state would be looked for to the end.
_NEWEST = """
    SELECT n.id, true AS exactly FROM flows f JOIN integrations i ON i.id = f.integration_id
      CROSS JOIN unnest(CAST(:states AS text[])) AS s (state)
      CROSS JOIN LATERAL (
           SELECT r.id FROM {table} r
            WHERE ({columns}, r.id) >= ({values}, CAST(:low AS uuid))
              AND ({columns}, r.id) <= ({values}, CAST(:high AS uuid)) {further}
            ORDER BY {order}, r.id DESC LIMIT :most) n
     WHERE {of_flow}
"""
_BEGUN = " AND r.begun_at < :begun_before"
_ENDED = " AND r.finished_at >= :ended_since"
_OF_KEY = f"""
    SELECT n.id, true AS exactly FROM flows f JOIN integrations i ON i.id = f.integration_id
      JOIN documents d ON d.flow_id = f.id AND d.source_key = ANY(CAST(:keys AS text[]))
      CROSS JOIN LATERAL (
           SELECT r.id FROM all_records r
            WHERE r.document_id = d.id AND r.state = ANY(CAST(:states AS text[])) AND r.id BETWEEN :low AND :high
              AND (CAST(:hold AS text) IS NULL OR r.hold = :hold)
            ORDER BY r.version DESC LIMIT :most) n
     WHERE {_OF_FLOW}
"""  # noqa: S608  constant parts only
# Open letters have an index by their records; there are few, however much was done.
_DEAD = f"""
    SELECT n.record_id AS id, true AS exactly FROM (
           SELECT l.record_id, l.flow_id, l.code FROM dead_letters l
            WHERE l.resolved_at IS NULL AND l.record_id BETWEEN :low AND :high ORDER BY l.record_id DESC) n
      JOIN flows f ON f.id = n.flow_id JOIN integrations i ON i.id = f.integration_id
     WHERE {_OF_FLOW} AND (CAST(:code AS text) IS NULL OR n.code = :code)
"""  # noqa: S608  constant parts only
_CHOOSING = f"""
      JOIN all_records n ON n.id = {{candidate}} AND n.state = ANY(CAST(:states AS text[]))
       AND n.id BETWEEN :low AND :high
       AND (CAST(:hold AS text) IS NULL OR n.hold = :hold)
       AND (cardinality(CAST(:keys AS text[])) = 0 OR n.source_key = ANY(CAST(:keys AS text[]))) {{further}}
      JOIN flows f ON f.id = n.flow_id JOIN integrations i ON i.id = f.integration_id
      LEFT JOIN summaries s ON s.record_id = n.id
     WHERE {_OF_FLOW}
"""
# The index holds no more than those with a warning, so all of them are looked at.
_WARNED = "(SELECT DISTINCT a.record_id AS id, true AS exactly FROM attempts a WHERE a.warning <> '')"
_WAITING = """(SELECT r.id, true AS exactly FROM records r
      WHERE r.waits_for IS NOT NULL AND r.waits_for @> ARRAY[CAST(:subject AS text)] LIMIT :looked_at)"""
_FURTHER = {
    "warned": " AND EXISTS (SELECT FROM attempts a WHERE a.record_id = n.id AND a.warning <> '')",
    "subject": " AND n.waits_for @> ARRAY[CAST(:subject AS text)]",
    "code": " AND EXISTS (SELECT FROM dead_letters l WHERE l.record_id = n.id AND l.resolved_at IS NULL"
    " AND (CAST(:code AS text) IS NULL OR l.code = :code))",
    "begun_before": _BEGUN.replace("r.", "n."),
    "ended_since": _ENDED.replace("r.", "n."),
    Group.MOVING: " AND (n.hold IS NULL OR n.hold NOT IN ('gate', 'park'))",
    Group.DEAD: " AND EXISTS (SELECT FROM dead_letters l WHERE l.record_id = n.id AND l.resolved_at IS NULL)",
    Group.NEEDS: " AND (n.hold = 'park' OR EXISTS (SELECT FROM dead_letters l WHERE l.record_id = n.id"
    " AND l.resolved_at IS NULL))",
}


def _in_state(further: str) -> str:
    return _NEWEST.format(
        table="all_records",
        columns="r.flow_id, r.state",
        values="f.id, s.state",
        order="r.flow_id DESC, r.state DESC",
        further=further,
        of_flow=_OF_FLOW,
    )


def _held(hold: str, further: str) -> str:
    return _NEWEST.format(
        table="records",
        columns="r.hold, r.flow_id, r.state",
        values=f"CAST({hold} AS text), f.id, s.state",
        order="r.hold DESC, r.flow_id DESC, r.state DESC",
        further=f"AND r.hold IS NOT NULL {further}",
        of_flow=_OF_FLOW,
    )


def _chosen(wanted: Filter, *, in_order: bool = False) -> str:
    """SQL for the ids, and whether exactly that was looked for."""
    if wanted.sought.named or wanted.warned or wanted.subject:
        return _among(wanted, in_order=in_order)
    times = (_BEGUN if wanted.begun_before else "") + (_ENDED if wanted.ended_since else "")
    if wanted.key is not None:
        return _OF_KEY
    if wanted.code is not None or wanted.group == Group.DEAD:
        return _DEAD
    if wanted.group == Group.NEEDS:
        parked = _held("'park'", times)
        return f"{_DEAD} UNION ALL {parked}"
    if wanted.group == Group.MOVING:
        return _in_state(f"AND (r.hold IS NULL OR r.hold NOT IN ('gate', 'park')) {times}")
    return _in_state(times) if wanted.hold is None else _held(":hold", times)


def _among(wanted: Filter, *, in_order: bool) -> str:
    """The same where few are looked at: what is called so, waits for one thing, or was taken with a warning."""
    asked = ("warned", "subject", "code", "begun_before", "ended_since")
    further = "".join(_FURTHER[name] for name in asked if getattr(wanted, name))
    further += _FURTHER[wanted.group] if wanted.group else ""
    few = _WAITING if wanted.subject else _WARNED
    if wanted.sought.named:
        few = f"({finding.candidates(wanted.sought, in_order=in_order)})"
    choosing = _CHOOSING.format(candidate="c.id", further=further)
    chosen = finding.chosen(wanted.sought) if wanted.sought.named else ""
    return f"SELECT n.id, c.exactly FROM {few} c {choosing} {chosen}"  # noqa: S608  constant parts only


def _states(wanted: Filter) -> list[str]:
    if wanted.state is not None:
        return [wanted.state]
    if wanted.group == Group.MOVING:
        return [state.value for state in UNDER_WAY]
    return [state.value for state in State if state is not State.SUPERSEDED or not wanted.current]


def _given(wanted: Filter, most: int) -> dict[str, object]:
    given = {
        "flow": wanted.flow,
        "integration": wanted.integration,
        "connection": wanted.connection,
        "states": _states(wanted),
        "hold": wanted.hold,
        "code": wanted.code,
        "subject": wanted.subject,
        "begun_before": wanted.begun_before,
        "ended_since": wanted.ended_since,
        "keys": [] if wanted.key is None else sorted({wanted.key, *wanted.spelled}),
        "most": most,
        **finding.given(wanted.sought),
    }
    if wanted.after is not None and not wanted.sought.named:  # in the order of ids, by the index
        given["high"] = min(finding.high(wanted.sought.until), UUID(int=max(0, wanted.after.record.int - 1)))
    return given


def _by_index(tx: OperatorTransaction, wanted: Filter) -> AbstractContextManager[None]:
    """Where what is looked for has no bound of its own, Postgres would rather read all of it, and sort that."""
    return tx.unsorted() if wanted.sought.named else nullcontext()


def list_(tx: OperatorTransaction, wanted: Filter) -> list[Record]:
    """The newest first; where something is looked for, what is exactly that before what begins so."""
    return page(tx, wanted)[0]


def page(tx: OperatorTransaction, wanted: Filter) -> tuple[list[Record], Place | None]:
    """The same, and the place behind which the list goes on; None where it does not."""
    behind = wanted.after or Place(exactly=True, record=_LAST)
    with _by_index(tx, wanted):
        rows = tx.mappings(
            f"SELECT c.id, c.exactly FROM ({_chosen(wanted, in_order=True)}) c "  # noqa: S608  constant parts only
            "WHERE (c.exactly, c.id) < (:behind_exactly, CAST(:behind AS uuid)) "
            "ORDER BY c.exactly DESC, c.id DESC LIMIT :most",
            **_given(wanted, wanted.most + 1),
            behind_exactly=behind.exactly,
            behind=behind.record,
        )
    ids = [row["id"] for row in rows[: wanted.most]]
    found = {row["id"]: Record(**row) for row in tx.mappings(f"{SELECT} WHERE r.id = ANY(:ids)", ids=ids)}
    more = len(rows) > len(ids) and bool(ids)
    place = Place(exactly=rows[len(ids) - 1]["exactly"], record=ids[-1]) if more else None
    return [found[one] for one in ids if one in found], place  # retention may remove one meanwhile


def count(tx: OperatorTransaction, wanted: Filter, *, most: int | None = None) -> int:
    """How many there are, wherever the page begins; one more than ``most`` (``COUNTED``) where there are more."""
    most = COUNTED if most is None else most
    with _by_index(tx, wanted):
        row = tx.mapping(
            f"SELECT count(*) AS records FROM (SELECT FROM ({_chosen(wanted)}) c LIMIT :most) n",  # noqa: S608  constant parts only
            **_given(wanted, most + 1),
        )
    return int(row["records"]) if row else 0


def cut(tx: OperatorTransaction, wanted: Filter) -> bool:
    """Whether more may be meant than is looked at, so that some of it may not be found."""
    if not wanted.sought.named:
        return False
    given = finding.given(wanted.sought)
    with tx.unsorted():
        row = tx.mapping(
            f"SELECT count(*) AS there FROM ({finding.candidates(wanted.sought)}) c",  # noqa: S608  constant parts only
            **given,
        )
    return row is not None and row["there"] > finding.LOOKED_AT
