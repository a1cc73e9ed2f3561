"""``/audit/seals``: what proves that nobody changed the trail, and verifying it now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.console.serving.answers import Answer, Onward, Page
from connector.console.trail.events_page import PLACE as ABOVE
from connector.domain.role import Role
from connector.operations.work import audit, verifying_trail

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.console.serving.desk import Asked, Desk

PLACE = f"{ABOVE}/seals"
_SHOWN = 20


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(PLACE)(_show)
    desk.change(f"{PLACE}/verify", role=Role.OPERATOR)(_verify)
    desk.result(verifying_trail.KIND, "audit_verified.html", _verified, role=Role.VIEWER)


def _show(asked: Asked) -> Answer:
    standing = audit.standing(asked.operator, most=_SHOWN)
    return Page(template="audit_seals.html", title="Seals · Audit", shows={"it": standing}, live=True)


def _verify(asked: Asked) -> Answer:
    job = verifying_trail.begin(asked.operator, since_last=asked.field("since_last") == "yes", place=PLACE)
    return Onward(place=f"/jobs/{job}")


def _verified(asked: Asked, found: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG001 - as every result is drawn
    return {"found": found}
