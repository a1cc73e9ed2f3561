"""Tracing: a flow's mapping is pure, so what a target field is made of shows when one thing after the other is changed.

A change that the mapping refuses (amounts that do not add up any more) is tried in other ways: another value, then
together with other amounts that keep the sums. What no change could reach is said, and not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConnectorError
from connector.domain.flow import Mapped
from connector.domain.leaves import leaves, pattern, replaced
from connector.domain.lineage.answers import Answers
from connector.domain.lineage.moves import Move, together
from connector.domain.lineage.other_values import number, others, taught

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from connector.domain.flow import Flow
    from connector.domain.gate import CodeNeed, Known, Link, LinkNeed, Needs

#: mappings that a document may take; each is a millisecond at most
MOST_MAPPINGS = 4_000
#: ways to change an amount together with others
_TRIES_TOGETHER = 400


@dataclass(kw_only=True)
class Origin:
    """What a field of the target document is made of; empty of what is the same whatever the document says."""

    path: str
    value: Any
    #: fields of the source document, by their paths
    fields: set[str] = field(default_factory=set)
    #: rows of crosswalks: (table, source code, target code)
    codes: set[tuple[str, str, str]] = field(default_factory=set)
    options: set[str] = field(default_factory=set)
    #: other documents, by flow and key: what the target calls them, or what was said when it took them
    documents: set[tuple[str, str]] = field(default_factory=set)

    @property
    def constant(self) -> bool:
        """Whether nothing that was changed has changed it."""
        return not (self.fields or self.codes or self.options or self.documents)


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """Every field of the target document with its origin, and what could not be found out."""

    origins: tuple[Origin, ...]
    #: fields of the source document, with what they say, of which every other value that was tried is refused
    refused: Mapping[str, Any]
    #: whether it ended before everything was tried
    cut: bool

    def doubts(self, origin: Origin) -> tuple[str, ...]:
        """Of a field that nothing has changed: fields that could not be changed, and say the same."""
        same = _said(origin.value)
        return tuple(path for path, value in self.refused.items() if origin.constant and same and _said(value) == same)

    def made_of(self, origin: Origin) -> str:
        """In words: ``credit_terms; payment_terms N30 -> Net 30``."""
        if origin.constant:
            doubts = self.doubts(origin)
            return (
                f"not found out, perhaps {', '.join(doubts)}" if doubts else "fixed: nothing that was tried changes it"
            )
        return "; ".join([*sorted(origin.fields), *self.through(origin)])

    @staticmethod
    def through(origin: Origin) -> list[str]:
        """What else than fields of the source it is made of, in words: ``payment_terms N30 -> Net 30``."""
        return [
            *(f"{table} {source} -> {target}" for table, source, target in sorted(origin.codes)),
            *(f"option {name}" for name in sorted(origin.options)),
            *(f"what is known of {key} ({flow})" for flow, key in sorted(origin.documents)),
        ]


def trace(
    flow: Flow[Any],
    payload: Mapping[str, Any],
    known: Known,
    options: Mapping[str, Any],
    *,
    most: int = MOST_MAPPINGS,
) -> Lineage | None:
    """Find out what each field is made of; None where the document is not mapped to anything."""
    tracing = _Tracing(flow, payload, known, options, most)
    return tracing.lineage() if tracing.there else None


class _Tracing:
    def __init__(
        self, flow: Flow[Any], payload: Mapping[str, Any], known: Known, options: Mapping[str, Any], most: int
    ) -> None:
        self._flow, self._payload, self._known, self._options = flow, payload, known, options
        self._left = most
        self._refusal = ""
        self._asked: set[CodeNeed | LinkNeed] = set()
        self.there = self._map(ask=self._ask)
        self._origins = {path: Origin(path=path, value=value) for path, value in (self.there or {}).items()}
        self._leaves = leaves(payload)
        self._learnt: dict[str, str] = {}

    def lineage(self) -> Lineage:
        self._trace_codes()
        self._trace_links()
        self._trace_options()
        alone = [path for path in self._leaves if not self._trace_field(path)]
        refused = {path: self._leaves[path] for path in alone if not self._trace_together(path, alone)}
        return Lineage(origins=tuple(self._origins.values()), refused=refused, cut=self._left <= 0)

    def _ask(self, needs: Needs) -> Known:
        self._asked |= {*needs.codes, *needs.links}
        return self._known

    def _map(
        self,
        payload: Mapping[str, Any] | None = None,
        *,
        codes: Mapping[CodeNeed, str] | None = None,
        links: Mapping[LinkNeed, Link] | None = None,
        options: Mapping[str, Any] | None = None,
        ask: Callable[[Needs], Known] | None = None,
    ) -> dict[str, Any] | None:
        """The fields of the target document when this is otherwise; None when there is none."""
        if self._left <= 0:
            return None
        self._left -= 1
        self._refusal = ""
        ask = ask or Answers(self._known, self._asked, codes or {}, links or {}).ask
        chosen = {**self._options, **(options or {})}
        try:
            document = self._flow.parse(self._payload if payload is None else payload)
            mapped = self._flow.map(document, self._flow.known(document, chosen, ask), chosen)
        except ConnectorError as error:
            self._refusal = error.message
            return None
        except Exception:  # noqa: BLE001 - a value that no source sends; the pipeline would bury it
            return None
        return leaves(mapped.body) if isinstance(mapped, Mapped) else None

    def _changed(self, after: Mapping[str, Any] | None) -> list[Origin]:
        if after is None:
            return []
        return [one for path, one in self._origins.items() if path not in after or after[path] != one.value]

    def _trace_codes(self) -> None:
        for need, code in self._known.codes.items():
            for other in others(code):
                after = self._map(codes={need: str(other)})
                for origin in self._changed(after):
                    origin.codes.add((need.table, need.code, code))

    def _trace_links(self) -> None:
        for need, link in self._known.links.items():
            for other in _other_links(link):
                for origin in self._changed(self._map(links={need: other})):
                    origin.documents.add((need.flow, need.key))

    def _trace_options(self) -> None:
        for name, offered in self._flow.options.items():
            for value in self._values(self._options.get(name, offered.default)):
                after = self._map(options={name: value})
                for origin in self._changed(after):
                    origin.options.add(name)
                if after is not None:
                    break

    def _trace_field(self, path: str) -> bool:
        """Whether the field could be changed alone."""
        taken = False
        for value in self._values(self._leaves[path]):
            after = self._map(replaced(self._payload, path, value))
            changed = self._changed(after)
            for origin in changed:
                origin.fields.add(path)
            if changed:
                return True
            taken = taken or after is not None
        return taken

    def _values(self, before: object) -> Iterator[Any]:
        """Other values; those that a refusal names, too."""
        words: list[str] = []
        for value in others(before):
            yield value
            if isinstance(before, str):
                words += [word for word in taught(self._refusal) if word not in words]
        yield from (word for word in words if word != before)

    def _trace_together(self, path: str, refused: Sequence[str]) -> bool:
        """Whether an amount could be changed together with others."""
        own = pattern(path)
        if number(self._leaves[path]) is None:
            return False
        moves = list(together(self._leaves, path, [other for other in refused if other != path]))
        if own in self._learnt:
            moves.sort(key=lambda move: move.kind != self._learnt[own])
        for move in moves[:_TRIES_TOGETHER]:
            payload: Any = self._payload
            for changed, value in move.values.items():
                payload = replaced(payload, changed, value)
            after = self._map(payload)
            if after is not None:
                self._learnt[own] = move.kind
                for origin in self._changed(after):
                    origin.fields |= _moved(move, self._leaves, origin.value, after.get(origin.path))
                return True
        return False


def _said(value: object) -> object:
    """What a value says, however it is spelt; nothing of what says nothing."""
    found = number(value)
    return abs(found) if found is not None else str(value or "").casefold()


def _moved(move: Move, before: Mapping[str, Any], old: object, new: object) -> set[str]:
    """Which of the amounts that were changed together this field follows; all of them where that does not show."""
    was, became = number(old), number(new)
    if was is None or became is None:
        return set(move.values)
    exact = {
        path
        for path, value in move.values.items()
        if (source := number(before[path])) is not None
        and (moved := number(value)) is not None
        and abs(source) == abs(was)
        and abs(moved) == abs(became)
    }
    return exact or set(move.values)


def _other_links(link: Link) -> Iterator[Link]:
    if link.target_id is not None:
        for other in others(link.target_id):
            yield replace(link, target_id=str(other))
            break
    if link.target_key is not None:
        yield replace(link, target_key=f"{link.target_key}9")
    for name, said in link.facts.items():
        for other in others(said):
            yield replace(link, facts={**link.facts, name: str(other)})
            break
