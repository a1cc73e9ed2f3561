"""``/flows``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

from fastapi import Query
from pydantic import Field

from connector import registry
from connector.api.models.model import Asking
from connector.api.models.setup import Flow, FlowDetail
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Page
from connector.operations.setup import flows

if TYPE_CHECKING:
    from connector.api.serving.service import Service
    from connector.operations.operator import Operator

_TAGS = ["flows"]
ONE = "/flows/{integration}/{flow}"


class FlowFilter(Asking):
    """Which flows."""

    integration: str | None = Field(default=None, max_length=63, description="Only those of this integration.")


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/flows", tags=_TAGS)
    def list_flows(asks: Asks, asked: Annotated[FlowFilter, Query()]) -> Page[Flow]:
        """List flows and what they are doing, each after those it depends on."""
        found = flows.list_(asks.operator, asked.integration)
        older = flows.otherwise(asks.operator, found)
        shown = [Flow.of(one).model_copy(update={"loaded_with_older_mapping": older.get(one.id, 0)}) for one in found]
        return Page(items=shown)

    @service.reads(ONE, tags=_TAGS)
    def show_flow(asks: Asks, integration: str, flow: str) -> FlowDetail:
        """Show a flow: schedule, options, what it does otherwise."""
        return detail(asks.operator, f"{integration}/{flow}")


def detail(operator: Operator, full_name: str) -> FlowDetail:
    """Everything about one flow; raises UnknownName."""
    found = flows.get(operator, full_name)
    known = registry.flow(found.name)
    options = {name: found.options.get(name, offered.default) for name, offered in known.options.items()}
    return FlowDetail.model_validate(
        {
            **vars(found),
            "full_name": found.full_name,
            "options": dict(found.options),
            "all_options": options,
            "next_fires": flows.preview(found, now=dt.datetime.now(dt.UTC)),
            "mapping_version": known.version,
            "loaded_with_older_mapping": flows.otherwise(operator, [found]).get(found.id, 0),
            "changes": list(known.changes),
            "unchecked": list(flows.unchecked(operator, found)),
            "lacks": list(flows.lacks(operator, found)),
        }
    )
