"""How each vendor is spoken to: what a request says, and what an answer looks like."""

import base64
import json
import time
import urllib.parse
from dataclasses import dataclass


@dataclass
class Said:
    """What a request says."""

    what: str  # login, refresh or revoke
    plain: str = ""
    scope: str = ""
    secret: str = ""
    refresh: str = ""
    token: str = ""


def basic(headers):
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme != "Basic":
        raise ValueError("no Basic")
    user, _, secret = base64.b64decode(value).decode().partition(":")
    return urllib.parse.unquote_plus(user), urllib.parse.unquote_plus(secret)


def form(body):
    return dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True))


def read_starship(path, headers, body):
    if path == "/auth/logout":
        return Said("revoke", token=headers["authorization"].removeprefix("Bearer "))
    sent = json.loads(body)
    if path == "/auth/refresh":
        return Said("refresh", refresh=sent["refresh_token"])
    if path == "/auth/login":
        return Said("login", plain=sent["username"], secret=sent["password"])
    raise ValueError(path)


def read_modulus(path, _, body):
    sent = json.loads(body)
    if path != "/api/cmn/AuthenticateToken":
        raise ValueError(path)
    return Said("login", plain=sent["username"], secret=sent["password"])


def read_crmcom(path, _, body):
    sent = json.loads(body)
    if path.endswith("/authentication/token/release"):
        return Said("revoke", token=sent["token"])
    if not path.endswith("/authentication/token"):
        raise ValueError(path)
    return Said("login", plain=sent["organisation"], secret=sent["access_token_identifier"]["authentication_code"])


def read_oauth2(path, headers, body):
    sent = form(body)
    user, secret = basic(headers)
    if path != "/oauth2/token" or sent["grant_type"] != "client_credentials":
        raise ValueError(path)
    return Said("login", plain=user, secret=secret, scope=sent.get("scope", ""))


def read_tenancy(path, headers, body):
    if path != "/token":
        raise ValueError(path)
    return Said("login", plain=json.loads(body)["tenant"], secret=headers["x-api-key"])


def read_relay(path, headers, body):
    sent = form(body)
    user, secret = basic(headers)
    if path == "/revoke":
        return Said("revoke", plain=user, secret=secret, token=sent["token"])
    if path != "/token":
        raise ValueError(path)
    if sent["grant_type"] == "refresh_token":
        return Said("refresh", plain=user, secret=secret, refresh=sent["refresh_token"])
    return Said("login", plain=user, secret=secret)


def date(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


# Token, refresh token, lifetime in seconds or None, the vendor's clock → the body of a success.
GRANTS = {
    "starship": lambda token, refresh, life, now: {
        "access_token": token, "refresh_token": refresh, "access_expires_at": date(now + life), "client_id": 1},
    "modulus": lambda token, refresh, life, now: {"result": True, "object": token},
    "crmcom": lambda token, refresh, life, now: {"status": {"code": "OK"}, "data": {"token": token}},
    "oauth2": lambda token, refresh, life, now: {"access_token": token, "token_type": "Bearer"}
    | ({} if life is None else {"expires_in": life}),
    "tenancy": lambda token, refresh, life, now: {"token": token} | ({} if life is None else {"ms": life * 1000}),
    "relay": lambda token, refresh, life, now: {"access_token": token, "refresh_token": refresh}
    | ({} if life is None else {"expires_in": str(life)}),
}

# The vendor's words → status and body of its own refusal.
REFUSALS = {
    "starship": lambda words: (401, {"error": "unauthorized", "message": words}),
    "modulus": lambda words: (200, {"result": False, "message": words, "object": None}),
    "crmcom": lambda words: (200, {"status": {"code": "INVALID_CREDENTIALS", "description": words}, "data": None}),
    "oauth2": lambda words: (401, {"error": "invalid_client", "error_description": words}),
    "tenancy": lambda words: (403, {"error": words}),
    "relay": lambda words: (401, {"error": "invalid_client", "error_description": words}),
}

READERS = {name: globals()[f"read_{name}"] for name in GRANTS}

# Where the lifetime stands in the token itself.
IN_TOKEN = ("modulus", "crmcom")
# Vendors that may say no lifetime.
MAY_BE_SILENT = ("oauth2", "tenancy", "relay")
# Vendors whose absolute times are whole seconds of their own clock.
ABSOLUTE = ("starship", "modulus", "crmcom")
REFRESHING = ("starship", "relay")
