"""What flows share, or what one is made of: codes, journals, invoice lines, the match of an invoice, its figures."""

from __future__ import annotations
