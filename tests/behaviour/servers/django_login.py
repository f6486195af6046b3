"""Django's own login view and session on loopback, with a page that says who is logged in.

The arguments are the password of the one user, ada, and a file for the database. Standard error tells the port and then each
request that was answered.
"""

import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

settings.configure(
    SECRET_KEY="of this process alone",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[2]}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    LOGIN_REDIRECT_URL="/who/",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.locmem.Loader",
                        {
                            "registration/login.html": "{{ form.non_field_errors.as_text }}"
                            "<form method=post>{% csrf_token %}{{ form }}</form>",
                        },
                    )
                ]
            },
        }
    ],
)

import django  # noqa: E402

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.auth.views import LoginView, LogoutView  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

urlpatterns = [
    path("accounts/login/", LoginView.as_view()),
    path("accounts/logout/", LogoutView.as_view()),
    path("who/", lambda request: JsonResponse({"user": request.user.get_username()})),
]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Handler(WSGIRequestHandler):
    def log_request(self, code="-", size="-"):
        print(self.command, self.path, code, file=sys.stderr, flush=True)


call_command("migrate", verbosity=0)
get_user_model().objects.create_user("ada", password=sys.argv[1])
server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=Server, handler_class=Handler)
print("port", server.server_port, file=sys.stderr, flush=True)
server.serve_forever()
