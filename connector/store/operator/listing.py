"""Lists of records: what is chosen is read by an index, however many records there are."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING
from uuid import UUID

from connector.domain.record import State
from connector.store.operator import finding
from connector.store.operator.records import SELECT, Place, Record

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from connector.store.operator.records import Filter
    from connector.store.operator.transaction import OperatorTransaction

#: what is cut is counted as far as this
COUNTED = 10_000

# Of each flow and state the newest: no more is looked at, however many records there are. The bounds are spelt so that
# only one index gives this order: by the key alone a flow that has little in a state would be looked for to the end.
_NEWEST = """
    SELECT n.id, true AS exactly FROM flows f JOIN integrations i ON i.id = f.integration_id
      CROSS JOIN unnest(CAST(:states AS text[])) AS s (state)
      CROSS JOIN LATERAL (
           SELECT r.id FROM records r
            WHERE ({columns}, r.id) >= ({values}, CAST(:low AS uuid))
              AND ({columns}, r.id) <= ({values}, CAST(:high AS uuid)) {further}
            ORDER BY {order}, r.id DESC LIMIT :most) n
     WHERE CAST(:flow AS text) IS NULL OR i.name || '/' || f.name = :flow
"""
_IN_STATE = _NEWEST.format(
    columns="r.flow_id, r.state", values="f.id, s.state", order="r.flow_id DESC, r.state DESC", further=""
)
_HELD = _NEWEST.format(
    columns="r.hold, r.flow_id, r.state",
    values="CAST(:hold AS text), f.id, s.state",
    order="r.hold DESC, r.flow_id DESC, r.state DESC",
    further="AND r.hold IS NOT NULL",
)
_OF_KEY = """
    SELECT n.id, true AS exactly FROM flows f JOIN integrations i ON i.id = f.integration_id
      JOIN documents d ON d.flow_id = f.id AND d.source_key = ANY(CAST(:keys AS text[]))
      CROSS JOIN LATERAL (
           SELECT r.id FROM records r
            WHERE r.document_id = d.id AND r.state = ANY(CAST(:states AS text[])) AND r.id BETWEEN :low AND :high
              AND (CAST(:hold AS text) IS NULL OR r.hold = :hold)
            ORDER BY r.version DESC LIMIT :most) n
     WHERE CAST(:flow AS text) IS NULL OR i.name || '/' || f.name = :flow
"""
_CHOOSING = """
      JOIN records n ON n.id = {candidate} AND n.state = ANY(CAST(:states AS text[])) AND n.id BETWEEN :low AND :high
       AND (CAST(:hold AS text) IS NULL OR n.hold = :hold)
       AND (cardinality(CAST(:keys AS text[])) = 0 OR n.source_key = ANY(CAST(:keys AS text[])))
      JOIN flows f ON f.id = n.flow_id JOIN integrations i ON i.id = f.integration_id
      LEFT JOIN summaries s ON s.record_id = n.id
     WHERE (CAST(:flow AS text) IS NULL OR i.name || '/' || f.name = :flow)
"""
# The index holds no more than those with a warning, so all of them are looked at.
_WARNED = f"""
    SELECT n.id, true AS exactly FROM (SELECT DISTINCT a.record_id FROM attempts a WHERE a.warning <> '') w
    {_CHOOSING.format(candidate="w.record_id")}
"""  # noqa: S608  constant parts only
_ALSO_WARNED = "AND EXISTS (SELECT FROM attempts a WHERE a.record_id = n.id AND a.warning <> '')"


_LISTED = SELECT.replace("SELECT r.id,", "SELECT c.exactly, r.id,", 1)


def _chosen(wanted: Filter) -> str:
    """SQL for the ids, and whether exactly that was looked for."""
    if wanted.sought.named:
        warned = _ALSO_WARNED if wanted.warned else ""
        found = finding.candidates(wanted.sought)
        choosing = _CHOOSING.format(candidate="c.id")
        return f"SELECT n.id, c.exactly FROM ({found}) c {choosing} {finding.chosen(wanted.sought)} {warned}"  # noqa: S608  constant parts only
    if wanted.warned:
        return _WARNED
    return _OF_KEY if wanted.key is not None else _HELD if wanted.hold is not None else _IN_STATE


def _given(wanted: Filter, most: int) -> dict[str, object]:
    given = {
        "flow": wanted.flow,
        "states": [state.value for state in State] if wanted.state is None else [wanted.state],
        "hold": wanted.hold,
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
    behind = wanted.after or Place(exactly=True, record=UUID(int=2**128 - 1))
    with _by_index(tx, wanted):
        rows = tx.mappings(
            f"""{_LISTED}
            JOIN (SELECT c.id, c.exactly FROM ({_chosen(wanted)}) c
                   WHERE (c.exactly, c.id) < (:behind_exactly, CAST(:behind AS uuid))
                   ORDER BY c.exactly DESC, c.id DESC LIMIT :most) c
              ON c.id = r.id ORDER BY c.exactly DESC, r.id DESC""",  # noqa: S608  constant parts only
            **_given(wanted, wanted.most + 1),
            behind_exactly=behind.exactly,
            behind=behind.record,
        )
    shown = rows[: wanted.most]
    last = shown[-1] if len(rows) > len(shown) and shown else None
    place = None if last is None else Place(exactly=last["exactly"], record=last["id"])
    return [Record(**{name: value for name, value in row.items() if name != "exactly"}) for row in shown], place


def count(tx: OperatorTransaction, wanted: Filter) -> int:
    """How many there are; one more than ``COUNTED`` where there are more."""
    with _by_index(tx, wanted):
        row = tx.mapping(
            f"SELECT count(*) AS records FROM (SELECT FROM ({_chosen(wanted)}) c LIMIT :most) n",  # noqa: S608  constant parts only
            **_given(wanted, COUNTED + 1),
        )
    return int(row["records"]) if row else 0
