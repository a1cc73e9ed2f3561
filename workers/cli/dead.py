"""``ml-connector dead``."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from connector.domain.errors import ConfigurationError
from connector.operations import giving_reasons
from connector.operations.work import dead_letters, meant, seeking, settling
from connector.store.operator.dead_letters import Filter
from workers.cli.asking import Discarded, Why, make_sure
from workers.cli.batches import in_batches
from workers.cli.failing import FAILED
from workers.cli.reaching.doing import do
from workers.cli.seeking import Amount, Party, Search, Since, Until, called, say_if_more
from workers.output import Json, complain, emit, facts, remark, say, table
from workers.spelling import short

if TYPE_CHECKING:
    from uuid import UUID

    from connector.store.operator.dead_letters import DeadLetter

app = typer.Typer(no_args_is_help=True, help="Dead letters: what could not be done, and what to do about it.")

LetterId = Annotated[
    str,
    typer.Argument(metavar="ID", help="Its id, its record's, how one of them begins, or its document's key or number."),
]
LookedAt = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="Its id, or how it begins. Anything else that `dead show` takes asks at a terminal whether its newest "
        "letter is meant, and is refused without one.",
    ),
]
OfFlow = Annotated[str | None, typer.Option("--flow", help="Only those of this flow.")]
OfReason = Annotated[str | None, typer.Option("--reason", metavar="CODE", help="Only those with this reason code.")]


@app.command("list")
def list_(  # noqa: PLR0917 - a person names options, never places them
    flow: OfFlow = None,
    reason: OfReason = None,
    resolved: Annotated[bool, typer.Option("--resolved", help="Resolved ones, too.")] = False,
    search: Search = "",
    party: Party = "",
    amount: Amount = "",
    since: Since = "",
    until: Until = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the newest first.")] = 50,
    as_json: Json = False,
) -> None:
    """List open dead letters, the newest first."""
    now = dt.datetime.now(dt.UTC)
    sought = seeking.sought(now=now, search=search, party=party, amount=amount, since=since, until=until)
    wanted = Filter(flow=flow, code=reason, sought=sought)
    found, there = do(dead_letters.listed, wanted, most=limit, resolved=resolved)
    if as_json:
        emit(found)
    else:
        table(
            (
                (
                    f"{d.id}\n{d.flow}\n{short(d.created_at)}",
                    called(d),
                    f"{d.code}\n{d.resolution if d.resolved_at else d.reason}",
                )
                for d in found
            ),
            "dead letter | document | reason",
            nothing="No dead letters.",
        )
    say_if_more(found, there)


@app.command("show")
def show(letter: LetterId, as_json: Json = False) -> None:
    """Show a dead letter and what to do about it."""
    found = do(dead_letters.get, do(meant.letter, letter))
    if as_json:
        emit(found)
    else:
        facts({name.replace("_", " "): value for name, value in vars(found).items()})


@app.command("requeue")
def requeue(  # noqa: PLR0917 - a person names options, never places them
    letters: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Dead letters or their records, as in `dead show`.")
    ] = None,
    flow: OfFlow = None,
    reason: OfReason = None,
    every: Annotated[bool, typer.Option("--all", help="Every open dead letter.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first; without a terminal nobody is.")] = False,
    discarded: Discarded = False,
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Send dead letters on their way again; what the target already has is not sent twice.

    What somebody discarded goes when it is named by ID, with --discarded.

    Ctrl-C stops after the batch it works on; the same command goes on later.
    """
    if [bool(letters), bool(flow or reason), every].count(True) != 1:
        raise ConfigurationError("Name dead letters by ID, or choose them with --flow and --reason, or take --all.")
    ids = tuple(dict.fromkeys(do(meant.letter, letter) for letter in letters or []))
    for one in (do(dead_letters.get, letter) for letter in ids) if sys.stdin.isatty() and not discarded else ():
        if one.discarded:
            make_sure(
                f"{one.resolved_by} {one.resolution}; its document may have been entered by hand since. "
                f"Requeue {one.source_key} ({one.flow}) all the same?",
                yes=False,
            )
            discarded = True
    fixed, total = do(dead_letters.select, Filter(ids=ids, flow=flow, code=reason, discarded=discarded))
    if total and not ids:
        make_sure(f"Requeue {_letters(total)}?", yes=yes)
    remark(f"Requeueing {_letters(total)}.")
    with in_batches(dead_letters.BATCH) as report:
        went = do(dead_letters.requeue_all, fixed, why=why, total=total, report=report)
    done, refused = went.letters, [(str(letter_id), because) for letter_id, because in went.refused]
    if as_json:
        emit({"meant": total, "requeued": done, "refused": [{"id": i, "why": why} for i, why in refused]})
    else:
        say(f"Requeued {done} of {total}.")
        if refused:
            table(refused, "stays dead | because")
    if ids and refused:
        complain(f"{refused[0][0]} stays dead: {refused[0][1]}")
        raise typer.Exit(FAILED)


