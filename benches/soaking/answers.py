"""HTTP by hand: requests are read whole, answers are sent as badly as a mood wants."""

import json
import socket
import time
from dataclasses import dataclass
from email.utils import formatdate


@dataclass
class Reply:
    status: int
    body: bytes
    headers: tuple
    way: str
    date: str | None
    # Seconds before the answer.
    delay: float = 0


def json_bytes(value):
    return json.dumps(value).encode()


def receive(connection):
    """Path, headers and body; None where nothing came."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        more = connection.recv(65536)
        if not more:
            return None
        body += more
    return first.split(" ")[1], headers, body


def of_mood(mood, granted, ask, date, rng, vendor_now):
    status, body, headers, delay = mood.status, mood.body, mood.headers, 0
    if mood.does:
        status, body = 200, body or json_bytes(granted)
    if mood.way == "echoed":
        # With what a terminal or a CI runner would obey.
        said = f"\x1b[2J::error::no {ask.said.secret} or {ask.said.refresh or ask.said.secret}"
        body = json_bytes({"message": said, "error": said})
    if mood.name == "paused until":
        # A second more than it is said to be at least: both dates are whole seconds.
        headers = (("Retry-After", formatdate(vendor_now + mood.pause + 1, usegmt=True)),)
    if mood.way == "late":
        delay = rng.uniform(0.1, 1.5)
    return Reply(status, body, headers, mood.way, date, delay)


def send(connection, reply):
    """Whether the answer went out whole."""
    time.sleep(reply.delay)
    if reply.way == "hung":
        connection.recv(1)
        return False
    if reply.way == "closed":
        return False
    if reply.way == "garbled":
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        return False
    # Without a length the end of the connection is the end of the body, and this one comes too early.
    headers = [("Content-Length", str(len(reply.body)))] if reply.way != "ended" else []
    headers += [("Content-Type", "application/json"), ("Connection", "close"), *reply.headers]
    if reply.date:
        headers.append(("Date", reply.date))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = f"HTTP/1.1 {reply.status} Status\r\n{lines}\r\n".encode()
    if reply.way in ("cut", "ended"):
        connection.sendall(head + reply.body[: len(reply.body) // 2])
        return False
    if reply.way == "dripped":
        connection.sendall(head)
        size = max(1, len(reply.body) // 10)
        for start in range(0, len(reply.body), size):
            time.sleep(0.05)
            connection.sendall(reply.body[start : start + size])
        return True
    connection.sendall(head + reply.body)
    return True


def linger(connection):
    """Until the other side has read everything."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(5)
    while connection.recv(65536):
        pass
