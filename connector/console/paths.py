"""Where this product is reached over HTTP."""

from __future__ import annotations

WEBHOOK = "/webhooks/concur"
HEALTH = "/healthz"
READY = "/readyz"
