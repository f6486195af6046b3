"""What a vendor does wrong.

A mood says what becomes of a request that is right: whether the vendor does its part (issues a token, spends a refresh
token), how it answers, and which exit status that is for whoever asked.
"""

import json
from dataclasses import dataclass

# Of tokens, in seconds.
LIFETIMES = (2, 3, 4, 6, 10, 30, 90)


@dataclass(frozen=True)
class Mood:
    name: str
    weight: float
    code: int
    # Whether the vendor does what it was asked for.
    does: bool = False
    # How the answer is sent: whole, cut, closed, hung, dripped, late.
    way: str = "whole"
    status: int = 0
    body: bytes = b""
    headers: tuple = ()
    # What must not be sent again: the secret, or the very request.
    holds: str = ""
    # Seconds that a 429 asks for.
    pause: float = 0


HTML = b"<html><body><h1>It does not work</h1></body></html>"
GOOD = Mood("good", 0, 0, does=True)

MOODS = [
    Mood("late", 8, 0, does=True, way="late"),
    Mood("dripped", 3, 0, does=True, way="dripped"),
    Mood("500", 3, 6, status=500, body=b'{"error": "Internal Server Error"}'),
    Mood("502", 2, 6, status=502, body=HTML),
    Mood("503", 1, 6, status=503, headers=(("Retry-After", "1"),)),
    Mood("404", 2, 6, status=404, body=HTML),
    Mood("405", 1, 6, status=405),
    Mood("redirected", 1, 6, status=302, headers=(("Location", "/elsewhere"),)),
    Mood("paused", 2, 7, status=429, pause=1, headers=(("Retry-After", "1"),), body=b'{"error": "slower"}'),
    Mood("paused until", 1, 7, status=429, pause=2, headers=(("Retry-After", "a date"),)),
    Mood("paused for a while", 0.1, 7, status=429, pause=30),
    Mood("hung", 2, 5, way="hung"),
    Mood("hung after it", 2, 5, does=True, way="hung"),
    Mood("closed", 2, 5, way="closed"),
    Mood("closed after it", 3, 5, does=True, way="closed"),
    Mood("cut", 3, 6, does=True, way="cut"),
    Mood("cut before it", 1, 6, way="cut", status=200, body=b'{"access_token": '),
    Mood("garbage", 2, 6, status=200, body=b"\x00\xff{]\x1b[31m::add-mask::x"),
    Mood("garbage after it", 1, 6, does=True, status=200, body=b"ok"),
    Mood("empty", 1, 6, status=200),
    Mood("without a token", 1, 6, status=200, body=b"{}"),
    Mood("huge", 1, 6, status=200, body=json.dumps({"x": "y" * (2 << 20)}).encode()),
    Mood("not HTTP", 1, 6, way="garbled"),
    Mood("of no length", 2, 6, does=True, way="ended"),
    Mood("refused", 1, 4, status=401, body=b'{"message": "not today", "error": "not today"}', holds="secret"),
    Mood("forbidden", 0.5, 4, status=403, holds="secret"),
    Mood("echoed", 1, 4, status=401, way="echoed", holds="secret"),
    Mood("not understood", 1, 4, status=400, body=b'{"error": "what?"}', holds="request"),
    Mood("unprocessable", 0.5, 4, status=422, holds="request"),
]
WEIGHTS = [mood.weight for mood in MOODS]


def draw(rng, roughness):
    """Always as many numbers from the generator, so that one vendor's fate does not hang on what was asked before."""
    rough, mood = rng.random() < roughness, rng.choices(MOODS, WEIGHTS)[0]
    return mood if rough else GOOD
