"""A vendor whose refresh tokens are good for one use, on loopback.

It counts what the simulation is about: logins, refreshes, refresh tokens that came twice, and those that it gave for another
and that never came back.
"""

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DEFINITION = """\
about = "A vendor whose refresh tokens are good for one use"

[[field]]
name = "username"
help = "Login name"
person = true

[[field]]
name = "password"
help = "Password"
secret = true

[login]
path = "/login"
json = { username = "{username}", password = "{password}" }

[refresh]
path = "/refresh"
json = { token = "{refresh-token}" }

[answer]
token = "/token"
refresh_token = "/refresh"
expires_in = "/expires_in"
"""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


class Vendor:
    """Takes `delay` seconds for an answer; its tokens last `life` seconds."""

    def __init__(self, life, delay):
        self.life, self.delay = life, delay
        self.lock = threading.Lock()
        self.logins = self.refreshes = self.twice = self.count = 0
        # Refresh tokens: given for another one or for a password, and whether they came back.
        self.rotated, self.known, self.spent = [], set(), set()
        self.came = threading.Event()
        self.server = Server(("127.0.0.1", 0), self.handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.server.shutdown()

    def lost(self):
        """Rotations whose refresh token never came back, but for the last one."""
        return [token for token in self.rotated[:-1] if token not in self.spent]

    def answer(self, path, sent):
        with self.lock:
            if path == "/refresh":
                token = sent["token"]
                if token in self.spent:
                    self.twice += 1
                if token in self.spent or token not in self.known:
                    return 401, {"error": "this refresh token is not known"}
                self.spent.add(token)
                self.refreshes += 1
            else:
                self.logins += 1
            self.count += 1
            refresh = f"refresh-{self.count}"
            self.known.add(refresh)
            if path == "/refresh":
                self.rotated.append(refresh)
            return 200, {"token": f"token-{self.count}", "refresh": refresh, "expires_in": self.life}

    def handler(vendor):  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, reply = vendor.answer(self.path, sent)
                vendor.came.set()
                time.sleep(vendor.delay)
                body = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                # Whoever was killed takes no answer.
                with contextlib.suppress(ConnectionError):
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler
