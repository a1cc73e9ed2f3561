"""The process that ``ml-connector`` is: ``python -m workers.command`` starts the same."""

from __future__ import annotations

from workers.loading import loading


def main() -> None:
    """Load what every command needs, and be the one that was typed."""
    with loading():
        from workers.cli import main as typed  # noqa: PLC0415 - everything loaded here is never searched for garbage
    typed()


if __name__ == "__main__":
    main()
