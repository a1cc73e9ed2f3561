"""``/flows``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

from fastapi import Query
from pydantic import Field

from connector import registry
from connector.api.models.model import Asking
from connector.api.models.setup import Flow, FlowDetail, Options, Reason, Schedule, Why
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Page
from connector.domain.role import Role
from connector.operations.setup import flow_detail, flows, options

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
        found, older = flow_detail.list_(asks.operator, asked.integration)
        shown = [Flow.told(one).model_copy(update={"loaded_with_older_mapping": older.get(one.id, 0)}) for one in found]
        return Page(items=shown)

    @service.reads(ONE, tags=_TAGS)
    def show_flow(asks: Asks, integration: str, flow: str) -> FlowDetail:
        """Show a flow: schedule, options, what it does otherwise."""
        return detail(asks.operator, f"{integration}/{flow}")

    @service.changes("POST", f"{ONE}/enable", role=Role.OPERATOR, tags=_TAGS)
    def enable_flow(asks: Asks, integration: str, flow: str, asked: Reason) -> FlowDetail:
        """Let a flow run by its schedule; one that was held goes on."""
        flows.switch(asks.operator, f"{integration}/{flow}", enabled=True, why=asked.why)
        return detail(asks.operator, f"{integration}/{flow}")

    @service.changes("POST", f"{ONE}/disable", role=Role.OPERATOR, tags=_TAGS)
    def disable_flow(asks: Asks, integration: str, flow: str, asked: Reason) -> FlowDetail:
        """Start no more runs by schedule; records under way go on."""
        flows.switch(asks.operator, f"{integration}/{flow}", enabled=False, why=asked.why)
        return detail(asks.operator, f"{integration}/{flow}")

    @service.changes("POST", f"{ONE}/hold", role=Role.OPERATOR, tags=_TAGS)
    def hold_flow(asks: Asks, integration: str, flow: str, asked: Why) -> FlowDetail:
        """Switch a flow off, and let nothing of it move until somebody enables it."""
        flows.hold(asks.operator, f"{integration}/{flow}", asked.why)
        return detail(asks.operator, f"{integration}/{flow}")

    @service.changes("PUT", f"{ONE}/schedule", role=Role.OPERATOR, tags=_TAGS)
    def schedule_flow(asks: Asks, integration: str, flow: str, asked: Schedule) -> FlowDetail:
        """Change when a flow runs; what lies in the past is not caught up with."""
        flows.set_schedule(asks.operator, f"{integration}/{flow}", asked.schedule, asked.timezone)
        return detail(asks.operator, f"{integration}/{flow}")

    @service.changes("PUT", f"{ONE}/options", role=Role.OPERATOR, tags=_TAGS)
    def set_options(asks: Asks, integration: str, flow: str, asked: Options) -> FlowDetail:
        """Give a flow these options and no others."""
        flows.set_options(asks.operator, f"{integration}/{flow}", asked.options, asked.why, seen=asked.seen)
        return detail(asks.operator, f"{integration}/{flow}")


def detail(operator: Operator, full_name: str) -> FlowDetail:
    """Everything about one flow; raises UnknownName."""
    about = flow_detail.get(operator, full_name)
    found = about.flow
    known = registry.flow(found.name)
    every = {name: found.options.get(name, offered.default) for name, offered in known.options.items()}
    return FlowDetail.model_validate(
        {
            **vars(found),
            "full_name": found.full_name,
            "options": dict(found.options),
            "all_options": every,
            "next_fires": flows.preview(found, now=dt.datetime.now(dt.UTC)),
            "mapping_version": known.version,
            "loaded_with_older_mapping": about.older,
            "changes": list(known.changes),
            "unchecked": list(about.unchecked),
            "seen": options.version(found),
            "lacks": list(about.lacks),
        }
    )
