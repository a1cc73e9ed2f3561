"""What the API answers, as what operations return: commands draw both alike."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from connector.domain.errors import ConnectorError
from connector.domain.exchange import PingReport
from connector.domain.postings import AccountChange
from connector.domain.reconciliation import Difference, Figure, Posted, Sum
from connector.domain.role import Role
from connector.domain.sign_off import Change, FigureChange, Part
from connector.operations.work.asked import Asked
from connector.ports import Profile
from connector.store.operator.audit import AuditEvent
from connector.store.operator.choosing import Version
from connector.store.operator.connections import Connection
from connector.store.operator.crosswalks import Code
from connector.store.operator.flows import Flow
from connector.store.operator.integrations import Integration
from connector.store.operator.messages import Stored
from connector.store.operator.records import Attempt, Record
from connector.store.operator.runs import Run, Tally
from connector.store.operator.sign_offs import SignOff

T = TypeVar("T")
#: names that the classes' own files know only while types are checked
_NAMES: dict[str, Any] = {
    one.__name__: one
    for one in (
        *(AccountChange, Asked, Attempt, AuditEvent, Change, Code, Connection, Decimal, Difference, Figure),
        *(FigureChange, Mapping, Part, PingReport, Posted, Profile, Record, Role, Run, Sequence, SignOff, Stored),
        *(Flow, Integration, Sum, Tally, UUID, Version),
    )
} | {"dt": dt, "Any": Any}


@cache
def adapter(kind: Hashable) -> TypeAdapter[Any]:
    """What makes one of this class; a name that the class's own file knows means there what the file says."""
    own = vars(sys.modules[kind.__module__])
    made: TypeAdapter[Any] = TypeAdapter(cast("type[Any]", kind))
    made.rebuild(force=True, _types_namespace={name: one for name, one in _NAMES.items() if own.get(name, one) is one})
    return made


def revived(kind: type[T], told: object) -> T:
    """One of this class."""
    try:
        return cast("T", adapter(cast("Hashable", kind)).validate_python(told))
    except ValidationError:
        raise ConnectorError(
            "The console answers otherwise than this command understands: one of both is of another release."
        ) from None


def all_revived(kind: type[T], told: Sequence[object]) -> list[T]:
    """Several of this class."""
    return [revived(kind, one) for one in told]
