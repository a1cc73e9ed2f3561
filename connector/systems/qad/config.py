"""The configuration of a QAD connection: what a customer writes down, checked with one sentence per mistake."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from connector.domain.doubt import SETTLE_SECONDS
from connector.http.connection_settings import Reaching, younger
from connector.reading import addresses, mistakes
from connector.reading.field_types import Waits
from connector.systems.qad.formats import Decimals, Formats, Order

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRETS = frozenset({"password"})
#: every company of an instance has documents of its own
TENANT = frozenset({"base_url", "workspace", "domain", "entity"})
_WORKSPACE = re.compile(r"[^\s_]+_[^\s_]+")
_BEYOND_CONTEXT = ("/api", "/oauth", "/login")


class QadConfig(Reaching):
    """One tenant of QAD Adaptive (or of ``qad-central`` on a customer's own servers)."""

    #: with the context root: https://acme.qad.com/clouderp
    base_url: str
    auth: Literal["oauth_password", "session", "basic"] = "oauth_password"
    #: OAuth client of the instance's "Client IDs" page; a public client, it has no secret
    client_id: str = ""
    username: str = Field(min_length=1)
    #: DOMAIN_ENTITY; sent as x-qad-workspace-id
    workspace: str = ""
    domain: str = ""
    entity: str = ""
    #: further workspaces to post into, for documents of other entities than this one
    workspaces: tuple[str, ...] = ()
    #: true: ``connection ping`` checks what posting needs as well; false: nothing is ever posted into this instance
    writes: bool | None = None
    #: owner of master data; needed for the detail read of suppliers
    shared_set: str = ""
    page_size: int = Field(default=500, ge=1, le=10_000)
    #: how long to wait before each question about a lost answer; after the last one it is sent again
    ask_again_seconds: Waits = younger((SETTLE_SECONDS,))
    #: in which time zone the instance writes its times of change
    timezone: str = "UTC"
    #: how the instance writes days and numbers as text; unset = what can be read in two ways is refused
    dates: Literal["iso", "mdy", "dmy", "ymd"] | None = younger(None)
    decimals: Literal["point", "comma"] | None = younger(None)

    @field_validator("base_url")
    @classmethod
    def _has_a_context(cls, value: str) -> str:
        found = addresses.address(value, like="https://acme.qad.com/clouderp")
        for beyond in _BEYOND_CONTEXT:
            if f"{beyond}/" in f"{urlsplit(found).path}/":
                raise ValueError(f"should end with the context root (for instance /clouderp), before {beyond}")
        return found

    @field_validator("workspace")
    @classmethod
    def _names_domain_and_entity(cls, value: str) -> str:
        if value and not _WORKSPACE.fullmatch(value):
            raise ValueError("should be DOMAIN_ENTITY, for instance 10USA_10USACO")
        return value

    @field_validator("workspaces")
    @classmethod
    def _each_names_domain_and_entity(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not _WORKSPACE.fullmatch(one):
                raise ValueError("should be a list of DOMAIN_ENTITY, for instance [11CAN_11CANCO]")
        return value

    @field_validator("timezone")
    @classmethod
    def _exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("should be a time zone such as UTC or America/Chicago") from None
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.auth == "oauth_password" and not self.client_id:
            raise ValueError(
                "client_id is missing; auth: oauth_password needs it (screen 'Client IDs' of the instance)"
            )
        if not self.workspace and not (self.domain and self.entity):
            raise ValueError("workspace is missing; give workspace: DOMAIN_ENTITY, or domain and entity")
        domain, _, entity = self.workspace.partition("_")
        for mine, named, theirs in (("domain", self.domain, domain), ("entity", self.entity, entity)):
            if self.workspace and named and named != theirs:
                raise ValueError(f"{mine} {named!r} is not the one of workspace {self.workspace!r}")
        return self

    @property
    def full_workspace(self) -> str:
        """The value of the workspace header."""
        return self.workspace or f"{self.domain}_{self.entity}"

    @property
    def posting_workspaces(self) -> Mapping[str, str]:
        """Workspace by entity, this connection's own first."""
        return {name.partition("_")[2]: name for name in (self.full_workspace, *self.workspaces)}

    @property
    def formats(self) -> Formats:
        """How the instance writes days, numbers and times of change."""
        return Formats(
            dates=Order(self.dates) if self.dates else None,
            decimals=Decimals(self.decimals) if self.decimals else None,
            zone=ZoneInfo(self.timezone),
        )


def read(config: Mapping[str, Any]) -> QadConfig:
    """Check a configuration without its secrets; raises ConfigurationError listing every mistake."""
    return mistakes.checked(QadConfig, config, secrets=SECRETS, of="QAD")
