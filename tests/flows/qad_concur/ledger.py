"""What the ledger answers in these tests: QAD has everything, the crosswalk what it must, unless a test says not.

Answers come in rounds, as in the pipeline: what a flow did not ask for is not known to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.gate import CodeNeed, Known, Link, LinkNeed, LinkState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.flow import Flow
    from connector.domain.gate import Needs

CODES = {
    "ledgers:DEFAULT": "10USACO",
    "ledgers:GP": "20UKCO",
    "payees:EMPL": "2100",
    "payees:IBCP": "2110",
    "payees:CBCP": "supplier:AMEX",
    "payees:COPD": "2120",
    "tax_accounts:VA": "1570",
    "tax_accounts:SG": "1571",
    "tax_accounts:JC1E": "1572",
    "tax_accounts:JC2T": "1573",
    "payment_terms:N30": "30",
    "addresses:10": "1 Foundry Lane; Harrowfield; OH; 44001; US",
}


def ask(
    flow: Flow[Any],
    payload: Mapping[str, Any],
    **known: Any,
) -> Any:  # Mapped or any outcome; each test says which
    """Parse, ask the ledger, map."""
    return said_of(flow, flow.parse(payload), **known)


def said_of(
    flow: Flow[Any],
    document: Any,
    *,
    links: Mapping[str, str] | None = None,
    codes: Mapping[str, str | None] | None = None,
    facts: Mapping[str, Mapping[str, str]] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Any:  # Mapped or any outcome; each test says which
    """Ask the ledger, map. ``links``: "flow:key" -> state; ``codes``: "table:code" -> target code or None.

    The document's own link is absent unless named: it was never sent before.
    """
    chosen = options or {}
    rows = {name: value for name, value in {**CODES, **(codes or {})}.items() if value is not None}

    def answer(needs: Needs) -> Known:
        return Known(
            links={need: _link(flow.name, need, links or {}, facts or {}) for need in needs.links},
            codes={need: rows[name] for need in needs.codes if (name := _name(need)) in rows},
        )

    return flow.map(document, flow.known(document, chosen, answer), chosen)


def _name(need: CodeNeed) -> str:
    return f"{need.table}:{need.code}"


def _link(flow: str, need: LinkNeed, links: Mapping[str, str], facts: Mapping[str, Mapping[str, str]]) -> Link:
    named = f"{need.flow}:{need.key}"
    state = LinkState(links.get(named, "absent" if need.flow == flow else "linked"))
    known = state is LinkState.LINKED
    return Link(state=state, target_id="target-1" if known else None, facts=facts.get(named, {}) if known else {})
