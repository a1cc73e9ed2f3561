"""``ml-connector operator``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from connector.domain.role import Role
from connector.operations.accounts import people, tokens
from workers.cli.reaching.doing import do
from workers.output import Json, emit, say, table
from workers.welcome import how_to_sign_in

if TYPE_CHECKING:
    from connector.operations.accounts.people import Invited

app = typer.Typer(no_args_is_help=True, help="Who may use the console and the API, and as what.")
token_app = typer.Typer(no_args_is_help=True, help="What an operator's programs show to the API.")
app.add_typer(token_app, name="token")

Name = Annotated[str, typer.Argument(help="The operator's name, e.g. anna.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="Why; it is kept in the audit trail.")]
Whose = Annotated[Role, typer.Option("--role", help="What they may: look, work, or decide who else may.")]


@app.command("add")
def add(name: Name, role: Whose, as_json: Json = False) -> None:
    """Add an operator, and print the password with which they sign in once and then choose their own."""
    _show(do(people.add, name, role), as_json=as_json)


@app.command("reset")
def reset(name: Name, as_json: Json = False) -> None:
    """Let an operator choose a new password; what they had lets them in no more, and they are signed out."""
    _show(do(people.reset, name), as_json=as_json)


def _show(invited: Invited, *, as_json: bool) -> None:
    if as_json:
        emit({"name": invited.name, "role": invited.role, "once": invited.once, "until": invited.until})
    else:
        say(how_to_sign_in(invited))


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List operators."""
    found = do(people.list_)
    if as_json:
        emit(found)
        return
    table(
        ((one.name, one.role, one.status, one.seen_at, one.sessions, one.tokens, one.created_at) for one in found),
        "operator | role | status | last seen | browsers | tokens | added",
        nothing="There is no operator yet: `ml-connector operator add NAME --role admin`.",
    )


@app.command("role")
def change_role(name: Name, role: Whose, why: Why, as_json: Json = False) -> None:
    """Let an operator do more, or less, from this moment on."""
    account = do(people.change_role, name, role, why)
    if as_json:
        emit(account)
    else:
        say(f"{name} is {account.role} now.")


@app.command("sign-out")
def sign_out(name: Name, as_json: Json = False) -> None:
    """End every session of an operator."""
    ended = do(people.sign_out, name)
    if as_json:
        emit({"signed_out": name, "sessions": ended})
    else:
        say(f"{name} is signed out: {ended} browsers.")


@app.command("revoke")
def revoke(name: Name, why: Why, as_json: Json = False) -> None:
    """Let an operator do nothing any more: browsers are signed out, tokens are worth nothing."""
    account = do(people.revoke, name, why)
    if as_json:
        emit(account)
    else:
        say(f"{name} is revoked.")


@token_app.command("add")
def add_token(
    operator: Annotated[str, typer.Argument(help="Whose it is.")],
    name: Annotated[str, typer.Argument(help="What it is called, e.g. nightly-export.")],
    role: Annotated[Role, typer.Option("--role", help="What it may, at most what its operator may.")],
    days: Annotated[int, typer.Option(min=1, max=tokens.MOST_DAYS, help="How many days it is good.")] = tokens.DAYS,
    as_json: Json = False,
) -> None:
    """Make a token and print it: it is shown once."""
    token, until = do(tokens.add, operator, name, role, days)
    if as_json:
        emit({"operator": operator, "name": name, "role": role, "token": token, "until": until})
    else:
        say(token)


@token_app.command("list")
def list_tokens(
    operator: Annotated[str | None, typer.Option("--operator", metavar="NAME", help="Those of one operator.")] = None,
    as_json: Json = False,
) -> None:
    """List tokens, without what is secret about them."""
    found = do(tokens.list_, operator)
    if as_json:
        emit(found)
        return
    now = dt.datetime.now(dt.UTC)
    table(
        (
            (one.operator, one.name, one.role, one.status(now), one.ends_at, one.used_at, one.created_at)
            for one in found
        ),
        "operator | token | role | status | ends | last used | made",
        nothing="There is no token yet: `ml-connector operator token add OPERATOR NAME --role viewer`.",
    )


@token_app.command("revoke")
def revoke_token(
    operator: Annotated[str, typer.Argument(help="Whose it is.")],
    name: Annotated[str, typer.Argument(help="What it is called.")],
    as_json: Json = False,
) -> None:
    """Take a token back."""
    do(tokens.revoke, operator, name)
    if as_json:
        emit({"operator": operator, "revoked": name})
    else:
        say(f"The token {name} of {operator} is worth nothing any more.")
