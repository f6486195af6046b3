"""Tokens that say whose they are.

The shape is that of a JWT: a payload that can be read between two dots. `exp` is in the vendor's clock, `until` is the
truth.
"""

import base64
import json
import re

SEEN = re.compile(r"[\w-]+\.(eyJ[\w-]+)\.soak")
# What every refresh token begins with.
REFRESH = "soakrefresh"


def make(claims):
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{payload}.soak"


def found(text):
    """The claims of every token in a text, each once."""
    payloads = dict.fromkeys(SEEN.findall(text))
    return [json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))) for payload in payloads]
