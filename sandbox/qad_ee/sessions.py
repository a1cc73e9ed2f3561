"""Who a message comes from, whether its receiver takes it, and which workspace it is for."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.qad.documents import DOMAIN, ENTITY
from sandbox.qad.signin import USER
from sandbox.qad.tenant import WORKSPACES
from sandbox.qad_ee.complaints import Complaint, FaultError, RefusedError, exception
from sandbox.qad_ee.names import versions

if TYPE_CHECKING:
    from sandbox.qad_ee.envelope import Message
    from sandbox.qad_ee.options import Options


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """Checks every message passes before its API sees it."""

    options: Options

    def deliver(self, message: Message) -> None:
        """Refuse by a fault what names no receiver here, or an API or version the receiver does not take."""
        apis = self.options.receivers.get(message.receiver)
        if apis is None:
            raise FaultError("Client", f"There is no receiver {message.receiver}.")
        if not versions(message.api) or (apis and message.api not in apis):
            raise FaultError("Client", f"The receiver {message.receiver} does not take {message.api}.")
        version = message.context.get("version", "")
        if not version:
            raise FaultError("Client", "The session context has no version.")
        if version not in versions(message.api):
            raise FaultError("Client", f"There is no schema {message.api}-{version}.")

    def admits(self, authorization: str) -> bool:
        """Whether the web server lets a request through: one that wants HTTP Basic knows nothing of messages."""
        return self.options.auth != "basic" or self.right(*basic(authorization))

    def open(self, message: Message) -> str:
        """Sign a message in and return its workspace. How a failed login looks is not known: an option says it."""
        given = message.context
        asked = bool(given.get("username") or given.get("password"))
        verified = asked or self.options.auth == "session_context"
        right = not verified or self.right(given.get("username", ""), given.get("password", ""))
        if not right and self.options.login_failure == "fault":
            raise FaultError("Client", "The user name or the password is not right.")
        if not right:
            raise RefusedError(exception("ProcessException001"))
        workspace = workspace_of(given.get("domain", ""), given.get("entity", ""))
        if workspace not in WORKSPACES:
            entity = workspace.partition("_")[2]
            desc = f"ERROR: There is no entity {entity} in that domain."
            raise RefusedError(Complaint(desc=desc, field="entity", data=entity))
        return workspace

    def right(self, user: str, password: str) -> bool:
        """Whether these are the user's; user names are not case sensitive."""
        return user.casefold() == USER and hmac.compare_digest(password.encode(), self.options.password.encode())


def workspace_of(domain: str, entity: str) -> str:
    """Return the workspace of these; what is blank is the receiver's domain, and the first entity of a domain."""
    domain = domain or DOMAIN
    first = next((name for name in WORKSPACES if name.startswith(f"{domain}_")), f"{domain}_{ENTITY}")
    return f"{domain}_{entity}" if entity else first


def basic(authorization: str) -> tuple[str, str]:
    """Read HTTP Basic; blank when there is none."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
