"""What the pipeline asks of the world. Every Protocol has one conformance suite, run on each implementation."""

from __future__ import annotations

from connector.ports.connecting import Connecting, Marketplace, Profile
from connector.ports.connections import OpenConnection, Tokens, Vault
from connector.ports.ledger import (
    Attempts,
    Claims,
    Connections,
    Discarded,
    Extraction,
    Links,
    Outcomes,
    Reopening,
    Rereading,
    Runs,
    Store,
    UnitOfWork,
)
from connector.ports.running import Clock, Dispatcher, NextFire, Recovery
from connector.ports.subscriptions import Events, Hint, Subscribing, Subscriptions, SubscriptionShown
from connector.ports.systems import (
    Acknowledging,
    Confirming,
    Examples,
    Gating,
    Lapsing,
    Renewing,
    Source,
    System,
    TakingMany,
    Target,
    Tenanted,
)

__all__ = [
    "Acknowledging",
    "Attempts",
    "Claims",
    "Clock",
    "Confirming",
    "Connecting",
    "Connections",
    "Discarded",
    "Dispatcher",
    "Events",
    "Examples",
    "Extraction",
    "Gating",
    "Hint",
    "Lapsing",
    "Links",
    "Marketplace",
    "NextFire",
    "OpenConnection",
    "Outcomes",
    "Profile",
    "Recovery",
    "Renewing",
    "Reopening",
    "Rereading",
    "Runs",
    "Source",
    "Store",
    "Subscribing",
    "SubscriptionShown",
    "Subscriptions",
    "System",
    "TakingMany",
    "Target",
    "Tenanted",
    "Tokens",
    "UnitOfWork",
    "Vault",
]
