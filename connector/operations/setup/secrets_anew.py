"""Secrets that are kept are not sent to another place: whoever changes where a connection leads writes them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import registry
from connector.domain.errors import ConfigurationError
from connector.ports import Describing

if TYPE_CHECKING:
    from collections.abc import Collection


def require(system_name: str, replaced: Collection[str], kept: Collection[str]) -> None:
    """Raise ConfigurationError where secrets are ``kept`` and one of the ``replaced`` values leads them elsewhere."""
    leading = sorted(set(replaced) & _leading(system_name, replaced))
    if leading and kept:
        mistakes = [
            f"{key} is missing: with another {leading[0]} it may be sent somewhere else, so write it again."
            for key in sorted(kept)
        ]
        raise ConfigurationError(" ".join(mistakes), mistakes=mistakes)


def _leading(system_name: str, replaced: Collection[str]) -> set[str]:
    """The values that say where secrets go; of a system that does not describe its values any of them may."""
    system = registry.system(system_name)
    if isinstance(system, Describing):
        return {one.name for one in system.settings() if one.leads}
    return set(replaced) - system.secrets
