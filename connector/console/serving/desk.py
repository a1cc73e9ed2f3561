"""Where requests of people arrive: each route says who may, and every answer is drawn and guarded the same way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import ImmutableMultiDict
from starlette.responses import HTMLResponse, RedirectResponse, Response

from connector.console.drawing.drawer import Drawer
from connector.console.serving import cookies, forms, headers
from connector.console.serving.answers import Abroad, Answer, Download, Entered, Onward, Page, Said
from connector.console.serving.cookies import Cookies
from connector.console.serving.forms import place_of
from connector.console.serving.sending import Sender
from connector.console.serving.sorry import failed, mistake, sorry
from connector.domain.errors import ConfigurationError, ConnectorError
from connector.domain.role import Role
from connector.operations.accounts import signing_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.applications import Starlette
    from starlette.requests import Request

    from connector.console.serving.files import File
    from connector.operations.operator import Operator

SIGN_IN, CHOOSE = "/sign-in", "/choose-password"
#: where an identity provider sends people back to
BACK = "/sign-in/back"
#: set by the script of a page that looks again by itself: nobody sits there because of that
_BY_ITSELF = "x-by-itself"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request, as a page's function sees it."""

    request: Request
    #: the person at work; the console itself where nobody is signed in
    operator: Operator
    session: signing_in.Session | None
    #: what the browser keeps, and what it kept while it was at another site
    kept: str
    away: str = ""
    form: ImmutableMultiDict[str, str] = field(default_factory=ImmutableMultiDict)

    @property
    def who(self) -> signing_in.Session:
        """Whose session it is, on a page that only people see who are signed in."""
        assert self.session is not None  # noqa: S101 - the desk lets nobody else through
        return self.session

    def path(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str:
        """What the address says behind its question mark."""
        return self.request.query_params.get(name, "")[:200]

    def field(self, name: str) -> str:
        """A field of the form."""
        return self.form.get(name, "")

    def fields(self, name: str) -> list[str]:
        """All that are ticked or filled in under this name."""
        return self.form.getlist(name)


@dataclass(frozen=True, kw_only=True)
class Result:
    """How what came of jobs of one kind is drawn."""

    #: it extends ``job.html`` and fills its block ``result``
    template: str
    shows: Callable[[Asked, Mapping[str, Any]], Mapping[str, Any]]
    #: the least that somebody must be to see it: it may hold what documents say
    role: Role


@dataclass(frozen=True, kw_only=True)
class Route:
    """Who may do what where."""

    method: str
    path: str
    #: the least that they must be; None is anybody
    role: Role | None
    #: whether it is also for those who have to choose a password first
    choosing: bool = False
    #: of a change: the page that its form is on
    back: str = ""
    #: whether its form may hold a file, once somebody is signed in
    file: bool = False


class Desk:
    """Takes requests to the functions that answer them."""

    def __init__(self, app: Starlette, operator: Operator, files: Mapping[str, File], *, public_url: str = "") -> None:
        self.routes: list[Route] = []
        self.results: dict[str, Result] = {}
        self._app, self._operator, self._public_url = app, operator, public_url
        self._cookies = Cookies(secure=public_url.startswith("https://"))
        self._sender = Sender()
        self._drawer = Drawer({name: file.address for name, file in files.items()})

    def page(
        self, path: str, *, role: Role | None = Role.VIEWER, choosing: bool = False
    ) -> Callable[[Callable[[Asked], Answer]], Callable[[Asked], Answer]]:
        """Have this function answer whoever looks at a place."""
        return self._route(Route(method="GET", path=path, role=role, choosing=choosing))

    def change(
        self, path: str, *, role: Role | None, choosing: bool = False, back: str = "", file: bool = False
    ) -> Callable[[Callable[[Asked], Answer]], Callable[[Asked], Answer]]:
        """Have this function do what a form asks for; what cannot be done is said on the page that the form is on.

        That is ``back``, or the place above. With ``file`` the form may be long.
        """
        above = back or path.rpartition("/")[0] or "/"
        return self._route(Route(method="POST", path=path, role=role, choosing=choosing, back=above, file=file))

    def result(
        self,
        kind: str,
        template: str,
        shows: Callable[[Asked, Mapping[str, Any]], Mapping[str, Any]],
        *,
        role: Role = Role.OPERATOR,
    ) -> None:
        """Have what came of jobs of this kind drawn with a template that extends ``job.html``."""
        self.results[kind] = Result(template=template, shows=shows, role=role)

    def nowhere(self, request: Request) -> Response:
        """Say that there is no such page."""
        route = Route(method="GET", path="", role=Role.VIEWER)
        return self._answer(route, _nowhere, request, ImmutableMultiDict())

    def _route(self, route: Route) -> Callable[[Callable[[Asked], Answer]], Callable[[Asked], Answer]]:
        def bind(function: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
            async def endpoint(request: Request) -> Response:
                return await self._serve(route, function, request)

            self.routes.append(route)
            self._app.add_route(route.path, endpoint, methods=[route.method], include_in_schema=False)
            return function

        return bind

    async def _serve(self, route: Route, function: Callable[[Asked], Answer], request: Request) -> Response:
        try:
            if route.method != "POST":
                return await run_in_threadpool(self._answer, route, function, request, ImmutableMultiDict())
            long = route.file and await run_in_threadpool(self._knows, request)
            async with forms.reading(request, forms.MOST_BYTES_OF_A_FILE if long else forms.MOST_BYTES) as form:
                return await run_in_threadpool(self._answer, route, function, request, form)
        except Said as said:
            return self._draw(Asked(request=request, operator=self._operator, session=None, kept=""), _sorry(said))

    def _answer(
        self, route: Route, function: Callable[[Asked], Answer], request: Request, form: ImmutableMultiDict[str, str]
    ) -> Response:
        kept = self._cookies.session(request)
        asked = Asked(request=request, operator=self._operator, session=None, kept=kept, form=form)
        try:
            session = signing_in.session(self._operator, kept, seen=_BY_ITSELF not in request.headers) if kept else None
            asked = self._as(asked, session)
            forms.require_text(request, form)
            if (elsewhere := self._elsewhere(route, asked)) is not None:
                return elsewhere
            answer = function(asked)
        except Said as said:
            answer = _sorry(said)
        except ConnectorError as error:
            answer = failed(error)
            if route.back and asked.session and isinstance(error, ConfigurationError):
                place = "/".join(quote(part, safe="") for part in route.back.format(**request.path_params).split("/"))
                answer = Onward(place=place, said=error.message, failed=True)
        except Exception:
            answer = mistake(route.path)
        try:
            return self._draw(asked, answer)
        except Said as said:
            return self._draw(asked, _sorry(said))
        except Exception:
            return self._draw(asked, mistake(route.path))

    def _knows(self, request: Request) -> bool:
        """Whether somebody is signed in there: nobody else sends much."""
        kept = self._cookies.session(request)
        try:
            return bool(kept) and signing_in.session(self._operator, kept, seen=False) is not None
        except ConnectorError:
            return False

    def _as(self, asked: Asked, session: signing_in.Session | None) -> Asked:
        operator = self._operator
        if session is not None:
            operator = replace(operator, actor=signing_in.console_actor(session.name))
        kept = asked.kept if session is not None else self._cookies.visit(asked.request)
        return replace(asked, operator=operator, session=session, kept=kept, away=self._cookies.away(asked.request))

    def _elsewhere(self, route: Route, asked: Asked) -> Response | None:
        """Where somebody goes who may not; raises Said for what nobody may do from there."""
        if route.method == "POST":
            forms.check(asked.request, asked.form, asked.kept, public_url=self._public_url)
        if route.role is None:
            return None
        if asked.session is None:
            wanted = place_of(asked.request) if route.method == "GET" else ""
            return self._to(f"{SIGN_IN}?next={quote(wanted)}" if wanted.strip("/") else SIGN_IN)
        if asked.session.must_choose and not route.choosing:
            return self._to(CHOOSE)
        if not asked.session.role.may(route.role):
            raise Said(
                f"That takes {_called(route.role)}, and you are signed in as {_called(asked.session.role)}. "
                "Ask an admin if you should do it.",
                HTTPStatus.FORBIDDEN,
            )
        return None

    def _draw(self, asked: Asked, answer: Answer) -> Response:
        if isinstance(answer, Page):
            return self._drawn(asked, answer)
        if isinstance(answer, Download):
            return self._sent(answer)
        response = self._to(answer.address if isinstance(answer, Abroad) else answer.place)
        if isinstance(answer, Abroad):
            self._cookies.keep_away(response, answer.kept)
        elif isinstance(answer, Entered):
            self._cookies.keep_session(response, answer.kept)
            self._cookies.keep_away(response, "")
        elif answer.said:
            self._cookies.keep_notice(response, asked.kept, answer.said, failed=answer.failed)
        return response

    def _drawn(self, asked: Asked, page: Page) -> Response:
        kept = asked.kept or cookies.new_visit()
        said, failed = self._cookies.notice(asked.request, kept)
        context: dict[str, Any] = {
            **page.shows,
            "title": page.title,
            "live": page.every if page.live else 0,
            "me": asked.session,
            "here": asked.request.url.path,
            "places": {route.path for route in self.routes if route.method == "GET"},
            "proof": forms.proof_for(kept),
            "notice": said,
            "notice_failed": failed,
            "insecure": _in_clear(asked.request) and not self._public_url,
        }
        text = self._drawer.draw(
            page.template,
            context,
            zone=cookies.zone(asked.request),
            languages=asked.request.headers.get("accept-language", ""),
        )
        response = HTMLResponse(text, status_code=page.status, headers=self._headers())
        if asked.session is None and kept != self._cookies.visit(asked.request):
            self._cookies.keep_visit(response, kept)
        if said:
            self._cookies.forget_notice(response)
        if asked.request.url.path == BACK:  # what it was away for is over
            self._cookies.keep_away(response, "")
        return response

    def _sent(self, file: Download) -> Response:
        headers = {**self._headers(), "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
        return self._sender.send(file.content, file.media_type, headers)

    def _to(self, place: str) -> Response:
        return RedirectResponse(place, status_code=HTTPStatus.SEE_OTHER, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return headers.with_tls(headers.PAGE) if self._cookies.secure else headers.PAGE


def _nowhere(_: Asked) -> Answer:
    return sorry("There is no such page.", HTTPStatus.NOT_FOUND)


def _sorry(said: Said) -> Page:
    return sorry(said.sentence, said.status)


def _called(role: Role) -> str:
    return {Role.VIEWER: "a viewer", Role.OPERATOR: "an operator", Role.ADMIN: "an admin"}[role]


def _in_clear(request: Request) -> bool:
    return request.url.scheme == "http" and request.url.hostname not in {"127.0.0.1", "localhost", "::1", "testserver"}
