"""What identifies a document within its own text, and changing that text as a processor would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.simulator import SandboxMistakeError

#: where a document of each type says who it is: the object, and the keys in it, the first that is filled counts
_IDENTITY: Final = {
    "expense": ("report", ("reportId", "reportKey")),
    "invoice": ("requestHeader", ("requestId", "reqKey")),
    "cashadvance": ("cashAdvanceData", ("cashAdvanceId",)),
}


def _header(doc_type: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
    header = content.get(_IDENTITY[doc_type][0])
    return header if isinstance(header, Mapping) else {}


def source_key(doc_type: str, content: Mapping[str, Any]) -> str:
    """Return the report, request or cash advance a document is about; raise SandboxMistakeError when it says none."""
    where, names = _IDENTITY[doc_type]
    header = _header(doc_type, content)
    found = next((str(header[name]) for name in names if header.get(name)), "")
    if not found:
        raise SandboxMistakeError(f"A document of type {doc_type} needs {where}.{names[0]}.")
    return found


def is_test(doc_type: str, content: Mapping[str, Any]) -> bool:
    """Whether the document says of itself that it is only a test."""
    return bool(_header(doc_type, content).get("isTest") == "Y")


def revised(doc_type: str, content: Mapping[str, Any], revision: int) -> dict[str, Any]:
    """Return the same document with another revision number; a cash advance has none."""
    if doc_type == "cashadvance":
        return dict(content)
    where = _IDENTITY[doc_type][0]
    return {**content, where: {**_header(doc_type, content), "revisionNumber": str(revision)}}


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What to change: ``replace`` texts by others wherever they are the whole value; ``set`` fields by their name."""

    replace: Mapping[str, str] = field(default_factory=dict)
    set: Mapping[str, Any] = field(default_factory=dict)

    def of(self, value: Any) -> Any:  # noqa: ANN401  JSON can be anything
        """Return the value with the changes made everywhere in it."""
        if isinstance(value, Mapping):
            return {name: self.set.get(name, self.of(part)) for name, part in value.items()}
        if isinstance(value, list):
            return [self.of(one) for one in value]
        return self.replace.get(value, value) if isinstance(value, str) else value

    def of_truth(self, expected: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Return what is expected after the change; None when ``set`` changes more than whether it is a test."""
        if expected is None or set(self.set) - {"isTest"}:
            return None
        told: dict[str, Any] = self.of(dict(expected))
        for name in ("totals", "cost_objects"):
            if name in told:
                told[name] = {self._key(key): value for key, value in told[name].items()}
        if "key" in told:
            told["key"] = self._key(told["key"])
        return told

    def _key(self, key: str) -> str:
        return "|".join(self.replace.get(part, part) for part in key.split("|"))
