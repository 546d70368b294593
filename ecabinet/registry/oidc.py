"""Signing in through the organisation's OpenID Connect provider: code flow with PKCE, state and nonce (Authlib).

It only ever leads to an account that is there already: its login must be the provider's ``preferred_username``, or the
e-mail address that the provider has verified. So the provider must be one that hands out these names itself.
"""

import logging
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app, session
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError
from requests import RequestException

from documents.errors import NotFound, Problem
from ecabinet.config import Config

TIMEOUT_SECONDS = 10
FAILURES = (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, TypeError, RuntimeError)
"""Whatever a provider that is down, set up wrongly or not who it says makes of the exchange."""

log = logging.getLogger(__name__)


def init_app(app: Flask, config: Config) -> None:
    """Set up the provider of the configuration, if it names one. Nothing is asked of it before somebody signs in."""
    client = None
    if config.oidc_issuer:
        client = OAuth(app).register(
            "oidc",
            client_id=config.oidc_client_id,
            client_secret=config.oidc_client_secret,
            server_metadata_url=config.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT_SECONDS,
            },
        )
    app.extensions["ecabinet.oidc"] = client
    app.jinja_env.globals["has_oidc"] = client is not None


def send_off(config: Config, callback: str) -> ResponseReturnValue:
    """Send the browser to the provider, which sends it back to ``callback``."""
    client = _client()
    try:
        if client.load_server_metadata().get("issuer") != config.oidc_issuer:
            raise ValueError("the provider calls itself by another name than OIDC_ISSUER")
        answer: ResponseReturnValue = client.authorize_redirect(callback)
    except FAILURES as error:
        raise _failed(error) from error
    return answer


def names(config: Config) -> list[str]:
    """Logins that the one who comes back may have; raises :class:`Problem` ``oidc_failed``."""
    expected = {
        "iss": {"essential": True, "value": config.oidc_issuer},
        "aud": {"essential": True, "value": config.oidc_client_id},
    }
    try:
        token = _client().authorize_access_token(claims_options=expected)
        claims = token["userinfo"]
    except FAILURES as error:
        raise _failed(error) from error
    finally:
        # Used or not, what was kept for this one exchange opens nothing twice.
        for key in [key for key in session if key.startswith("_state_oidc_")]:
            session.pop(key)
    given = [claims.get("preferred_username"), claims.get("email") if claims.get("email_verified") is True else None]
    return [name.strip().lower() for name in given if isinstance(name, str) and name.strip()]


def _client() -> Any:
    client = current_app.extensions["ecabinet.oidc"]
    if client is None:
        raise NotFound("no OIDC_ISSUER is set")
    return client


def _failed(error: Exception) -> Problem:
    log.warning("signing in through the provider failed: %s: %s", type(error).__name__, error)
    return Problem("oidc_failed", str(error))
