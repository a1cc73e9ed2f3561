"""The configuration of a JAGGAER ONE connection: what a customer writes down, checked with one sentence per mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from connector.http.connection_settings import Reaching, younger
from connector.reading import addresses, mistakes
from connector.reading.field_types import Waits

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRETS = frozenset({"client_secret"})
#: tenants share regional hosts; the client tells them apart
TENANT = frozenset({"base_url", "client_id"})


class JaggaerConfig(Reaching):
    """One tenant of JAGGAER ONE. Hosts may be regional, so neither address is ever made from the other or a name."""

    #: up to the host: https://prep-reg02.api.jaggaer.example
    base_url: str
    #: in full: https://.../auth/realms/J1p-integrations/protocol/openid-connect/token
    token_url: str
    client_id: str = Field(min_length=1)
    #: how this tenant spells the import's wrapper; both spellings were seen
    invoice_casing: Literal["invoiceOcr", "invoiceOCR"] = "invoiceOcr"
    #: what this tenant calls its accounting fields (``internalName``); an empty name leaves that part out
    account_field: str = Field(default="Account", min_length=1)
    sub_account_field: str = "SubAccount"
    cost_centre_field: str = "CostCentre"
    project_field: str = "Project"
    #: how long to wait before each question about a lost answer; after the last one it is sent again
    ask_again_seconds: Waits = younger((5, 15, 45, 120))

    @field_validator("base_url", "token_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return addresses.address(value, like="https://api.jaggaer.example")

    @field_validator("base_url")
    @classmethod
    def _ends_before_the_api(cls, value: str) -> str:
        if "/j1p" in urlsplit(value).path:
            raise ValueError("should end before /j1p; the paths behind it are in entities.yaml")
        return value

    @field_validator("token_url")
    @classmethod
    def _is_a_token_endpoint(cls, value: str) -> str:
        if not urlsplit(value).path:
            raise ValueError(
                "should be the full address of the token endpoint, such as "
                "https://api.jaggaer.example/auth/realms/J1p-integrations/protocol/openid-connect/token"
            )
        return value

    def accounting_fields(self) -> dict[str, str]:
        """The tenant's name of each part of the accounting, in its order; empty where it has none."""
        return {
            "account": self.account_field,
            "sub_account": self.sub_account_field,
            "cost_centre": self.cost_centre_field,
            "project": self.project_field,
        }


def read(config: Mapping[str, Any]) -> JaggaerConfig:
    """Check a configuration without its secrets; raises ConfigurationError listing every mistake."""
    return mistakes.checked(JaggaerConfig, config, secrets=SECRETS, of="JAGGAER")
