"""``querySourceApplication``: operational data by profile, with a filter on the primary table. Its XML is inferred.

That the filter reaches the primary table only, and that Financials cannot be queried, is documented.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sandbox.qad_ee.complaints import Complaint, RefusedError
from sandbox.qad_ee.names import READABLE
from sandbox.qad_ee.reading.documents import OPERATORS, compared, dataset, header
from sandbox.qad_ee.wire import SERVICES, child, text
from sandbox.qad_ee.writing.posting import Posted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml import etree

    from sandbox.qad_ee.envelope import Message
    from sandbox.qad_ee.names import Readable
    from sandbox.qad_ee.options import Options
    from sandbox.qad_ee.reading.documents import Documents
    from sandbox.qad_ee.spelling import Spelling
    from sandbox.qad_ee.writing.posting import How

SOURCE: Final = "QADEE"
_PROFILES: Final = {one.profile: one for one in READABLE.values() if one.profile}
_CONDITION: Final = re.compile(
    r"\s*(?P<field>[A-Za-z_]\w*)\s*(?P<operator><>|>=|<=|[=<>]|\b[A-Za-z]+\b)\s*"
    r"(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"']+))\s*(?P<end>AND\b|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One comparison of a filter."""

    field: str
    operator: str
    value: str


@dataclass(frozen=True, kw_only=True)
class QueryService:
    """The API."""

    documents: Mapping[str, Documents]
    options: Options
    spelling: Spelling

    def __call__(self, message: Message, workspace: str, how: How) -> Posted:  # noqa: ARG002  it posts nothing
        """Answer the rows of a profile that pass the filter, at most as many as the option lets through."""
        query = child(
            child(message.body, SERVICES, self.spelling.there("dsQuery")), SERVICES, self.spelling.there("query")
        )
        if query is None or self._asked(query, "sourceApplication") != SOURCE:
            raise _refused("The query names no source application that is here.", "sourceApplication")
        readable = _profile(self._asked(query, "profile"))
        self._permit(readable.entity)
        conditions = _conditions(self._asked(query, "filter"), readable)
        rows = self.documents[workspace].every(readable.entity)
        try:
            found = [one for one in rows if _passes(header(readable, one), conditions)]
            most = [int(self._asked(query, "maxRows") or 0), self.options.cut_reads]
        except (ArithmeticError, ValueError):
            raise _refused("A number cannot be read.", "filter") from None
        found = found[: min((one for one in most if one > 0), default=None)]
        return Posted(data=dataset(readable, found, self.spelling))

    def _asked(self, query: etree._Element, name: str) -> str:
        return text(child(query, SERVICES, self.spelling.there(name)))

    def _permit(self, entity: str) -> None:
        if entity in self.options.not_permitted:
            raise _refused("The user has no rights to this query.", "profile", entity)


def _profile(name: str) -> Readable:
    if name in _PROFILES:
        return _PROFILES[name]
    if any(
        name in {one.dataset, one.header.removeprefix("t"), one.header} for one in READABLE.values() if not one.profile
    ):
        raise _refused(f"{name} is in Financials, which cannot be queried.", "profile", name)
    raise _refused(f"There is no profile {name}.", "profile", name)


def _conditions(given: str, readable: Readable) -> list[Condition]:
    """Read ``field operator value AND ...``; fields are written as in the database, or as in QDocs."""
    names = {name.casefold(): name for name in readable.fields}
    found, rest = [], given.strip()
    while rest:
        part = _CONDITION.match(rest)
        if part is None or part["operator"].upper() not in OPERATORS:
            raise _refused("The filter cannot be read.", "filter", rest)
        name = names.get(part["field"].replace("_", "").casefold())
        if name is None:
            raise _refused("The filter has a field that the primary table has not.", "filter", part["field"])
        value = next(one for one in (part["double"], part["single"], part["bare"]) if one is not None)
        found.append(Condition(field=name, operator=OPERATORS[part["operator"].upper()], value=value))
        rest = rest[part.end() :]
        if part["end"] and not rest.strip():
            raise _refused("The filter cannot be read.", "filter", given)
    return found


def _passes(row: Mapping[str, Any], conditions: Iterable[Condition]) -> bool:
    return all(compared(row[one.field], one.operator, one.value) for one in conditions)


def _refused(desc: str, field: str, data: str = "") -> RefusedError:
    return RefusedError(Complaint(desc=f"ERROR: {desc}", field=field, data=data))
