"""Who is who in a network: ``domain:identity``."""

from __future__ import annotations

from connector.reading.invoice_numbers import normalised

INFORMATION = "information"


def spelled(domain: str, identity: str) -> str:
    """A name as it is configured and shown; domains are compared without case, so they are shown as they came."""
    return f"{domain.strip()}:{identity.strip()}"


def taken_apart(name: str) -> tuple[str, str]:
    """Domain and identity; raises ValueError that ends the sentence about the name."""
    if not is_one(name):
        raise ValueError("should be a domain and an identity, such as NetworkID:AN01000000001")
    domain, _, identity = name.partition(":")
    return domain.strip(), identity.strip()


def is_one(name: str) -> bool:
    """Whether it is a name at all."""
    domain, _, identity = name.partition(":")
    return bool(domain.strip() and identity.strip())


def same(one: str, other: str) -> bool:
    """Whether two names are one."""
    return folded(one) == folded(other)


def folded(name: str) -> str:
    """A name as it is compared."""
    domain, _, identity = name.partition(":")
    return f"{domain.strip().casefold()}:{identity.strip()}"


def invoice_key(supplier: str, number: str, purpose: str, *, information: bool = False) -> str:
    """The source key of an invoice: whose, its number however it is spelled, what for; information stands beside it."""
    key = f"{folded(supplier)}|{normalised(number)}|{purpose}"
    return f"{key}|{INFORMATION}" if information else key
