"""How the simulated instance behaves: what ``sandbox.qad`` knows, and what only QXtend has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sandbox.qad import options
from sandbox.qad_ee.complaints import EXCEPTIONS, FAULTS
from sandbox.qad_ee.names import READABLE
from sandbox.qad_ee.wire import PREFIXES
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS: Final = {
    "error_posted": "posted, and answered by an error",
    "warned": "posted, and answered by a warning about nothing that was sent",
    "rolled_back": "not posted: TransactionException001",
    "partly": "a part is posted: TransactionException007",
    "unposted": "answered by success; nothing is posted",
    "late": "answered by ProcessException009, posted `seconds` later",
    "runtime": "answered by an OE- runtime error; not posted, or with `posted`",
    "exception": "answered by the exception `code`; not posted, or with `posted`",
    "fault": "answered by the SOAP fault `code`; not posted, or with `posted`",
    "blank": "answered by nothing at all; not posted, or with `posted`",
    "slow": "posted and answered after `seconds`, while others wait for the receiver",
    "session": "the session has timed out: ProcessException001; not posted",
}
_FIELDS: Final = {"api", "kind", "count", "skip", "rate", "code", "seconds", "posted"}
_AMONG: Final[Mapping[str, tuple[str, ...]]] = {
    "auth": ("session_context", "receiver_user", "basic"),
    "prefixes": tuple(PREFIXES),
    "login_failure": ("error", "fault"),
}


@dataclass(kw_only=True)
class Options(options.Options):
    """The options of QAD's simulator, and these.

    ``receivers``: names, each with the APIs it takes (empty = all). ``auth``: how a message is signed in; what
    stands in the session context is always verified. ``login_failure``: what that looks like. ``fault_status``:
    HTTP status of faults. ``prefixes``: of answers. ``bare_errors``: errors come without tt_msg_sev. ``elements``:
    what elements are called here, by the name in ``names``. ``seconds_per_message``: how long each message keeps
    its receiver. ``answers``: what goes wrong, see KINDS. ``validates``: what does not fit the schema is a fault,
    not a warning. ``base_amounts``: whether journal lines need amounts in base currency unless tlPartialUpdate is
    true. ``locked``: suppliers that somebody else has open. ``cut_reads``, ``wsa_rows``: the most rows a read
    answers, without saying so (0 = all). ``browse``: whether the site has browses over REST. ``subscriber``:
    ``url``, ``headers`` and ``entities`` (empty = all) of QXO. ``qxo_retried``: states that are tried again,
    ``qxo_retry_seconds`` later. ``qxo_duplicates``, ``qxo_disorder``: the share of messages that come twice, or
    after a later one.
    """

    receivers: dict[str, list[str]] = field(default_factory=lambda: {"QADERP": []})
    auth: str = "session_context"
    login_failure: str = "error"
    fault_status: int = 500
    prefixes: str = "split"
    bare_errors: bool = False
    elements: dict[str, str] = field(default_factory=dict)
    seconds_per_message: float = 0.0
    answers: list[dict[str, Any]] = field(default_factory=list)
    base_amounts: bool = False
    validates: bool = False
    locked: list[str] = field(default_factory=list)
    cut_reads: int = 0
    wsa_rows: int = 0
    browse: bool = False
    subscriber: dict[str, Any] = field(default_factory=dict)
    qxo_retried: list[str] = field(default_factory=lambda: ["SENDERR"])
    qxo_retry_seconds: float = 1.0
    qxo_duplicates: float = 0.0
    qxo_disorder: float = 0.0

    def change(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Take over all that is given; see the options of QAD's simulator."""
        for name, known in _AMONG.items():
            if body.get(name, known[0]) not in known:
                raise SandboxMistakeError(f"The option {name} knows {', '.join(known)}; not {body[name]!r}.")
        for rule in body.get("answers") or []:
            _check(rule)
        subscriber = body.get("subscriber") or {}
        if unknown := sorted(set(subscriber) - {"url", "headers", "entities"}):
            raise SandboxMistakeError(f"A subscriber has a url, headers and entities; not {unknown[0]!r}.")
        if unknown := sorted(set(subscriber.get("entities") or ()) - set(READABLE)):
            raise SandboxMistakeError(f"QXO publishes {', '.join(READABLE)}; not {unknown[0]!r}.")
        return super().change(body)


def _check(rule: object) -> None:
    if not isinstance(rule, dict) or not set(rule) <= _FIELDS or rule.get("kind") not in KINDS:
        raise SandboxMistakeError(f"An answer has {', '.join(sorted(_FIELDS))}; its kind is one of {', '.join(KINDS)}.")
    codes = {"exception": tuple(EXCEPTIONS), "fault": FAULTS}.get(rule["kind"])
    if codes and rule.get("code") not in codes:
        raise SandboxMistakeError(f"An answer by {rule['kind']} needs a code: {', '.join(codes)}.")
    if any(not isinstance(rule.get(name, 0), int | float) for name in ("count", "skip", "rate", "seconds")):
        raise SandboxMistakeError("count, skip, rate and seconds of an answer are numbers.")
