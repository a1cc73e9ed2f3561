"""The configuration of a JAGGAER ONE connection: what a customer writes down, checked with one sentence per mistake."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator

from connector.connection_settings import Reaching, younger
from connector.domain import doubt
from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

SECRETS = frozenset({"client_secret"})


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
    ask_again_seconds: tuple[int, ...] = younger((5, 15, 45, 120))

    @field_validator("ask_again_seconds", mode="before")
    @classmethod
    def _are_waits(cls, value: object) -> tuple[int, ...]:
        return doubt.seconds(value)

    @field_validator("base_url", "token_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        try:
            url = urlsplit(value)
        except ValueError:
            raise ValueError("cannot be read as an address") from None
        if url.scheme not in ("http", "https") or not url.hostname:
            raise ValueError("should be a full address such as https://api.jaggaer.example")
        if url.username or url.password or url.query or url.fragment:
            raise ValueError("should be an address only, without user, password, question mark or #")
        return value.rstrip("/")

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
    try:
        return JaggaerConfig.model_validate({key: value for key, value in config.items() if key not in SECRETS})
    except ValidationError as error:
        mistakes = [_sentence(mistake) for mistake in error.errors(include_url=False, include_input=False)]
        raise ConfigurationError(" ".join(mistakes), mistakes=mistakes) from None


def _sentence(mistake: ErrorDetails) -> str:
    name = ".".join(str(part) for part in mistake["loc"])
    context = mistake.get("ctx", {})
    match mistake["type"]:
        case "extra_forbidden":
            return _unknown(name)
        case "missing":
            words = "is missing"
        case "literal_error":
            words = f"should be one of {context['expected']}"
        case "value_error":
            words = str(context["error"])
        case "string_too_short":
            words = "is empty"
        case "greater_than_equal":
            words = f"should be {context['ge']:g} or more"
        case "less_than_equal":
            words = f"should be {context['le']:g} or less"
        case kind if kind.startswith("bool"):
            words = "should be true or false"
        case kind:
            words = "should be a text" if kind.startswith("string") else "should be a number"
    return f"{name} {words}."


def _unknown(name: str) -> str:
    known = sorted({*JaggaerConfig.model_fields, *SECRETS, "entities"})
    near = get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"There is no setting {name!r} for a JAGGAER connection.{hint} Known: {', '.join(known)}."
