"""What the pipeline asks of the world. Every Protocol has one conformance suite, run on each implementation."""

from __future__ import annotations

from connector.ports.connecting import Connecting, Profile
from connector.ports.connections import OpenConnection, Tokens, Vault
from connector.ports.ledger import Connections, Records, Runs, Store, UnitOfWork
from connector.ports.running import Clock, Dispatcher, NextFire, Recovery
from connector.ports.subscriptions import Subscribing, Subscriptions, SubscriptionShown
from connector.ports.systems import (
    Acknowledging,
    Confirming,
    Gating,
    Lapsing,
    Renewing,
    Source,
    System,
    TakingMany,
    Target,
)

__all__ = [
    "Acknowledging",
    "Clock",
    "Confirming",
    "Connecting",
    "Connections",
    "Dispatcher",
    "Gating",
    "Lapsing",
    "NextFire",
    "OpenConnection",
    "Profile",
    "Records",
    "Recovery",
    "Renewing",
    "Runs",
    "Source",
    "Store",
    "Subscribing",
    "SubscriptionShown",
    "Subscriptions",
    "System",
    "TakingMany",
    "Target",
    "Tokens",
    "UnitOfWork",
    "Vault",
]
