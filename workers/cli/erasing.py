"""``ml-connector db erase``."""

from __future__ import annotations

from typing import Annotated

import typer

from connector.operations.work import erasing
from workers.cli.asking import make_sure
from workers.cli.owning import owner, owner_settings
from workers.cli.progressing import progressing
from workers.output import Json, emit, remark, say


def erase(
    who: Annotated[
        str,
        typer.Argument(metavar="WHO", help="The employee's id or e-mail address, the id of a record, or message:47."),
    ],
    why: Annotated[str, typer.Option(help="Who asked for it, and when; kept in the audit trail.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be erased.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Erase the documents of a person, what these are called and found by; states and links stay.

    A message of which no document was made goes by its number (`message list`).

    It cannot be taken back. Typed again, it does what an interruption left.
    """
    operator = owner(owner_settings())
    meant = erasing.erase(operator, who, why=why, dry=True)
    kinds = ", ".join(f"{number} x {kind}" for kind, number in sorted(meant.kinds.items())) or "nothing"
    if not dry_run and meant.kinds:
        make_sure(f"Erase {kinds} for good?", yes=yes)
        with progressing(quiet=as_json) as report:
            meant = erasing.erase(operator, who, why=why, report=report)
    if as_json:
        emit(meant)
        return
    say(f"{'Would erase' if dry_run else 'Erased'}: {kinds}.")
    if meant.certificate:
        say(f"The certificate: `ml-connector audit show {meant.certificate}`.")
    if meant.needed:
        remark(f"Still needed, try again when they have ended: {', '.join(meant.needed)}.")
