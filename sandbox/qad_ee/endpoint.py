"""``POST /qxi/services/QdocWebService``: one message at a time for each receiver, and every way its answer can lie."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.qad_ee.complaints import Complaint, FaultError, RefusedError, exception
from sandbox.qad_ee.envelope import answer, fault, read
from sandbox.qad_ee.planned import Plan
from sandbox.qad_ee.wire import serialized
from sandbox.qad_ee.writing.posting import Posted
from sandbox.qad_ee.writing.rows import DROPPED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from sandbox.qad_ee.envelope import Message
    from sandbox.qad_ee.options import Options
    from sandbox.qad_ee.planned import Planned
    from sandbox.qad_ee.sessions import Sessions
    from sandbox.qad_ee.writing.posting import How, Poster

PATH: Final = "/qxi/services/QdocWebService"
#: how much is posted where the kind of a planned answer decides it
_HOW: Final[Mapping[str, How]] = {
    "rolled_back": "nothing",
    "partly": "part",
    "error_posted": "whole",
    "warned": "whole",
    "unposted": "nothing",
    "late": "nothing",
}
_TYPES: Final = ("text/xml", "application/xml")
_NORMAL: Final = Plan(kind="", code="", seconds=0.0, posted=True)


@dataclass(kw_only=True)
class QdocWebService:
    """The web service. ``changed`` is called after everything that may have changed the books."""

    options: Options
    sessions: Sessions
    planned: Planned
    apis: Mapping[str, Poster]
    changed: Callable[[], None]
    taken: Counter[str] = field(default_factory=Counter)
    _busy: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _late: list[Callable[[], None]] = field(default_factory=list)

    def route(self) -> Route:
        """Serve it."""
        return Route(PATH, self._serve, methods=["POST"])

    def commit(self) -> int:
        """Post now what would be posted later; return how many messages that were."""
        late, self._late = self._late, []
        for one in late:
            one()
        return len(late)

    @property
    def uncommitted(self) -> int:
        """How many messages will be posted later."""
        return len(self._late)

    async def _serve(self, request: Request) -> Response:
        if not self.sessions.admits(request.headers.get("authorization", "")):
            return Response(status_code=401, headers={"WWW-Authenticate": 'Basic realm="qxi"'})
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _TYPES:
            return Response(status_code=415)
        try:
            message = await self._message(request)
            return await self._answered(message)
        except FaultError as error:
            return _xml(serialized(fault(error, self.options.prefixes)), self.options.fault_status)

    async def _message(self, request: Request) -> Message:
        if "soapaction" not in request.headers:
            raise FaultError("Client", "There is no SOAPAction header.")
        message = read(await request.body())
        self.sessions.deliver(message)
        self.taken[message.api] += 1
        return message

    async def _answered(self, message: Message) -> Response:
        try:
            workspace = self.sessions.open(message)
            plan = self.planned.next(message.api) or _NORMAL
            posted = await self._in_turn(message, workspace, plan)
        except RefusedError as refusal:
            posted, plan = Posted(complaints=list(refusal.complaints)), _NORMAL
        finally:
            self.changed()
        if plan.kind == "blank":
            return _xml(b"")
        muted = self.options.mute and message.api in _WRITES
        data = None if muted or posted.refused else posted.data
        envelope = answer(message, posted.complaints, data, self.options)
        return _xml(serialized(envelope))

    async def _in_turn(self, message: Message, workspace: str, plan: Plan) -> Posted:
        """Wait for the receiver, but not longer than the message says; then for the screens."""
        limit = _seconds(message.context.get("timeoutLimit", ""))
        lock = self._busy[message.receiver]
        try:
            await asyncio.wait_for(lock.acquire(), limit)
        except TimeoutError:
            raise RefusedError(exception("ProcessException009")) from None
        try:
            takes = self.options.seconds_per_message + (plan.seconds if plan.kind == "slow" else 0)
            if limit is not None and takes > limit:
                await asyncio.sleep(limit)
                plan = replace(plan, kind="late", seconds=takes - limit)
            elif takes:
                await asyncio.sleep(takes)
            return self._done(message, workspace, plan)
        finally:
            lock.release()

    def _done(self, message: Message, workspace: str, plan: Plan) -> Posted:
        api = self.apis[message.api]
        if plan.kind == "session":
            raise RefusedError(exception("ProcessException001"))
        if plan.kind in {"", "slow"}:
            whole = self._whole(api, message, workspace) if message.api in _WRITES else api(message, workspace, "whole")
            return self._complained(whole, message)
        how = _HOW.get(plan.kind) or ("whole" if plan.posted else "nothing")
        posted = api(message, workspace, how)
        if plan.kind == "fault":
            raise FaultError(plan.code, "The message could not be processed.")
        if posted.refused or plan.kind in {"unposted", "blank"}:
            return posted
        if plan.kind == "late":
            self._post_later(lambda: api(message, workspace, "whole"), plan.seconds)
        says = _SAYS.get(plan.kind) or exception(plan.code)
        data = posted.data if plan.kind == "warned" else None
        return Posted(complaints=[*posted.complaints, says], data=data)

    def _whole(self, api: Poster, message: Message, workspace: str) -> Posted:
        """Post as one transaction when the message wants that, and only what is valid when the option says so."""
        one_transaction = message.context.get("scopeTransaction", "").lower() == "true"
        if not (one_transaction or self.options.validates):
            return api(message, workspace, "whole")
        checked = api(message, workspace, "nothing")
        dropped = [one for one in checked.complaints if one.nbr in DROPPED]
        if dropped and self.options.validates:
            raise FaultError("Client", dropped[0].desc)
        if checked.refused and one_transaction:
            return Posted(complaints=[*checked.complaints, exception("TransactionException001")])
        return api(message, workspace, "whole")

    def _complained(self, posted: Posted, message: Message) -> Posted:
        """The option ``post_and_complain``, as in QAD's simulator: errors although it was posted."""
        if posted.refused or message.api not in _WRITES:
            return posted
        errors = [Complaint(desc=f"ERROR: {said}") for said in self.options.post_and_complain]
        return replace(posted, complaints=[*posted.complaints, *errors])

    def _post_later(self, post: Callable[[], object], seconds: float) -> None:
        def commit() -> None:
            with suppress(ValueError):
                self._late.remove(commit)
            post()
            self.changed()

        def due() -> None:
            if commit in self._late:
                commit()

        self._late.append(commit)
        asyncio.get_running_loop().call_later(seconds, due)


_WRITES: Final = frozenset(
    {"bcinvoice", "bcinvoiceapmatching", "bjournalentry", "receivePurchaseOrder", "maintainPurchaseOrder"}
)


#: what a planned answer says; others say the exception of their code
_SAYS: Final[Mapping[str, Complaint]] = {
    "error_posted": Complaint(nbr="7019", desc="ERROR: tx2d_totamt is mandatory. (275)", field="tx2d_totamt"),
    "warned": Complaint(desc="WARNING: Shipper not printed.", sev="warning"),
    "rolled_back": exception("TransactionException001"),
    "partly": exception("TransactionException007"),
    "late": exception("ProcessException009"),
    "runtime": Complaint(nbr="OE-2624", desc="ERROR: Record locked by another process; the procedure stopped."),
}


def _seconds(given: str) -> float | None:
    """0 and blank are no limit."""
    try:
        return float(given) or None
    except ValueError:
        return None


def _xml(body: bytes, status: int = 200) -> Response:
    return Response(body, status_code=status, media_type="text/xml; charset=utf-8")
