"""What ``record show --lineage`` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workers.output import emit, say, table

if TYPE_CHECKING:
    from collections.abc import Mapping


def show(found: Mapping[str, Any], *, as_json: bool) -> None:
    """Each field of the target document, what it says and what it is made of."""
    if as_json:
        emit(found)
        return
    table(((one["path"], one["value"], one["made_of"]) for one in found["fields"]), "target field | value | made of")
    if found["refused"]:
        say(f"Could not be changed to see what depends on it: {', '.join(found['refused'])}.")
    if found["cut"]:
        say("The document is so long that not everything was tried: what is called fixed may not be.")
    if found["mapped_otherwise"]:
        say("This is what today's mapping, codes and options make of it; it was mapped to something else before.")
