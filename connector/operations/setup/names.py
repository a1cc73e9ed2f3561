"""Names a customer chooses, and the full name of a flow."""

from __future__ import annotations

import re

from connector.domain.errors import ConfigurationError

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


def checked(what: str, name: str) -> str:
    """Return the name; raises ConfigurationError with the rule when it breaks it."""
    if _NAME.fullmatch(name) is None:
        raise ConfigurationError(
            f"{name!r} cannot name {what}: use up to 63 small letters, digits, dots, dashes and underscores, "
            "beginning with a letter or digit."
        )
    return name


def split_flow(full_name: str) -> tuple[str, str]:
    """Split ``<integration>/<flow>``; raises ConfigurationError when it is not one."""
    integration, slash, flow = full_name.partition("/")
    if not slash or not integration or not flow or "/" in flow:
        raise ConfigurationError(
            f"{full_name!r} is not the name of a flow: write <integration>/<flow>, "
            "e.g. acme-jaggaer/qad_invoices_to_jaggaer."
        )
    return integration, flow
