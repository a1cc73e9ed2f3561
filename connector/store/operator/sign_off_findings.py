"""Sign-offs that are not what the product wrote, for ``audit verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store.audit.verifying import Finding, unheard
from connector.store.binding.account_binding import Bonds
from connector.store.operator import sign_offs, signed_figures
from connector.store.operator.bindings import vault_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.store.audit.recomputing import Report
    from connector.store.operator.transaction import OperatorTransaction

_EACH = f"""
SELECT {", ".join(f"o.{one.strip()}" for one in sign_offs.COLUMNS.split(","))}, i.name || '/' || f.name AS flow
  FROM sign_offs o JOIN flows f ON f.id = o.flow_id JOIN integrations i ON i.id = f.integration_id ORDER BY o.id
"""  # noqa: S608  likewise
_EVERY_TOLD = """
SELECT DISTINCT ON (e.subject) e.id, e.subject, e.name, e.detail ->> 'sign_off' AS sign_off FROM audit_events e
 WHERE e.subject LIKE 'period:%' AND e.actor LIKE 'operator:%'
   AND e.name IN ('operator.signed_off', 'operator.withdrew_sign_off')
 ORDER BY e.subject, e.id DESC
"""


def findings(tx: OperatorTransaction, report: Report = unheard, *, after: int = 0) -> Iterator[Finding]:
    """Sign-offs that the product did not write as they are, and those whose row was removed or put back.

    The sealed figures of each are opened, of which the trail tells behind this event: they must be those that its row
    tells of.
    """
    told = {row["subject"]: row for row in tx.mappings(_EVERY_TOLD)}
    rows = tx.mappings(_EACH)
    bonds = Bonds(tx, vault_of(tx)) if rows else None
    standing_there = set()
    for number, row in enumerate(rows, 1):
        report("sign-offs", number, len(rows))
        about = f"period:{row['flow']}/{row['first']}..{row['last']}"
        newest = told.get(about, {"id": after + 1, "name": "", "sign_off": ""})
        stands = row["withdrawn_at"] is None
        if stands:
            standing_there.add(about)
        given = {name: row[name] for name in row if name != "flow"}
        vouched = not stands or (newest["name"], newest["sign_off"]) == (sign_offs.SIGNED, str(row["id"]))
        there = sign_offs.read(bonds, given, told=True)
        if not there.genuine:
            yield Finding(subject=about, event=None, problem="its sign-off is not what ml-connector wrote")
        elif not vouched:
            yield Finding(subject=about, event=None, problem="its sign-off was put back: the trail tells of another")
        elif newest["id"] > after and (wrong := signed_figures.wrong(tx, there)):
            yield Finding(subject=about, event=None, problem=wrong)
    for about, newest in told.items():
        if newest["name"] == sign_offs.SIGNED and about not in standing_there:
            problem = "it is signed off as the trail tells, and that sign-off is not there any more"
            yield Finding(subject=about, event=newest["id"], problem=problem)
