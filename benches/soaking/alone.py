"""What one call shows by itself: what it said, how long it took, and whether what it printed is what was asked for."""

import json
import re

from . import tokens
from .calls import SLACK

CRASH = re.compile(r"panicked at|RUST_BACKTRACE|stack backtrace|^thread '", re.M)
# The warnings that there can be a reason for.
IN_NEED = "the cached token is given"
NOT_KEPT = "the vendor does not say how long the token lasts"
# A token's end is compared with the end of the process, which comes a little later than the look at the clock.
LATE = 1.5


def given(call):
    """The claims of the tokens on standard output."""
    if call.form == "claims":
        try:
            return [json.loads(call.out)["claims"]]
        except (ValueError, KeyError):
            return []
    return tokens.found(call.out)


def in_need(call):
    return IN_NEED in call.err


def judge(call, spellings, latest):
    """Pairs of a sort and words."""
    yield from said(call, spellings)
    yield from waited(call, latest)
    if not call.killed and call.verb in ("token", "env", "exec"):
        if call.succeeded:
            yield from printed(call, latest)
        elif call.out and call.verb != "env":
            yield "output", f"exit {call.code}, and yet on standard output: {call.out[:200]!r}"
        elif given(call):
            yield "output", f"exit {call.code}, and yet a token is printed"
    if call.verb == "status" and call.form == "json" and call.code == 0:
        try:
            json.loads(call.out)["tokens"]
        except (ValueError, KeyError):
            yield "output", f"the status is not JSON: {call.out[:200]!r}"


def said(call, spellings):
    crash = CRASH.search(call.err)
    if crash:
        yield "crash", f"on standard error: {call.err[crash.start():][:200]!r}"
    both = call.out + call.err
    for spelling in spellings:
        if spelling in both:
            yield "secret", f"a secret is shown, spelt {spelling}"
    if tokens.REFRESH in both:
        yield "secret", "a refresh token is shown"
    if tokens.found(call.err):
        yield "secret", "a token is shown on standard error"
    for line in call.err.splitlines():
        if not line.startswith(("tok: ", "hint: ")):
            yield "words", f"a line on standard error that is not tok's: {line[:200]!r}"
        elif line.startswith("tok: warning: ") and not may_warn(call, line):
            yield "warning", f"a warning that nothing here is a reason for: {line[:300]}"
        if len(line) > 900 or any(ord(character) < 32 for character in line):
            yield "words", f"a line that is not fit to be shown: {line[:200]!r}"
    if call.code not in (*call.right, 0) and not call.killed and not call.err.startswith("tok: ") and not call.overdue:
        yield "words", f"exit {call.code} without a word of tok's: {call.err[:200]!r}"


def may_warn(call, line):
    return IN_NEED in line or call.verb in ("logout", "vendors") or call.verb == "login" and NOT_KEPT in line


def waited(call, latest):
    if call.overdue or call.took > call.timeout + SLACK + latest(call.began):
        yield "wait", f"it took {call.took:.1f} s, and its timeout is {call.timeout} s"


def printed(call, latest):
    claims = {claim["who"]: claim for claim in given(call)}
    wanted = {target.person.who: target for target in call.targets}
    strangers = claims.keys() - wanted.keys()
    for who in strangers:
        yield "wrong person", f"the token of {who} is given to {' and '.join(wanted)}"
    for who in wanted.keys() - claims.keys() if not strangers else ():
        yield "output", f"no token of {who} is on standard output: {call.out[:200]!r}"
    for who in wanted.keys() & claims.keys():
        claim, target = claims[who], wanted[who]
        if claim["scope"] != target.scope:
            yield "wrong token", f"a token for the scope '{claim['scope']}' in place of '{target.scope}'"
        if target.person.kind.by_secret and target.secret != "right":
            yield "wrong person", f"the token of {who} is given to one whose secret is {target.secret}"
        yield from lasts(call, claim, latest)


def lasts(call, claim, latest):
    if call.fresh and claim["born"] < call.began - 0.01:
        yield "not fresh", "with --fresh a token is given that is older than the call"
    until, late = claim["until"], LATE + latest(call.began)
    if not until:
        return
    left = until - call.ended
    margin = min(60, claim["life"] / 10) if call.min_ttl is None else call.min_ttl
    excused = call.min_ttl is None and (in_need(call) or "-q" in call.words)
    if left + late < 0:
        yield "expired", f"a token is given that ended {-left:.1f} s ago"
    elif left + late < margin and not excused:
        yield "margin", f"a token is given that lasts {left:.1f} s, and the margin is {margin:.1f} s"
    if call.form == "json" and call.verb == "token":
        told = json.loads(call.out)["expires_in"]
        if told is None or told > until - call.began + 1:
            yield "expired", f"a token is said to last {told} s that lasts {until - call.began:.1f} s"
        elif told < margin - 1 and not excused:
            yield "margin", f"a token is given that lasts {told} s, and the margin is {margin:.1f} s"
