"""Who may scrape. Figures tell a competitor how much is bought and from how many: by default nobody may."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Literal

from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

_BEARER = "bearer "
#: what proxies add: whoever they pass on does not come from this machine, though the proxy may
_OF_PROXIES = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


@dataclass(frozen=True, kw_only=True)
class Access:
    """``off`` lets nobody, ``loopback`` this machine, ``token`` whoever shows it."""

    how: Literal["off", "loopback", "token"]
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Raises ConfigurationError when there is no token to be shown."""
        if self.how == "token" and not self.token:
            raise ConfigurationError(
                "ML_CONNECTOR_METRICS is token, and there is none: set ML_CONNECTOR_METRICS_TOKEN, or "
                "ML_CONNECTOR_METRICS_TOKEN_FILE to a file with 16 characters or more."
            )

    @property
    def is_given(self) -> bool:
        """Whether anybody may."""
        return self.how != "off"

    def allows(self, client: str, headers: Mapping[str, str]) -> bool:
        """Whether somebody with this address and these headers (named in small letters) may."""
        if self.how == "loopback":
            return _is_this_machine(client) and not any(name in headers for name in _OF_PROXIES)
        shown = headers.get("authorization", "")
        bears = self.how == "token" and shown[: len(_BEARER)].lower() == _BEARER
        return bears and hmac.compare_digest(
            shown[len(_BEARER) :].strip().encode(errors="replace"), self.token.encode()
        )


def _is_this_machine(client: str) -> bool:
    try:
        found = ip_address(client)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback
