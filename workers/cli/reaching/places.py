"""Names as parts of an address of the API."""

from __future__ import annotations

from connector.domain.errors import UnknownName

#: under which operations are given the name of a flow, which has two parts
FLOWS = ("full_name", "flow_name", "flow")


def part(name: object) -> str:
    """A name as one part of an address; raises UnknownName for what would lead to another one."""
    if (spelled := str(name)) and "/" not in spelled:
        return spelled
    raise UnknownName(f"There is nothing called {spelled!r} there: such a name has one part, without a slash.")
