"""What an operator may do: look, work, or decide who else may."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Each may what those before it may."""

    #: looks at everything but the content of documents
    VIEWER = "viewer"
    #: runs, holds, requeues, corrects
    OPERATOR = "operator"
    #: decides who may what, and to which systems there are connections
    ADMIN = "admin"

    def may(self, needed: Role) -> bool:
        """Whether this role is enough."""
        order = list(Role)
        return order.index(self) >= order.index(needed)
