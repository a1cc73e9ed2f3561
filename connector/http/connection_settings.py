"""Settings that connections to any system have, and those that the release before does not know."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from connector.domain.outbound import DIRECT, ENVIRONMENT, proxy_at

#: an answer longer than this, unpacked, is not read
MOST_MEGABYTES = 50
#: nor one of more objects, lists and values than this: each of them takes many times its bytes in memory
MOST_ELEMENTS = 2_000_000


def younger(default: object, **limits: Any) -> Any:  # noqa: ANN401 - it stands where a value of the setting's own type does
    """A setting that is stored only where it is set: workers of the release before refuse what they do not know."""
    return Field(default=default, exclude_if=lambda value: value == default, **limits)


class Reaching(BaseModel):
    """How a system may be reached, and how much of an answer is read: the same for every system."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)

    #: its addresses may lead into a private network or to this machine
    allow_private_addresses: bool = younger(default=False)
    #: its addresses may be http, without encryption: whoever is on the way reads the credentials
    allow_plain_http: bool = younger(default=False)
    #: PEM file of the authorities that vouch for its certificate, instead of the public ones; every process reads it
    ca_file: str = younger("")
    #: forward proxy that its requests go through, ``environment`` or ``direct``; empty: that of the deployment, if any
    proxy: str = younger("")
    #: how many requests of one worker process may be on their way to it at a time; 0: as is usual for the system
    most_requests_at_once: int = younger(0, ge=0, le=64)
    most_answer_megabytes: int = younger(MOST_MEGABYTES, ge=1, le=1000)
    most_answer_elements: int = younger(MOST_ELEMENTS, ge=1000)
    timeout_seconds: float = Field(default=30.0, ge=1, le=600)

    @field_validator("proxy")
    @classmethod
    def _is_a_proxy(cls, value: str) -> str:
        return value if value in {"", ENVIRONMENT, DIRECT} else proxy_at(value, with_password=False).url
