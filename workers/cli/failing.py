"""The one place where anything that goes wrong becomes a sentence and an exit code."""

from __future__ import annotations

import datetime as dt
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never, Protocol, runtime_checkable

import typer
from typer.core import TyperGroup

from connector import files
from connector.domain.errors import ConfigurationError, ConnectorError, StoreUnavailable
from connector.domain.harmless import harmless
from connector.redaction import kinds_and_places, redact
from workers.cli.closing import close
from workers.output import complain

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED = 1
USAGE = 2
INTERRUPTED = 130


@runtime_checkable
class _Misuse(Protocol):
    """What typer raises for a wrong command line, wherever this version of it keeps the class."""

    exit_code: int

    def format_message(self) -> str: ...


class ErrorReportingGroup(TyperGroup):
    """A group of commands whose failures are sentences on stderr, never tracebacks."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002 - typer's signature; we always end here
        windows_expand_args: bool = True,
        **extra: Any,  # noqa: ANN401 - typer's signature
    ) -> Any:  # noqa: ANN401 - typer's signature
        """Run a command; always ends in SystemExit with 0, 1 or 2 (130 after Ctrl-C)."""
        try:
            code = super().main(
                args=args,
                prog_name=prog_name or "ml-connector",
                complete_var=complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )
            _flush()
        except Exception as error:  # noqa: BLE001 - the last place before the operator
            _end(error)
        finally:
            close()
        if code == INTERRUPTED:
            complain("Interrupted.")
        sys.exit(code if isinstance(code, int) else 0)


def _flush() -> None:
    sys.stdout.flush()


def _end(error: Exception) -> Never:
    if isinstance(error, BrokenPipeError):
        # Whoever read our output has gone (`| head`); Python must not complain about it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    if isinstance(error, _Misuse) and type(error).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(error.format_message() + "\n")
        sys.exit(USAGE)
    sentence, code = explain(error)
    complain(sentence)
    sys.exit(code)


def explain(error: Exception) -> tuple[str, int]:
    """Say what happened in one sentence, and with which code the command ends."""
    if isinstance(error, ConfigurationError):
        return error.message, USAGE
    if isinstance(error, StoreUnavailable):
        return error.in_full, FAILED
    if isinstance(error, ConnectorError):
        return error.message, FAILED
    if isinstance(error, typer.Abort):
        return "Nothing was done.", FAILED
    if isinstance(error, _Misuse):
        return _misuse(error), USAGE
    return _unforeseen(error), FAILED


def _misuse(error: _Misuse) -> str:
    context = getattr(error, "ctx", None)
    message = " ".join(error.format_message().split())
    if not message.endswith((".", "?", "!")):
        message += "."
    path = getattr(context, "command_path", "ml-connector")
    return f"{message} See `{path} --help`."


def _unforeseen(error: Exception) -> str:
    kind = type(error).__name__
    place = _written_down(error)
    where = f"the details are in {place}" if place else "the details could not be written anywhere"
    return f"Something went wrong that we did not foresee ({kind}); {where}."


def _written_down(error: Exception) -> Path | None:
    """Note where it happened and of which kind it is: its own words may quote a document."""
    told = harmless(redact("".join(kinds_and_places(error))))
    text = f"{dt.datetime.now(tz=dt.UTC).isoformat()}\n{told}\n"
    ours = Path(os.environ.get("ML_CONNECTOR_DATA_DIR", ".ml-connector")).absolute()
    shared = Path(tempfile.gettempdir()) / f"ml-connector-{os.geteuid()}"
    for folder in (ours, shared):
        place = folder / "ml-connector-errors.log"
        try:
            if folder == shared or not folder.is_dir():
                files.directory(folder)
            with os.fdopen(files.append(place), "a", encoding="utf-8") as log:
                log.write(text)
        except (OSError, ConfigurationError):
            continue
        return place
    return None
