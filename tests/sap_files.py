"""SAP's own API descriptions and example documents: not ours to pass on, so tests that need them are skipped without.

``SAP_FILES`` names their folder; without it they are looked for beside this checkout.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(os.environ.get("SAP_FILES") or Path(__file__).resolve().parents[2] / "shared" / "facts" / "concur")
