"""What names settings and their files, known without loading them."""

from __future__ import annotations

PREFIX = "ML_CONNECTOR_"
#: in the data directory: the key that is made when none is given, and what ``up`` writes down of the audit trail
MASTER_KEYS_FILE, AUDIT_SEALS_FILE = "master.keys", "audit-seals.jsonl"
#: the data directory where none is given
DATA_DIR = ".ml-connector"
