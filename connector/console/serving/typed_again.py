"""What cannot be taken back asks for its name, typed."""

from __future__ import annotations

from connector.domain.errors import ConfigurationError


def typed_again(name: str, typed: str) -> None:
    """Raise ConfigurationError unless this is the name."""
    if typed.strip() != name:
        raise ConfigurationError(f"Nothing was removed: type {name} to remove it.")
