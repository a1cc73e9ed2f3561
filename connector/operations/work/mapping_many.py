"""Many documents of one flow mapped at once, with codes and options as they are or as somebody edits them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConnectorError
from connector.domain.gate import Known
from connector.pipeline.asking_many import ask_together, decide_all
from connector.pipeline.deciding import outcome_of, unexpected

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from uuid import UUID

    from connector.domain.flow import Flow, Mapped
    from connector.domain.gate import CodeNeed, Needs
    from connector.domain.outcome import Outcome
    from connector.store.ledger import Ledger


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a document is mapped by: the options of its flow, and tables of codes in place of those of the ledger."""

    options: Mapping[str, Any]
    #: table -> every row of it, source code -> target code
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def over(self, known: Known, needs: Needs) -> Known:
        """An answer of the ledger with these tables in place of its own."""
        codes = {need: code for need, code in known.codes.items() if need.table not in self.tables}
        for need in needs.codes:
            if need.table in self.tables and (code := self._code(need, in_any_case=needs.in_any_case)) is not None:
                codes[need] = code
        return Known(links=known.links, codes=codes, postings=known.postings)

    def _code(self, need: CodeNeed, *, in_any_case: bool) -> str | None:
        rows = self.tables[need.table]
        if need.code in rows or not in_any_case:
            return rows.get(need.code)
        return next((rows[code] for code in sorted(rows) if code.upper() == need.code.upper()), None)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document that was read, and whether it counts as new although the target has it."""

    payload: Mapping[str, Any]
    as_new: bool


def decide(
    store: Ledger,
    integration_id: UUID,
    flow: Flow[Any],
    documents: Sequence[Document],
    rules: Rules,
    *,
    heard: Callable[[int, Needs], None] = lambda _place, _needs: None,
) -> list[Mapped | Outcome]:
    """What each becomes, in their order; ``heard`` is told what each of them asks."""

    def ask(asked: Mapping[int, Needs]) -> dict[int, Known | ConnectorError]:
        for place, needs in asked.items():
            heard(place, needs)
        with store.unit() as unit:
            answers = ask_together(asked, partial(unit.links.known, integration_id))
        return {
            place: answer if isinstance(answer, ConnectorError) else rules.over(answer, asked[place])
            for place, answer in answers.items()
        }

    deciding = {place: _deciding(flow, document, rules) for place, document in enumerate(documents)}
    decided = decide_all(deciding, ask, _failed)
    return [decided[place] for place in range(len(documents))]


def _failed(_place: int, error: Exception) -> Mapped | Outcome:
    return outcome_of(error) if isinstance(error, ConnectorError) else unexpected(error)


def _deciding(flow: Flow[Any], document: Document, rules: Rules) -> Generator[Needs, Known, Mapped | Outcome]:
    parsed = flow.parse(document.payload)
    known = yield from flow.questions(parsed, rules.options)
    if document.as_new:
        known = known.without(flow.name)
    return flow.map(parsed, known, rules.options)
