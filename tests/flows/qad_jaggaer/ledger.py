"""What the ledger answers in these tests: everything is linked and coded, unless a test says otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.domain.gate import CodeNeed, Known, Link, LinkNeed, LinkState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.domain.flow import Flow
    from connector.domain.gate import Posting

CODES = {
    ("payment_terms", "N30"): "Net 30",
    ("payment_terms", "N60"): "Net 60",
    ("business_units", "10USACO"): "0001",
}


def ask(
    flow: Flow[Any],
    payload: Mapping[str, Any],
    *,
    links: Mapping[str, str] | None = None,
    codes: Mapping[str, str | None] | None = None,
    facts: Mapping[str, Mapping[str, str]] | None = None,
    options: Mapping[str, Any] | None = None,
    postings: Sequence[Posting] = (),
) -> Any:  # Mapped or any outcome; each test says which
    """Parse, ask the ledger, map. ``links``: "flow:key" -> state; ``codes``: "table:code" -> target code or None;
    ``facts``: "flow:key" -> what was said when the target took it; ``postings``: what other integrations posted
    under the keys it asks for.

    The document's own link is absent unless named: it was never sent before.
    """
    chosen = options or {}
    document = flow.parse(payload)
    needs = flow.needs(document, chosen)
    known = known_to(flow.name, needs.links, needs.codes, links or {}, codes or {})
    said = {
        need: replace(link, facts=(facts or {}).get(f"{need.flow}:{need.key}", {}))
        for need, link in known.links.items()
    }
    posted = Known(postings=dict.fromkeys(needs.postings, tuple(postings)))
    return flow.map(document, known.with_links(said) | posted, chosen)


def known_to(
    flow: str,
    link_needs: tuple[LinkNeed, ...],
    code_needs: tuple[CodeNeed, ...],
    links: Mapping[str, str],
    codes: Mapping[str, str | None],
) -> Known:
    answers = {need: _link(flow, need, links) for need in link_needs}
    table = {CodeNeed(table=name, code=code): value for (name, code), value in CODES.items()}
    for named, value in codes.items():
        name, _, code = named.partition(":")
        table.pop(CodeNeed(table=name, code=code), None)
        if value is not None:
            table[CodeNeed(table=name, code=code)] = value
    return Known(links=answers, codes={need: table[need] for need in code_needs if need in table})


def _link(flow: str, need: LinkNeed, links: Mapping[str, str]) -> Link:
    state = LinkState(links.get(f"{need.flow}:{need.key}", "absent" if need.flow == flow else "linked"))
    return Link(state=state, target_id="target-1" if state is LinkState.LINKED else None)
