"""What ``up`` and ``demo`` say at their end: where the console is, and how to sign in to it once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.bootstrap import application
from connector.operations.accounts import people
from connector.operations.operator import Operator
from workers.spelling import local

if TYPE_CHECKING:
    from connector.config.settings import Settings
    from connector.operations.accounts.people import Invited

#: whom they let in while nobody has chosen a password yet
FIRST = "admin"


def how_to_sign_in(invited: Invited) -> str:
    """Tell a person how to sign in once; it is kept nowhere."""
    return (
        f"Sign in as {invited.name} ({invited.role}) with {invited.once}, once, before {local(invited.until)}; you "
        "then choose a password of your own. It is shown here only."
    )


def welcome(settings: Settings, address: str, *, actor: str) -> str:
    """Say where the console is; while no admin has chosen a password, let one in once."""
    built = application(settings)
    try:
        invited = people.first(Operator(application=built, actor=actor), FIRST)
    finally:
        built.close()
    if invited is None:
        return f"The console is at {address}; `ml-connector operator reset NAME` lets in who forgot a password."
    return f"The console is at {address}. {how_to_sign_in(invited)}"
