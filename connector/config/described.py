"""One setting: what it means, what it must be, and whether it is a secret."""

from __future__ import annotations

from typing import Any

from pydantic import Field


def setting(default: Any, meaning: str, must_be: str, *, secret: bool = False, **limits: Any) -> Any:  # noqa: ANN401 - pydantic's own signature
    """A setting that limits may hold for."""
    extra: dict[str, Any] = {"must_be": must_be, "secret": secret}
    return Field(default, description=meaning, repr=not secret, json_schema_extra=extra, **limits)


def port(default: int, meaning: str) -> Any:  # noqa: ANN401 - as above
    """A setting that is a port."""
    return setting(default, meaning, "a port number from 0 to 65535", ge=0, le=65_535)
