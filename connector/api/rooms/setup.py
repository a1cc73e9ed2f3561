"""``/setup``: all of the set-up in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from connector.api.models.model import Asking, Model
from connector.api.serving.asked import Asks
from connector.api.serving.paging import Page
from connector.domain.role import Role
from connector.operations.setup import applying, exporting, given

if TYPE_CHECKING:
    from connector.api.serving.service import Service

_TAGS = ["setup"]


class SetupFile(Asking):
    """A set-up file, and what stands in it only by reference."""

    text: str = Field(
        min_length=1, description="YAML with connections, integrations, flows and alerts.", examples=["connections: {}"]
    )
    name: str = Field(default="the file", min_length=1, max_length=200, description="What mistakes in it call it.")
    secrets: dict[str, str] = Field(
        default_factory=dict,
        description="What each reference in it stands for, in clear; nothing is read from the console's machine.",
        examples=[{"env:ACME_QAD_PASSWORD": "the password"}],
    )


class Applied(Model):
    """What became of one thing in the file."""

    what: str = Field(description="connection, integration, flow, crosswalk, alert channel or alert rule.")
    name: str
    verdict: str = Field(description="created, changed or unchanged.")
    detail: str


class SetUp(Model):
    """The set-up as such a file has it, with references instead of secrets."""

    connections: dict[str, Any]
    integrations: dict[str, Any]
    alerts: dict[str, Any] | None = Field(default=None, description="Null where nothing is set.")


def add(service: Service) -> None:
    """Add these resources."""

    @service.reads("/setup", tags=_TAGS)
    def export_setup(asks: Asks) -> SetUp:
        """Show the set-up as a file that can be applied, with references instead of secrets."""
        return SetUp.told(exporting.export(asks.operator))

    @service.changes("POST", "/setup", role=Role.ADMIN, tags=_TAGS)
    def apply_setup(asks: Asks, asked: SetupFile) -> Page[Applied]:
        """Make the set-up say what a file says; what it does not mention stays. All of it happens, or nothing."""
        resolve = given.for_references(asked.secrets)
        applied = applying.apply(asks.operator, asked.text, file=asked.name, resolve=resolve)
        return Page(items=[Applied.told(one) for one in applied])
