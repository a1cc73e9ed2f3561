"""How far one side of a flow was asked, and how it is called."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector import registry
from connector.domain.reconciliation import Sum

if TYPE_CHECKING:
    from connector.operations.operator import Operator


@dataclass(kw_only=True)
class Asked:
    """One side."""

    system: str
    #: documents that it listed, or answered about
    asked: int = 0
    #: documents that it could not be asked about, or was not any more
    unasked: int = 0
    #: why it was not asked, or not to the end; empty where it was
    why: str = ""
    #: whether it cannot be asked by its nature, which is nobody's fault
    never: bool = False
    #: of a source: whether it lists everything, and not changes or what waits only
    everything: bool = False
    #: of a source: what it lists of the period, by currency
    sums: dict[str, Sum] = field(default_factory=lambda: defaultdict(Sum))


def title(operator: Operator, connection: str) -> str:
    """What a person calls the system that a connection leads to."""
    return registry.system(operator.application.store.connection(connection).system).title
