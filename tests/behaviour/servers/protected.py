"""A server on loopback that wants a token: before git's own HTTP backend, before a folder, or before another server.

The arguments are a file with the tokens that are good, one a line and read at each request, then `git FOLDER`, `files FOLDER`
or `upstream URL`. The token may come as Bearer, as the password of Basic, or alone. Standard error tells the port and then each
request that was answered, with the scheme that it came with.
"""

import base64
import http.client
import http.server
import os
import subprocess
import sys
import urllib.parse

TOKENS, KIND, BACK = sys.argv[1:4]


def token(authorization):
    """The scheme and the token of a header."""
    scheme, _, value = authorization.partition(" ")
    if not value:
        return "alone", scheme
    if scheme.lower() == "basic":
        return "Basic", base64.b64decode(value).decode().partition(":")[2]
    return scheme, value


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b"".join(iter(self.chunk, b""))
        scheme, given = token(self.headers.get("Authorization") or "")
        with open(TOKENS, encoding="utf-8") as file:
            good = file.read().split()
        if given in good:
            status, headers, content = {"git": self.git, "files": self.files, "upstream": self.upstream}[KIND](body)
        else:
            status, headers, content = 401, [("WWW-Authenticate", 'Basic realm="test"')], b'{"errors":[{"code":"UNAUTHORIZED"}]}'
        sys.stderr.write(f"{self.command} {self.path} {status} {scheme if given else '-'}\n")
        self.answer(status, headers, content)

    do_GET = do_POST = do_PUT = do_PATCH = do_HEAD = serve

    def chunk(self):
        length = int(self.rfile.readline().split(b";")[0], 16)
        data = self.rfile.read(length)
        self.rfile.readline()
        return data

    def git(self, body):
        path, _, query = self.path.partition("?")
        environment = {
            **os.environ, "GIT_PROJECT_ROOT": BACK, "GIT_HTTP_EXPORT_ALL": "1", "REQUEST_METHOD": self.command,
            "PATH_INFO": urllib.parse.unquote(path), "QUERY_STRING": query, "REMOTE_USER": "test",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n")]
        status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
        return status, [pair for pair in headers if pair[0] != "Status"], content

    def files(self, _):
        path = os.path.join(BACK, urllib.parse.unquote(self.path.partition("?")[0]).lstrip("/"))
        if not os.path.realpath(path).startswith(os.path.realpath(BACK) + os.sep) or not os.path.isfile(path):
            return 404, [], b""
        with open(path, "rb") as file:
            content = file.read().replace(b"@PORT@", str(self.server.server_port).encode())
        return 200, [("Content-Type", "application/json")], content

    def upstream(self, body):
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(BACK).netloc, timeout=20)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("authorization", "transfer-encoding", "content-length", "connection"):
                connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        length = answer.getheader("Content-Length")
        content = answer.read()
        if self.command == "HEAD" and length:
            content = b"\0" * int(length)
        return answer.status, answer.getheaders(), content


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
sys.stderr.write(f"port {server.server_port}\n")
server.serve_forever()
