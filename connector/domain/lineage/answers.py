"""What the ledger would answer to a document that asks something else: like what it answered, but told apart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector.domain.gate import CodeNeed, Known, Link, LinkNeed
from connector.domain.lineage.other_values import others

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from typing import TypeAlias

    from connector.domain.gate import Needs

    Need: TypeAlias = CodeNeed | LinkNeed


class Answers:
    """Answers as the ledger gave them, with some of them changed."""

    def __init__(
        self, known: Known, asked: AbstractSet[Need], codes: Mapping[CodeNeed, str], links: Mapping[LinkNeed, Link]
    ) -> None:
        """``asked`` is what the document asks as it is: what the ledger did not know of that, it does not know."""
        self._known, self._asked = known, asked
        self._codes, self._links = {**known.codes, **codes}, {**known.links, **links}

    def ask(self, needs: Needs) -> Known:
        """What was never asked is answered like its neighbour: in the same table, of the same flow."""
        codes = {need: found for need in needs.codes if (found := self._code(need)) is not None}
        links = {need: link for need in needs.links if (link := self._link(need)) is not None}
        return Known(links=links, codes=codes, postings={need: self._known.posted(need) for need in needs.postings})

    def _code(self, need: CodeNeed) -> str | None:
        if need in self._asked or need in self._codes:
            return self._codes.get(need)
        near = next((code for other, code in self._codes.items() if other.table == need.table), None)
        return None if near is None else another(near)

    def _link(self, need: LinkNeed) -> Link | None:
        if need in self._asked or need in self._links:
            return self._links.get(need)
        near = next((link for other, link in self._links.items() if other.flow == need.flow), None)
        if near is None or near.target_id is None:
            return near
        return replace(near, target_id=another(near.target_id), target_key=near.target_key and need.key)


def another(code: str) -> str:
    """A code that is told apart from this one."""
    return str(next(iter(others(code))))
