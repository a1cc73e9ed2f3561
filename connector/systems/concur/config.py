"""The configuration of an SAP Concur connection: what a customer writes down, checked with one sentence per mistake."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from pydantic import Field, field_validator

from connector.domain.doubt import SETTLE_SECONDS
from connector.http.connection_settings import Reaching, younger
from connector.http.reach import Reach, domain_of
from connector.reading import addresses, mistakes
from connector.reading.field_types import Waits

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRETS = frozenset({"client_secret", "request_token"})
ONCE = frozenset({"request_token"})
#: a company is the same wherever SAP keeps it
TENANT = frozenset({"company_uuid"})
#: a stored token belongs to these; as long as none of them changes it stays good, and nobody has to reconnect
GRANT = frozenset({"base_url", "client_id", "company_uuid", "geolocation", "request_token"})

_DOMAIN = re.compile(r"([A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]+")


class ConcurConfig(Reaching):
    """One company in SAP Concur."""

    #: where the request token of the App Center is exchanged, once; every later call goes where that answer says
    base_url: str = "https://glz.api.concursolutions.com"
    client_id: str = Field(min_length=1)
    #: the ``id`` that the App Center hands over with the request token
    company_uuid: str
    #: our name among several systems that fetch documents of this company; empty when we are the only one
    system_id: str = Field(default="", max_length=50)
    #: take documents of Concur's test users as well; only where the target is a test system
    allow_test_documents: bool = False
    #: whether ``document`` arrives as JSON or as a text of JSON
    document_format: Literal["text", "JSON"] = "JSON"
    page_size: int = Field(default=100, ge=1, le=1000)
    #: exchange the request token there instead of at base_url; only to reconnect a company whose data centre is known
    geolocation: str = ""
    #: further domains in which SAP may place the company, besides the one of base_url and geolocation
    domains: tuple[str, ...] = younger(())
    #: how long to wait before each question about a lost answer; after the last one it is sent again
    ask_again_seconds: Waits = younger((SETTLE_SECONDS,))

    @field_validator("base_url", "geolocation")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        like = "https://glz.api.concursolutions.com"
        return addresses.address(value, like=like, without_path=True) if value else value

    @field_validator("base_url")
    @classmethod
    def _is_given(cls, value: str) -> str:
        if not value:
            raise ValueError("is empty; leave it out for https://glz.api.concursolutions.com")
        return value

    @field_validator("domains")
    @classmethod
    def _are_domains(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not _DOMAIN.fullmatch(one):
                raise ValueError("should be a list of domains, for instance [api.concursolutions.com]")
        return value

    @property
    def reach(self) -> Reach:
        """How far requests may go: SAP names the company's data centre in its answers."""
        ours = [address for address in (self.base_url, self.geolocation) if address]
        return Reach(*ours, domains=(*map(domain_of, ours), *self.domains))

    @field_validator("company_uuid")
    @classmethod
    def _is_a_uuid(cls, value: str) -> str:
        try:
            return str(UUID(value))
        except ValueError:
            raise ValueError(
                "should be the company's id as the App Center gives it, such as 08bdf66b-1b7f-4a1b-9d0b-0a1b2c3d4e5f"
            ) from None


def read(config: Mapping[str, Any]) -> ConcurConfig:
    """Check a configuration without its secrets; raises ConfigurationError listing every mistake."""
    return mistakes.checked(ConcurConfig, config, secrets=SECRETS, of="Concur")
