"""``/sign-in``, ``/sign-out``, ``/choose-password``."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.console.serving.answers import Answer, Entered, Onward, Page
from connector.console.serving.desk import CHOOSE, SIGN_IN, Asked
from connector.console.serving.forms import place_here
from connector.console.serving.person import visitor
from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.operations.accounts import signing_in
from connector.operations.accounts.passwords import LEAST
from connector.operations.accounts.signing_in import TurnedAway

if TYPE_CHECKING:
    from connector.console.serving.desk import Desk


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(SIGN_IN, role=None)(_sign_in)
    desk.change(SIGN_IN, role=None)(_signed_in)
    desk.change("/sign-out", role=Role.VIEWER, choosing=True)(_signed_out)
    desk.page(CHOOSE, role=Role.VIEWER, choosing=True)(_choose)
    desk.change(CHOOSE, role=Role.VIEWER, choosing=True)(_chosen)


def _sign_in(asked: Asked) -> Answer:
    onward = place_here(asked.query("next"))
    return Onward(place=onward) if asked.session else _form(onward)


def _form(onward: str, name: str = "", wrong: str = "") -> Page:
    return Page(
        template="sign_in.html",
        title="Sign in",
        shows={"onward": onward, "name": name, "wrong": wrong},
        status=HTTPStatus.UNAUTHORIZED if wrong else HTTPStatus.OK,
    )


def _signed_in(asked: Asked) -> Answer:
    onward, name = place_here(asked.field("next")), asked.field("name")
    try:
        opened = signing_in.sign_in(asked.operator, name, asked.field("password"), visitor(asked.request))
    except TurnedAway as turned:
        return _form(onward, name, turned.message)
    if asked.session is not None:  # whoever signs in anew is not who they were
        signing_in.sign_out(asked.operator, asked.session)
    return Entered(kept=opened.kept, place=CHOOSE if opened.must_choose else onward)


def _signed_out(asked: Asked) -> Answer:
    signing_in.sign_out(asked.operator, asked.who)
    return Entered(kept="", place=SIGN_IN)


def _choose(_: Asked) -> Answer:
    return _choosing()


def _choosing(wrong: str = "") -> Page:
    return Page(
        template="choose_password.html",
        title="Choose a password",
        shows={"wrong": wrong, "least": LEAST},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


def _chosen(asked: Asked) -> Answer:
    password = asked.field("password")
    if password != asked.field("again"):
        return _choosing("The two are not the same.")
    try:
        kept = signing_in.choose_password(
            asked.operator, asked.who, asked.field("before"), password, visitor(asked.request)
        )
    except (TurnedAway, ConfigurationError) as error:
        return _choosing(error.message)
    return Entered(kept=kept, place="/")
