"""The identity provider that the settings name, if they name one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from connector.config import PREFIX
from connector.domain.errors import ConfigurationError
from connector.domain.outbound import Outbound
from connector.domain.role import Role

if TYPE_CHECKING:
    from connector.config.settings import Settings
    from connector.operations.accounts.provider import Provider

#: where it sends people back to, below the address of the console
BACK = "/sign-in/back"


def of(settings: Settings) -> Provider | None:
    """The provider; raises ConfigurationError where something is missing without which nobody could sign in."""
    if not settings.oidc_issuer:
        return None
    from connector.operations.accounts.provider import Agreed, Provider  # noqa: PLC0415 - it speaks HTTP

    groups = {
        Role.ADMIN: _listed(settings.oidc_admin_groups),
        Role.OPERATOR: _listed(settings.oidc_operator_groups),
        Role.VIEWER: _listed(settings.oidc_viewer_groups),
    }
    for name, there in (
        ("OIDC_CLIENT_ID", settings.oidc_client_id),
        ("CONSOLE_URL", settings.console_url),
        ("OIDC_ADMIN_GROUPS, or the same of operators or viewers", any(groups.values())),
    ):
        if not there:
            raise ConfigurationError(f"{PREFIX}OIDC_ISSUER names an identity provider, so set {PREFIX}{name} too.")
    if not settings.oidc_issuer.startswith("https://") and not settings.allow_private_addresses:
        raise ConfigurationError(f"{PREFIX}OIDC_ISSUER must begin with https://: what it says lets people in.")
    return Provider(
        Agreed(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            called=settings.oidc_name,
            scopes=settings.oidc_scopes,
            groups_claim=settings.oidc_groups_claim,
            groups=groups,
            redirect=f"{settings.console_url.rstrip('/')}{BACK}",
            outbound=Outbound(proxy=settings.proxy, ca_file=settings.ca_file),
            allow_plain=settings.allow_private_addresses,
        )
    )


def _listed(text: str) -> frozenset[str]:
    return frozenset(filter(None, (one.strip() for one in re.split(r"[;\n]", text))))
