"""Authlib's device flow (RFC 8628) on loopback, on Django and without a database.

The arguments are the seconds that it names as `interval`, those that it wants between two requests, and those that a code
lasts. The one client, `tok-device`, has no secret. A person says yes or no with `POST /activate/` and the form `user_code` and
`allow`. Standard error tells the port and then each request that was answered, with the error of its answer.
"""

import json
import os
import sys
import time
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application

interval, wanted, lasting = (float(argument) for argument in sys.argv[1:])
# Authlib refuses to work without TLS otherwise.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

settings.configure(
    SECRET_KEY="of this process alone",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    AUTHLIB_OAUTH2_PROVIDER={"refresh_token_generator": True},
)

import django  # noqa: E402

django.setup()

from authlib.integrations.django_oauth2 import AuthorizationServer  # noqa: E402
from authlib.oauth2.rfc6749 import ClientMixin, grants  # noqa: E402
from authlib.oauth2.rfc8628 import (  # noqa: E402
    DEVICE_CODE_GRANT_TYPE,
    DeviceAuthorizationEndpoint,
    DeviceCodeGrant,
    DeviceCredentialDict,
)
from django.http import HttpResponse, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402


class Client(ClientMixin):
    client_id = "tok-device"

    def get_client_id(self):
        return self.client_id

    def get_allowed_scope(self, scope):
        return scope

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "none"

    def check_grant_type(self, grant_type):
        return grant_type in (DEVICE_CODE_GRANT_TYPE, "refresh_token")


class User:
    pk = 1


class Token(dict):
    def check_client(self, client):
        return True

    def get_scope(self):
        return self.get("scope", "")

    def get_expires_in(self):
        return self["expires_in"]

    def is_expired(self):
        return False

    def is_revoked(self):
        return False


# By their codes and their refresh tokens.
credentials, grants_of_users, tokens = {}, {}, {}


class Server(AuthorizationServer):
    def query_client(self, client_id):
        return Client() if client_id == Client.client_id else None

    def save_token(self, token, request):
        tokens[token.get("refresh_token")] = Token(token)


class Endpoint(DeviceAuthorizationEndpoint):
    INTERVAL = interval
    EXPIRES_IN = lasting

    def get_verification_uri(self):
        return f"http://127.0.0.1:{http.server_port}/activate/"

    def save_device_credential(self, client_id, scope, data):
        now = time.time()
        credentials[data["device_code"]] = DeviceCredentialDict(
            client_id=client_id,
            scope=scope,
            user_code=data["user_code"],
            expires_at=now + lasting,
            asked_at=now,
        )


class Grant(DeviceCodeGrant):
    def query_device_credential(self, device_code):
        return credentials.get(device_code)

    def query_user_grant(self, user_code):
        return grants_of_users.get(user_code)

    def should_slow_down(self, credential):
        before, credential["asked_at"] = credential["asked_at"], time.time()
        return credential["asked_at"] - before < wanted


class Refresh(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["none"]
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        return tokens.get(refresh_token)

    def authenticate_user(self, refresh_token):
        return User()

    def revoke_old_credential(self, refresh_token):
        tokens.pop(refresh_token["refresh_token"], None)


server = Server(None, None)
server.register_endpoint(Endpoint)
server.register_grant(Grant)
server.register_grant(Refresh)


def activate(request):
    known = [credential["user_code"] for credential in credentials.values()]
    code = request.POST.get("user_code")
    if code not in known:
        return HttpResponse(status=404)
    grants_of_users[code] = (User(), request.POST["allow"] == "yes")
    return JsonResponse({})


urlpatterns = [
    path("device/", lambda request: server.create_endpoint_response(Endpoint.ENDPOINT_NAME, request)),
    path("token/", lambda request: server.create_token_response(request)),
    path("activate/", activate),
]

application = get_wsgi_application()


def telling(environ, start_response):
    body = b"".join(application(environ, start_response))
    word = json.loads(body or b"{}").get("error", "")
    print(environ["REQUEST_METHOD"], environ["PATH_INFO"], word, file=sys.stderr, flush=True)
    return [body]


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Handler(WSGIRequestHandler):
    def log_request(self, code="-", size="-"):
        pass


http = make_server("127.0.0.1", 0, telling, server_class=Threads, handler_class=Handler)
print("port", http.server_port, file=sys.stderr, flush=True)
http.serve_forever()
