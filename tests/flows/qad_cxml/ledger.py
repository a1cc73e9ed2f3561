"""What the ledger answers in these tests: all was received, the crosswalk has what it must, unless a test says not.

Answers come in rounds, as in the pipeline: what a flow did not ask for is not known to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.gate import Known, Link, LinkState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.flow import Flow
    from connector.domain.gate import Needs

CODES = {"ledgers:DEFAULT": "10USACO", "suppliers:DUNS:123456789": "10023"}


def ask(flow: Flow[Any], payload: Mapping[str, Any], **known: Any) -> Any:  # Mapped or any outcome
    """Parse, ask the ledger, map."""
    return said_of(flow, flow.parse(payload), **known)


def said_of(
    flow: Flow[Any],
    document: Any,
    *,
    links: Mapping[str, str] | None = None,
    ids: Mapping[str, str] | None = None,
    codes: Mapping[str, str | None] | None = None,
    facts: Mapping[str, Mapping[str, str]] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Any:  # Mapped or any outcome; each test says which
    """Ask the ledger, map. ``links``: "flow:key" -> state; ``ids``: the target's id of it; ``codes``: "table:code".

    The document's own link is absent unless named: it was never sent before.
    """
    chosen = options or {}
    rows = {name: value for name, value in {**CODES, **(codes or {})}.items() if value is not None}

    def link(need: Any) -> Link:
        named = f"{need.flow}:{need.key}"
        state = LinkState((links or {}).get(named, "absent" if need.flow == flow.name else "linked"))
        there = state is LinkState.LINKED
        target_id = (ids or {}).get(named, "target-1") if there else None
        return Link(state=state, target_id=target_id, facts=(facts or {}).get(named, {}) if there else {})

    def answer(needs: Needs) -> Known:
        named = {need: f"{need.table}:{need.code}" for need in needs.codes}
        return Known(
            links={need: link(need) for need in needs.links},
            codes={need: rows[name] for need, name in named.items() if name in rows},
        )

    return flow.map(document, flow.known(document, chosen, answer), chosen)
