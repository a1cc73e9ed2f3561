"""E-mail: to a mail server whose certificate is verified, at an address that may be called; nothing goes in clear."""

from __future__ import annotations

import logging
import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError, ConnectorError, Unavailable
from connector.http.dialling import connected

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from connector.telling.channels import Mail
    from connector.telling.wording import Message

#: for each thing that the server is told
TIMEOUT_SECONDS = 10.0
_log = logging.getLogger(__name__)


def send(
    message: Message,
    mail: Mail,
    secrets: Mapping[str, str],
    *,
    name: str,
    at: dt.datetime,
    allow_private: bool = False,
    ca_file: str = "",
) -> None:
    """Hand a message over; raises ConnectorError, whose sentence says what to do and holds no secret."""
    context = _believing(mail.ca_file or ca_file, name)
    try:
        private = allow_private or mail.allow_private_addresses
        with _opened(mail, context, name=name, allow_private=private) as server:
            if mail.security == "starttls":
                server.starttls(context=context)
            if mail.username:
                server.login(mail.username, secrets.get("password", ""))
            refused = server.send_message(_written(message, mail, at))
    except ConnectorError:
        raise
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise _explained(error, mail, name) from None
    if refused:  # the others have it: nothing is sent twice
        _log.error("alert.recipient_refused", extra={"channel": name, "refused": len(refused), "of": len(mail.to)})


def _written(message: Message, mail: Mail, at: dt.datetime) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"] = mail.sender, ", ".join(mail.to)
    letter["Subject"] = f"[ml-connector] {message.subject}"
    letter["Date"] = format_datetime(at)
    letter["Message-ID"] = f"<{message.id}@{mail.sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.text, cte="quoted-printable")
    return letter


def _believing(ca_file: str, name: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError):
        raise ConfigurationError(
            f"{name}: the CA file {ca_file} holds no certificate in PEM, or cannot be read."
        ) from None


def _opened(mail: Mail, context: ssl.SSLContext, *, name: str, allow_private: bool) -> smtplib.SMTP:
    def dial(host: str, port: int, timeout: float) -> socket.socket:
        return connected(host, port, timeout=timeout, allow_private=allow_private, name=name)

    class Guarded(smtplib.SMTP):
        def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
            return dial(host, port, timeout)

    class Encrypted(smtplib.SMTP_SSL):
        def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
            return context.wrap_socket(dial(host, port, timeout), server_hostname=host)

    kind = Encrypted if mail.security == "tls" else Guarded
    return kind(mail.host, mail.port, local_hostname=socket.gethostname(), timeout=TIMEOUT_SECONDS)


def _explained(error: Exception, mail: Mail, name: str) -> ConnectorError:
    kind: type[ConnectorError] = Unavailable
    match error:
        case ssl.SSLCertVerificationError():
            kind = ConfigurationError
            why = (
                f"shows a certificate that is not trusted ({error.verify_message}); correct host, or name its "
                "authority in ca_file. Nothing was sent"
            )
        case smtplib.SMTPAuthenticationError():
            kind, why = ConfigurationError, f"refuses the user or the password ({error.smtp_code}); correct them"
        case smtplib.SMTPNotSupportedError():
            kind = ConfigurationError
            why = (
                f"does not offer on port {mail.port} what is asked for (STARTTLS, or signing in); correct port and "
                "security. Nothing was sent in clear"
            )
        case smtplib.SMTPRecipientsRefused():
            kind, why = ConfigurationError, f"takes nothing for {', '.join(sorted(error.recipients))}; correct to"
        case smtplib.SMTPResponseException():
            why = f"refuses the message ({error.smtp_code}); see its log, or correct from"
        case socket.gaierror():
            why = "cannot be found in DNS; check host"
        case ssl.SSLError():
            why = f"and we do not agree on TLS; check whether port {mail.port} speaks it, and security"
        case _:
            why = f"cannot be reached on port {mail.port}, or broke off; check that it runs and lets us in"
    return kind(f"{name}: the mail server {mail.host} {why}.")