def _letters(number: int) -> str:
    return f"{number} dead letter{'' if number == 1 else 's'}"


@app.command("settle")
def settle(
    letter: LetterId,
    there: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="It is in the target, and this is its number there.")
    ] = None,
    not_there: Annotated[
        bool, typer.Option("--not-there", help="Somebody looked: the target does not have it. It is sent once more.")
    ] = False,
    attempt: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="The write that was looked for, as in `dead show`. Without it you are asked, at a terminal.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say whether a write in doubt happened; only after that does its document go on.

    Where the document was sent again since, nothing is done: nobody has looked for that write.
    """
    if (there is None) is not not_there:
        raise ConfigurationError("Look into the target, then say --there NUMBER or --not-there.")
    letter_id = do(meant.letter, letter)
    looked_for = attempt or _looked_for(do(dead_letters.get, letter_id))
    found = do(settling.settle, letter_id, attempt=looked_for, there=there)
    if as_json:
        emit(found.letter)
    else:
        letter_of, sent = found.letter, "it is sent once more" if not_there else "nothing is sent"
        if found.newest > letter_of.version:
            sent = f"version {found.newest}, which was read since, goes on with that"
        say(f"Settled the dead letter of {letter_of.source_key} ({letter_of.flow}): {sent}.")


def _looked_for(letter: DeadLetter) -> int:
    """The write that a letter asks about, once somebody has said that it is the one they looked for."""
    if letter.attempt is None:
        return 0  # nothing is in doubt: what there is instead is said where the answer is refused
    since = f"since {short(letter.created_at)} nobody knows whether attempt {letter.attempt} at it happened"
    if not sys.stdin.isatty():
        raise ConfigurationError(
            f"Say which write you looked for. Of {letter.source_key} ({letter.flow}, version {letter.version}): "
            f"{since}. Look whether the target has it, then repeat the command with --attempt {letter.attempt}."
        )
    remark(f"{letter.source_key} ({letter.flow}, version {letter.version}): {since}.")
    make_sure("Did you look in the target after that?", yes=False)
    return letter.attempt


def _looked_at(letter: DeadLetter, named: str) -> UUID:
    """The letter that somebody has looked at: a document may have died once more since, of something else."""
    if str(letter.id).startswith(named.strip().lower()):
        return letter.id
    since = f"{letter.code}, since {short(letter.created_at)}"
    if not sys.stdin.isatty():
        raise ConfigurationError(
            f"Say which dead letter you looked at. Of {letter.source_key} ({letter.flow}, version {letter.version}) "
            f"the newest is {letter.id} ({since}): look at that one, then repeat the command with its id."
        )
    remark(f"{letter.source_key} ({letter.flow}, version {letter.version}): {since}. {letter.reason}")
    make_sure("Discard this dead letter?", yes=False)
    return letter.id


@app.command("discard")
def discard(
    letter: LookedAt,
    why: Annotated[str, typer.Option(help="Why nothing needs to be done; kept in the audit trail.")],
    as_json: Json = False,
) -> None:
    """Close a dead letter without sending anything."""
    why = giving_reasons.reason(why)
    found = do(dead_letters.discard, _looked_at(do(dead_letters.get, do(meant.letter, letter)), letter), why)
    if as_json:
        emit(found)
    else:
        say(f"Discarded the dead letter of {found.source_key} ({found.flow}).")
