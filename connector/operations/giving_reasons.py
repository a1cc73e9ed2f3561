"""What a person says when asked why: the audit trail keeps it."""

from __future__ import annotations

from connector.domain.errors import ConfigurationError

_LONGEST = 500


def reason(why: str) -> str:
    """The reason in one line; raises ConfigurationError for none, and for one that is too long."""
    said = " ".join(why.split())
    if not said or len(said) > _LONGEST:
        raise ConfigurationError(f"Say why in one to {_LONGEST} characters: the audit trail keeps it.")
    return said
