"""What ``record show --lineage`` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.operations.work.lineage import explain
from workers.output import emit, say, table

if TYPE_CHECKING:
    from uuid import UUID

    from connector.operations.operator import Operator


def show(operator: Operator, record_id: UUID, *, as_json: bool) -> None:
    """Each field of the target document, what it says and what it is made of."""
    found = explain(operator, record_id)
    lineage = found.lineage
    if as_json:
        origins = [
            {**vars(one), "doubts": lineage.doubts(one), "made_of": lineage.made_of(one)} for one in lineage.origins
        ]
        sets = ("fields", "codes", "options", "documents")
        emit(
            {
                "record": found.record,
                "fields": [{**one, **{name: sorted(one[name]) for name in sets}} for one in origins],
                "refused": sorted(lineage.refused),
                "cut": lineage.cut,
                "mapped_otherwise": found.otherwise,
            }
        )
        return
    table(((one.path, one.value, lineage.made_of(one)) for one in lineage.origins), "target field | value | made of")
    if lineage.refused:
        say(f"Could not be changed to see what depends on it: {', '.join(sorted(lineage.refused))}.")
    if lineage.cut:
        say("The document is so long that not everything was tried: what is called fixed may not be.")
    if found.otherwise:
        say("This is what today's mapping, codes and options make of it; it was mapped to something else before.")
