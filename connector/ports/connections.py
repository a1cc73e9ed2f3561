"""A connection as a system opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.domain.outbound import Outbound
    from connector.domain.token import Token
    from connector.ports.inbox import Inbox


class Tokens(Protocol):
    """The token of one connection, shared by all workers."""

    def current(self) -> Token | None:
        """The stored token, or None."""
        ...

    def renew(self, stale: Token | None, fetch: Callable[[Token | None], Token]) -> Token:
        """Replace ``stale``: one process fetches, the others wait and read what it stored.

        ``fetch`` receives the stored token (its refresh token may be newer than the caller's). The result is
        committed before anybody uses it.
        """
        ...


class OpenConnection(Protocol):
    """A connection ready for use: configuration, secrets in clear, shared token."""

    @property
    def name(self) -> str:
        """The connection's name."""
        ...

    @property
    def config(self) -> Mapping[str, Any]:
        """Checked configuration without secrets."""
        ...

    @property
    def overrides(self) -> Mapping[str, Any]:
        """The tenant's changes to the system's ``entities.yaml``."""
        ...

    @property
    def secrets(self) -> Mapping[str, str]:
        """Secrets in clear; never logged, never in an error."""
        ...

    @property
    def tokens(self) -> Tokens:
        """The shared token."""
        ...

    @property
    def inbox(self) -> Inbox:
        """What this connection was sent."""
        ...

    @property
    def allow_private_addresses(self) -> bool:
        """Whether this deployment lets tenant URLs point at private or loopback addresses, over plain http."""
        ...

    @property
    def outbound(self) -> Outbound:
        """How this deployment reaches what lies outside, where the connection says nothing else."""
        ...


class Vault(Protocol):
    """Encrypts at rest. ``identity`` names the row and column; a value moved elsewhere does not open."""

    def seal(self, plain: bytes, identity: str) -> bytes:
        """Encrypt for this place."""
        ...

    def open(self, sealed: bytes, identity: str) -> bytes:
        """Decrypt what was sealed for this place; raises ConfigurationError when the key is missing or it was not."""
        ...
