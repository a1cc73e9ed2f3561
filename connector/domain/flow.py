"""A flow: one document type, one direction. Each file in ``connector/flows`` describes exactly one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from connector.domain.summary import Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping

    from connector.domain.booked import Booked
    from connector.domain.code_list import CodeList, FewCodes
    from connector.domain.gate import Known, Needs
    from connector.domain.outcome import Outcome

D = TypeVar("D")


@dataclass(frozen=True, kw_only=True)
class Side:
    """One end of a flow: which system, and which of its entities."""

    system: str
    entity: str


@dataclass(frozen=True, kw_only=True)
class Option:
    """Something a customer may set on a flow: its default, and one sentence on what it does."""

    default: Any
    help: str
    #: what may be chosen, in any case; empty where it is not one of a few
    choices: tuple[str, ...] = ()
    #: whether it is a day, or not set
    is_day: bool = False


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """What a document becomes in the target."""

    #: the target's natural key, normalised: two documents with one key are never both sent
    key: str
    #: the target document in the shape of the target system's ``documents`` module
    body: Mapping[str, Any]
    #: what later documents may learn from this one once the target has it (``Link.facts``), and its source is told
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Flow(Generic[D]):
    """Pure description of a flow. No function here reads or writes anything."""

    name: str
    #: integration kind, e.g. ``qad-jaggaer``
    kind: str
    #: what it moves, as a person says it: "Suppliers"
    title: str
    source: Side
    target: Side
    #: default schedule: ``every 5m`` or a cron line
    schedule: str
    #: raised with every change of what ``map`` makes of a document, so that people learn of it (``flow reapply``)
    version: int = 1
    #: whether the target changes what it has when it is sent a document again; False where things are posted for good
    updates: bool = True
    #: whether anything of it is ever sent; False: what it reads is for people, and for flows that wait for it
    sends: bool = True
    #: whether the source is told how each document ended
    confirms: bool = False
    #: flows that must have run before this one makes sense, by name
    after: tuple[str, ...] = ()
    options: Mapping[str, Option]
    #: what it sends otherwise than the source has it, one sentence each
    changes: tuple[str, ...] = ()
    #: source payload -> document; raises Malformed
    parse: Callable[[Mapping[str, Any]], D]
    #: what people call the document; None where a flow from outside does not say, and it is called by its key
    summarise: Callable[[D], Summary] | None = None
    #: of master data: whether it may be used in the source; None of everything else
    active: Callable[[D], bool] | None = None
    #: of journals: what the target's document books on which account; None of everything else
    booked: Callable[[Mapping[str, Any]], Iterable[Booked]] | None = None
    #: whether a document only takes away what the target has of it, so that it is right when nothing is there; None:
    #: none of them does
    takes_away: Callable[[Mapping[str, Any]], bool] | None = None
    #: the field of the source payload that holds the source key
    key_field: str
    #: the field with the source's own id, where several of its documents may have one source key; see ``apart``
    identity_field: str | None = None
    #: fields of the source payload that say what was decided there (matched, approved, held): nobody corrects them here
    controls: tuple[str, ...] = ()
    #: what the document asks of the ledger before it can be mapped
    needs: Callable[[D, Mapping[str, Any]], Needs]
    #: document -> Mapped, or an outcome that says why not
    map: Callable[[D, Known, Mapping[str, Any]], Mapped | Outcome]
    #: a source key as the ledger knows it: two spellings the source takes for one are one
    fold: Callable[[str], str] = str
    #: whether the source takes ``ea`` and ``EA`` for one code; then the crosswalk does, too
    codes_in_any_case: bool = False
    #: the crosswalk tables it looks into; None where a flow from outside does not say
    crosswalks: tuple[str, ...] | None = None
    #: where the codes stand that the rows of these tables lead to; nothing can be asked for those of any other
    code_lists: Mapping[str, CodeList | FewCodes] = field(default_factory=dict)
    #: what it asks in addition once these answers are there: the crosswalk says ``4000``, does the target have that?
    second_needs: Callable[[D, Known, Mapping[str, Any]], Needs] | None = None

    def summary(self, document: D, key: str) -> Summary:
        """What people call a document with this source key."""
        return self.plain_summary(key) if self.summarise is None else self.summarise(document)

    def plain_summary(self, key: str) -> Summary:
        """The same of a document that nobody has read, or can read."""
        return Summary(kind=self.title, number=key)

    def summary_of(self, payload: Mapping[str, Any], key: str) -> Summary:
        """What people call what stands in a payload; its key where that cannot be read, whatever is wrong with it."""
        if self.summarise is None:
            return self.plain_summary(key)
        try:
            return self.summarise(self.parse(payload))
        except Exception:  # noqa: BLE001 - map says what is wrong with it; the document is kept first
            return self.plain_summary(key)

    def key_of(self, payload: Mapping[str, Any]) -> str:
        """The source key of a document as its source lists it; empty where it has none."""
        return self.fold(str(payload.get(self.key_field) or "").strip())

    def questions(self, document: D, options: Mapping[str, Any]) -> Generator[Needs, Known, Known]:
        """What the document asks of the ledger, one question or two; send the answers, the end is all that is known."""
        first = yield replace(self.needs(document, options), in_any_case=self.codes_in_any_case)
        if self.second_needs is None:
            return first
        second = self.second_needs(document, first, options)
        return first | (yield replace(second, in_any_case=self.codes_in_any_case))

    def known(self, document: D, options: Mapping[str, Any], ask: Callable[[Needs], Known]) -> Known:
        """All that the ledger knows of what the document asks; ``ask`` is called once, or twice."""
        questions = self.questions(document, options)
        asked = next(questions)
        while True:
            try:
                asked = questions.send(ask(asked))
            except StopIteration as end:
                known: Known = end.value
                return known
