"""The configuration of a cXML connection: one supplier network, or one supplier that speaks for itself."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, field_validator

from connector.http.connection_settings import Reaching, younger
from connector.reading import addresses, mistakes
from connector.reading.field_types import Waits
from connector.systems.cxml.documents import identity

if TYPE_CHECKING:
    from collections.abc import Mapping

#: what we show them, and what they show us
SHARED, PARTNER = "shared_secret", "partner_secret"
SECRETS = frozenset({SHARED, PARTNER})
_VERSION = re.compile(r"1\.[12]\.\d{3}", re.ASCII)


class Mode(StrEnum):
    """``deploymentMode``: what is sent for trial never becomes anything in a system that is in use."""

    PRODUCTION = "production"
    TEST = "test"


class Remembers(StrEnum):
    """Whether they answer a payloadID that they had before as before, and do nothing."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def _name(value: str) -> str:
    return identity.spelled(*identity.taken_apart(value))


Name = Annotated[str, AfterValidator(_name)]


class CxmlConfig(Reaching):
    """One network. Names are ``domain:identity``."""

    #: where our requests go; empty: nothing is sent, and suppliers are told nothing
    url: str = ""
    #: where orders go, where that is another address
    orders_url: str = ""
    #: what we are called; the first is how we sign what we send, all of them are us in what is sent to us
    identities: tuple[Name, ...] = Field(min_length=1, max_length=100)
    #: who sends to us (Sender): the network, or the one supplier
    partner: Name
    #: whose documents it may send (From); empty: those of anybody, for whom the network vouches
    suppliers: tuple[Name, ...] = ()
    deployment_mode: Mode = Mode.PRODUCTION
    remembers_payload_ids: Remembers = Remembers.UNKNOWN
    #: of the DTD that our documents name
    dtd_version: str = "1.2.071"
    language: str = Field(default="en", min_length=2, max_length=20)
    most_message_megabytes: int = Field(default=20, ge=1, le=200)
    #: how long to wait before an order that was not answered is sent again, where they remember payloadIDs
    ask_again_seconds: Waits = younger((15,))

    @field_validator("url", "orders_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return addresses.address(value, like="https://network.example/cxml") if value else ""

    @field_validator("remembers_payload_ids", mode="before")
    @classmethod
    def _a_word(cls, value: object) -> object:
        """YAML reads a bare yes as true."""
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value

    @field_validator("dtd_version")
    @classmethod
    def _is_a_version(cls, value: str) -> str:
        if not _VERSION.fullmatch(value):
            raise ValueError("should be a version of cXML such as 1.2.071")
        return value

    @property
    def address(self) -> str:
        """Where anything goes; empty where nothing does."""
        return self.url or self.orders_url

    def is_us(self, name: str) -> bool:
        """Whether this is one of our names."""
        return any(identity.same(name, ours) for ours in self.identities)


def read(config: Mapping[str, Any]) -> CxmlConfig:
    """Check a configuration without its secrets; raises ConfigurationError listing every mistake."""
    return mistakes.checked(CxmlConfig, config, secrets=SECRETS, of="cXML")
