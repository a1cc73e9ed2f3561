"""Which of Concur's fields hold the cost centre and the project: the customer's own set-up, most detailed level first.

Fields are named as in SAP's document: ``allocationCustom4Code``, ``entryOrgUnit4Code``. An allocation's field wins over
a journal row's, that over an entry's, that over the header's; an employee's is never taken, because who travels is not
who pays (SAP says so).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from connector.systems.concur.documents.document import Level

_DETAIL = ("allocation", "journal", "entry", "report")


@dataclass(frozen=True, kw_only=True)
class CostObjects:
    """Codes as Concur has them; empty where there is none."""

    cost_centre: str = ""
    project: str = ""


@dataclass(frozen=True, kw_only=True)
class Finder:
    """Finds the cost objects of a journal row. Raises ConfigurationError for a field it must not look at."""

    cost_centre: tuple[str, ...] = ()
    project: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in (*self.cost_centre, *self.project):
            if name.startswith("employee"):
                raise ConfigurationError(
                    f"{name} belongs to the employee, and cost objects are never taken from there; "
                    "name a field of the allocation, the journal or the entry.",
                    field=name,
                )

    def __call__(self, report: Level, entry: Level, allocation: Level | None, journal: Level | None) -> CostObjects:
        """The codes at the most detailed level that has one."""
        levels = {"allocation": allocation, "journal": journal, "entry": entry, "report": report}
        return CostObjects(
            cost_centre=_first(self.cost_centre, levels),
            project=_first(self.project, levels),
        )


def _first(names: tuple[str, ...], levels: dict[str, Level | None]) -> str:
    for detail in _DETAIL:
        level = levels[detail]
        for name in names:
            code = level.coded(name) if level is not None and _level_of(name) == detail else ""
            if code:
                return code
    return ""


def _level_of(name: str) -> str:
    """The level a field belongs to by its name.

    ``reportEntry...`` is the entry's, as is ``lineItem...`` and all that names no level; ``request...`` is an
    invoice's header.
    """
    if name.startswith("reportEntry"):
        return "entry"
    if name.startswith("request"):
        return "report"
    return next((detail for detail in _DETAIL if name.startswith(detail)), "entry")
