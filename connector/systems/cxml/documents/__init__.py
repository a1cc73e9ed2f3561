"""cXML documents under our own names: those received come in by ``parse``, those sent are made by ``bodies``."""

from __future__ import annotations

from connector.systems.cxml.documents.document import parse

__all__ = ["parse"]
