"""An identity provider on a real socket, of Authlib; a test may have it lie in its tokens."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, jsonify, request
from joserfc import jwk
from werkzeug.serving import make_server

from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Response

CLIENT, SECRET = "ml-connector", "canary-client-secret:with/signs"
BACK = "http://console.acme.example/sign-in/back"


class Client(ClientMixin):  # type: ignore[misc]  # authlib has no types
    """The one client there is."""

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return BACK

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == BACK

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code(AuthorizationCodeMixin):  # type: ignore[misc]  # likewise
    """A code that was given out."""

    code: str
    user: dict[str, Any]
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


def _rsa(name: str) -> Any:
    return jwk.RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"}, private=True)


@dataclass
class IdentityProvider:
    """Who signs in, and how the provider behaves."""

    issuer: str = ""
    #: what it says of whoever signs in
    user: dict[str, Any] = field(default_factory=dict)
    #: claims that it tells only whoever shows an access token
    apart: dict[str, Any] = field(default_factory=dict)
    #: makes the ID token in its place, of the claims it would have had
    forge: Callable[[dict[str, Any]], str] | None = None
    #: what its discovery document says otherwise
    says: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: _rsa("first"))
    codes: dict[str, Code] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def new_key(self, name: str) -> None:
        """It signs with another key from now on, and knows the former no more."""
        self.key = _rsa(name)


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """Serve on loopback."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # no TLS on loopback
    it = IdentityProvider()
    app = _app(it)
    with serving(make_server("127.0.0.1", 0, app)) as server:
        it.issuer = f"http://127.0.0.1:{server.server_port}"
        yield it


def _app(it: IdentityProvider) -> Flask:
    app = Flask("identity-provider")
    server = AuthorizationServer(app, query_client=lambda name: Client() if name == CLIENT else None, save_token=_kept)
    server.register_grant(_grant(it), [CodeChallenge(required=True), _tokens(it)])

    @app.get("/.well-known/openid-configuration")
    def about() -> Response:
        it.asked.append("about")
        said = {
            "issuer": it.issuer,
            "authorization_endpoint": f"{it.issuer}/authorize",
            "token_endpoint": f"{it.issuer}/token",
            "jwks_uri": f"{it.issuer}/keys",
            "userinfo_endpoint": f"{it.issuer}/userinfo",
        }
        return jsonify({**said, **it.says})

    @app.get("/keys")
    def keys() -> Response:
        it.asked.append("keys")
        return jsonify({"keys": [it.key.as_dict(private=False)]})

    @app.get("/authorize")
    def authorize() -> Any:
        grant = server.get_consent_grant(end_user=it.user)
        return server.create_authorization_response(grant_user=it.user, grant=grant)

    @app.post("/token")
    def token() -> Any:
        it.asked.append("token")
        return server.create_token_response()

    @app.get("/userinfo")
    def userinfo() -> Any:
        it.asked.append("userinfo")
        shown = request.headers.get("Authorization", "")
        return jsonify({"sub": it.user["sub"], **it.apart}) if shown.startswith("Bearer ") else ("", 401)

    return app


def _kept(token: Any, request: Any) -> None:
    """Nobody asks for it again."""


def _grant(it: IdentityProvider) -> type[Any]:
    class Grant(grants.AuthorizationCodeGrant):  # type: ignore[misc]  # authlib has no types
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

        def save_authorization_code(self, code: str, request: Any) -> None:
            asked = request.payload.data
            it.codes[code] = Code(
                code=code,
                user=request.user,
                redirect_uri=asked["redirect_uri"],
                scope=asked["scope"],
                nonce=asked.get("nonce"),
                code_challenge=asked["code_challenge"],
                code_challenge_method=asked["code_challenge_method"],
            )

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            return it.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            it.codes.pop(authorization_code.code)

        def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
            return authorization_code.user

    return Grant


def _tokens(it: IdentityProvider) -> Any:
    class Tokens(OpenIDCode):  # type: ignore[misc]  # authlib has no types
        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return any(code.nonce == nonce for code in it.codes.values())

        def resolve_client_private_key(self, client: Client) -> Any:
            return it.key

        def get_encode_header(self, client: Client) -> dict[str, str]:
            return {"alg": "RS256", "kid": it.key.kid}

        def get_client_claims(self, client: Client) -> dict[str, Any]:
            return {"iss": it.issuer, "aud": [CLIENT]}

        def generate_user_info(self, user: dict[str, Any], scope: str) -> UserInfo:
            return UserInfo(**user)

        def encode_id_token(self, token: Any, request: Any) -> str:
            if it.forge is None:
                return str(super().encode_id_token(token, request))
            claims = {**self.get_compatible_claims(request), "nonce": request.authorization_code.nonce}
            return it.forge({**claims, **request.user})

    return Tokens(require_nonce=True)
