"""What the flows from SAP Concur to QAD share: codes, journals and invoice lines as QAD has them."""

from __future__ import annotations
