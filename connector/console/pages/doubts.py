"""What a person found in the target, as two pages ask for it: of the very letter that they had before them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from connector.domain.errors import ConfigurationError, UnknownName
from connector.operations.work import settling

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked
    from connector.operations.work.settling import Settled


def settle(asked: Asked) -> tuple[Settled, str]:
    """End a doubt; returns the number that it is there under, empty where it is not there.

    Raises ConfigurationError for a form that does not say which of the two, and for a letter that is answered: what
    was sent since has a letter of its own, and nobody has looked for that.
    """
    try:
        letter, attempt = UUID(asked.field("letter")), int(asked.field("attempt"))
    except ValueError:
        raise UnknownName("There is no such dead letter.") from None
    found, there = asked.field("found"), asked.field("there").strip()
    if found not in {"yes", "no"}:
        raise ConfigurationError("Say whether it is there: reload the page, and try again.")
    if found == "yes" and not there:
        raise ConfigurationError("Say under which number the target shows it.")
    there = there if found == "yes" else ""
    return settling.settle(asked.operator, letter, attempt=attempt, there=there or None), there
