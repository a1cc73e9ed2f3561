"""The process that ``ml-connector`` is: ``python -m workers.command`` starts the same."""

from __future__ import annotations

import os

from workers.leaving import leave
from workers.loading import loading

#: nobody's plugins look on when pydantic reads a document, and nothing is searched for them
_NO_PLUGINS = ("PYDANTIC_DISABLE_PLUGINS", "__all__")


def main() -> None:
    """Load what every command needs, and be the one that was typed."""
    os.environ.setdefault(*_NO_PLUGINS)
    with loading():
        from workers.cli import main as typed  # noqa: PLC0415 - everything loaded here is never searched for garbage
    try:
        typed()
    except SystemExit as end:
        leave(end.code)
        raise


if __name__ == "__main__":
    main()
