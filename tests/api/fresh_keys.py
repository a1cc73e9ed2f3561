"""Read by schemathesis: a key for each change, as the description asks for."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import schemathesis

KEEPER = "keeper"


@schemathesis.hook
def before_call(_: schemathesis.HookContext, case: schemathesis.Case, __: dict[str, Any]) -> None:
    """Take another one where one was made up; what is none stays none, and is refused.

    Nobody locks out whoever asks all this.
    """
    if (case.path_parameters or {}).get("name") == KEEPER:
        case.path_parameters["name"] = "nobody"
    try:
        UUID(str((case.headers or {}).get("Idempotency-Key")))
    except ValueError:
        return
    case.headers["Idempotency-Key"] = str(uuid4())
