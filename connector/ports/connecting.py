"""What an operator asks of a system whose customers connect themselves."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

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


@runtime_checkable
class Connecting(Protocol):
    """A system that hands over a company to whoever it wants to be connected to."""

    #: secrets that connect a company, and are needed no more once it is
    once: frozenset[str]

    def connect(self, connection: OpenConnection) -> Profile:
        """Log in, unless there is a token, and ask whose connection it is.

        Raises what a login raises, and CredentialsRefused where the token is not of the company it came with.
        """
        ...
