"""Documents of Concur's Financial Integration Service under ``parse``, and under ``bodies`` what is written there."""

from __future__ import annotations

from connector.systems.concur.documents.document import parse

__all__ = ["parse"]
