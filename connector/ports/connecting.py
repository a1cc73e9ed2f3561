"""What an operator asks of a system whose customers connect themselves."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from connector.ports.systems import System

if TYPE_CHECKING:
    from connector.ports.connections import OpenConnection


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a system says about the company a connection belongs to; empty where it says nothing."""

    name: str = ""
    domain: str = ""
    country: str = ""
    edition: str = ""
    language: str = ""
    #: why the system did not say whose connection it is
    why: str = ""

    def facts(self) -> dict[str, str]:
        """What is known, by what it is called."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True, kw_only=True)
class Marketplace:
    """Where customers of a system connect themselves to our application, and what it hands over of them."""

    #: what its customers call it
    name: str
    #: parameters of the address it leads a person to: whose company, and what is exchanged
    company_parameter: str
    token_parameter: str
    #: configuration fields: the company, our application, and the secret that is exchanged
    company: str
    client: str
    token: str


@runtime_checkable
class Connecting(System, Protocol):
    """A system that hands over a company to whoever it wants to be connected to."""

    #: secrets that connect a company, and are needed no more once it is
    once: frozenset[str]
    marketplace: Marketplace

    def connect(self, connection: OpenConnection) -> Profile:
        """Log in, unless there is a token, and ask whose connection it is.

        Raises what a login raises, and CredentialsRefused where the token is not of the company it came with.
        """
        ...
