"""What ``record correct`` shows before it writes, and afterwards."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from connector.operations.work import correcting
from workers.cli.asking import make_sure
from workers.cli.reaching.doing import do
from workers.output import emit, remark, say, table

if TYPE_CHECKING:
    from uuid import UUID

    from connector.operations.work.correcting import CodeInstead, Proposal


def correct(record_id: UUID, *, field: str, value: str, why: str, dry: bool, yes: bool, as_json: bool) -> None:
    """Show what the correction does, ask, and write it."""
    proposal = do(correcting.propose, record_id, field, value)
    if not as_json:
        _show(proposal)
    if dry:
        _end(proposal, None, as_json=as_json)
        return
    make_sure(f"Correct {field} of {proposal.record.source_key} and let it go on?", yes=yes)
    corrected = do(correcting.correct, proposal, why)
    _end(proposal, corrected.id, as_json=as_json)
    if not as_json:
        say(
            f"{corrected.source_key} of {corrected.flow} goes on as version {corrected.version}: "
            f"`ml-connector record show {corrected.id}`. What was read stays in version {proposal.record.version}; "
            "what its source says from now on counts instead of the correction."
        )


def _show(proposal: Proposal) -> None:
    table([(proposal.field, proposal.before, proposal.after)], "source field | is | becomes")
    say(f"Until now: {proposal.was[1]}")
    say(f"Corrected: {proposal.becomes[1]}")
    if proposal.target:
        table(((one.path, one.before, one.after) for one in proposal.target), "target field | was | becomes")


def _end(proposal: Proposal, corrected: UUID | None, *, as_json: bool) -> None:
    commands = [_command(proposal, one) for one in proposal.instead]
    if as_json:
        shown = {name: value for name, value in vars(proposal).items() if name not in {"value", "document", "in_clear"}}
        emit({**shown, "commands": commands, "corrected": corrected})
        return
    for one, command in zip(proposal.instead, commands, strict=True):
        row = "has no row" if one.now is None else f"is {one.now} for every other document"
        remark(f"{one.table} {one.source} {row}, and the next one with it is stuck again; for good: `{command}`")
    if corrected is None:
        say("Nothing was written.")


def _command(proposal: Proposal, one: CodeInstead) -> str:
    integration = proposal.record.flow.partition("/")[0]
    words = ["ml-connector", "crosswalk", "set", one.table, one.source, one.target, "--integration", integration]
    return shlex.join(words)
