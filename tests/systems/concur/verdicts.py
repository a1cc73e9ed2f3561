"""A service of SAP Concur that gives the verdicts it is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.domain.exchange import Result
from connector.domain.outcome import Cancel, Retry
from connector.systems.concur.confirming import Confirmations
from connector.systems.concur.financial import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

POSTED = Result(
    target_id="JE-7",
    facts={"company": "10USACO", "document_number": "2026/JE/7", "fiscal_year": "2026", "posting_date": "2026-11-19"},
)


def said(code: int | None, result: str = "", words: str = "their words", system_id: str = "") -> Verdict:
    return Verdict(code=code, result=result, words=words, system_id=system_id, correlation="c-1")


@dataclass
class Service:
    """Answers verdicts in turn, the last one for ever."""

    acks: list[dict[str, Verdict]] = field(default_factory=lambda: [{}])
    postings: list[Verdict] = field(default_factory=lambda: [said(0)])
    holds: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    system_id: str = ""
    heard: list[tuple[str, Any]] = field(default_factory=list)

    def acknowledge(self, kind: str, doc_ids: Sequence[str]) -> dict[str, Verdict]:
        self.heard.append((f"{kind} acknowledged", list(doc_ids)))
        return self.acks.pop(0) if len(self.acks) > 1 else self.acks[0]

    def confirm_posting(self, kind: str, confirmation: Mapping[str, Any]) -> Verdict:
        self.heard.append((f"{kind} confirmed", confirmation))
        return self.postings.pop(0) if len(self.postings) > 1 else self.postings[0]

    def single(self, kind: str, doc_id: str) -> Mapping[str, Any] | None:
        self.heard.append((f"{kind} looked at", doc_id))
        return self.holds.get(doc_id)


def telling(service: Service) -> Confirmations:
    return Confirmations(service=service)  # type: ignore[arg-type]  # the parts that are used


def payloads(*doc_ids: str) -> list[dict[str, str]]:
    return [{"doc_id": doc_id} for doc_id in doc_ids]


def why(found: Mapping[int, Cancel | Retry]) -> str:
    """What was said of the first document."""
    first = found[0]
    return first.reason if isinstance(first, Cancel) else first.why
