"""The configuration of a JAGGAER Indirect connection: what a customer writes down, one sentence per mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, field_validator

from connector.http.connection_settings import Reaching
from connector.reading import addresses, mistakes

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARED_SECRET = "shared_secret"  # noqa: S105 - its name
SECRETS = frozenset({SHARED_SECRET})


class OrderAddress(BaseModel):
    """An address as an order has it: JAGGAER wants all of it, and QAD says only its code."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)

    template: str = ""
    lines: tuple[str, ...] = Field(min_length=1, max_length=5)
    city: str = Field(min_length=1)
    state: str = ""
    postal_code: str = Field(min_length=1)
    country: str = Field(pattern=r"^[A-Z]{2}$")


class JaggaerXmlConfig(Reaching):
    """One organisation at JAGGAER Indirect."""

    #: up to the host: https://usertest-messages.sciquest.example
    base_url: str
    #: who we are, as JAGGAER calls this organisation
    identity: str = Field(min_length=1)
    #: where the import of invoices is; without it no invoice is sent
    invoice_path: str = ""
    #: whether JAGGAER refuses a second new order of a number: only then one whose answer was lost is sent again
    order_numbers_unique: bool = False
    #: whether changes and cancellations are passed on to suppliers
    distribute_revisions: bool = False
    #: the user in JAGGAER in whose name orders come; else the buyer in QAD
    requestor: str = ""
    #: by their code in QAD: what orders say of where to deliver and where to bill
    addresses: dict[str, OrderAddress] = Field(default_factory=dict)
    #: what this organisation calls its accounting fields; an empty name leaves that part out
    account_field: str = Field(default="Account", min_length=1)
    sub_account_field: str = "SubAccount"
    cost_centre_field: str = "CostCentre"
    project_field: str = "Project"

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return addresses.address(value, like="https://integrations.sciquest.example")

    @field_validator("invoice_path")
    @classmethod
    def _is_a_path(cls, value: str) -> str:
        if "://" in value or "?" in value or "#" in value:
            raise ValueError("should be the path behind base_url, such as apps/Router/InvoiceImport")
        return value.strip("/")

    def accounting_fields(self) -> dict[str, str]:
        """Return what this organisation calls each part of the accounting, without those it has not."""
        fields = {
            "account": self.account_field,
            "sub_account": self.sub_account_field,
            "cost_centre": self.cost_centre_field,
            "project": self.project_field,
        }
        return {ours: theirs for ours, theirs in fields.items() if theirs}


def read(config: Mapping[str, object]) -> JaggaerXmlConfig:
    """Check a configuration without its secrets; raises ConfigurationError listing every mistake."""
    return mistakes.checked(JaggaerXmlConfig, config, secrets=SECRETS, of="JAGGAER Indirect")
