"""Where this product is reached over HTTP."""

from __future__ import annotations

WEBHOOK = "/webhooks/concur"
HEALTH = "/healthz"
READY = "/readyz"
#: the redirect URI of our application in the App Center
CONNECT = "/connect/concur"
CONNECTED = "/connect/concur/connected"
