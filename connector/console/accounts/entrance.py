"""``/sign-in``, ``/sign-out``, ``/choose-password``."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.console.serving.answers import Abroad, Answer, Entered, Onward, Page
from connector.console.serving.desk import BACK, CHOOSE, SIGN_IN, Asked
from connector.console.serving.forms import place_here
from connector.console.serving.person import visitor
from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.operations.accounts import elsewhere, signing_in
from connector.operations.accounts.passwords import LEAST
from connector.operations.accounts.signing_in import TurnedAway

if TYPE_CHECKING:
    from connector.console.serving.desk import Desk
    from connector.operations.accounts.provider import Provider

#: a link, no form: a browser follows no form to another site
_LEAVE = f"{SIGN_IN}/with"


def add(desk: Desk, provider: Provider | None = None) -> None:
    """Add these pages; people may sign in with a ``provider``, too, if there is one."""
    called = provider.agreed.called if provider else ""
    desk.page(SIGN_IN, role=None)(partial(_sign_in, called))
    desk.change(SIGN_IN, role=None)(partial(_signed_in, called))
    if provider is not None:
        desk.page(_LEAVE, role=None)(partial(_leave, provider))
        desk.page(BACK, role=None)(partial(_back, provider))
    desk.change("/sign-out", role=Role.VIEWER, choosing=True)(_signed_out)
    desk.page(CHOOSE, role=Role.VIEWER, choosing=True)(_choose)
    desk.change(CHOOSE, role=Role.VIEWER, choosing=True)(_chosen)


def _sign_in(called: str, asked: Asked) -> Answer:
    onward = place_here(asked.request.query_params.get("next", ""))
    return Onward(place=onward) if asked.session else _form(called, onward)


def _leave(provider: Provider, asked: Asked) -> Answer:
    onward = place_here(asked.request.query_params.get("next", ""))
    if asked.session is not None:
        return Onward(place=onward)
    try:
        leaving = elsewhere.leave(asked.operator, provider, onward)
    except TurnedAway as turned:
        return _form(provider.agreed.called, onward, wrong=turned.message)
    return Abroad(address=leaving.address, kept=leaving.kept)


def _back(provider: Provider, asked: Asked) -> Answer:
    said = asked.request.query_params
    back = elsewhere.Back(
        state=said.get("state", ""), code=said.get("code", ""), error=said.get("error", ""), issuer=said.get("iss", "")
    )
    try:
        opened, onward = elsewhere.arrive(
            asked.operator, provider, asked.away, back, visitor=visitor(asked.request), before=asked.session
        )
    except TurnedAway as turned:
        return _form(provider.agreed.called, "/", wrong=turned.message)
    return Entered(kept=opened.kept, place=place_here(onward))


def _form(called: str, onward: str, name: str = "", wrong: str = "") -> Page:
    return Page(
        template="sign_in.html",
        title="Sign in",
        shows={"called": called, "onward": onward, "name": name, "wrong": wrong},
        status=HTTPStatus.UNAUTHORIZED if wrong else HTTPStatus.OK,
    )


def _signed_in(called: str, asked: Asked) -> Answer:
    onward, name = place_here(asked.field("next")), asked.field("name")
    try:
        opened = signing_in.sign_in(asked.operator, name, asked.field("password"), visitor(asked.request))
    except TurnedAway as turned:
        return _form(called, onward, name, turned.message)
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
