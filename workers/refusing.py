"""How a process that cannot start says why: one sentence, in the form in which it would have logged."""

from __future__ import annotations

import logging
import os
import sys
from typing import Never

from connector.config import PREFIX
from connector.domain.harmless import harmless
from connector.observability import begin

_MISTAKE = 2


def refuse(why: object) -> Never:
    """End with exit code 2. The settings may be what is wrong, so the variable itself says whether logs are JSON."""
    if os.environ.get(f"{PREFIX}LOG_FORMAT", "").strip().lower() == "json":
        begin("info", "json")
        logging.getLogger("workers").critical("process.cannot_start", extra={"error": str(why)})
    else:
        sys.stderr.write(f"{harmless(str(why))}\n")
    raise SystemExit(_MISTAKE) from None
