"""What has happened, for the judges, and what they found."""

import collections
import sys
import threading
import time

from .calls import clock

class Ledger:
    """Of each sort of finding so many are told, with all that led to them; all are counted."""

    def __init__(self, reproduce, told, log):
        self.reproduce = reproduce
        self.told = told
        self.log = log
        self.lock = threading.Lock()
        self.asks = []
        self.calls = []
        self.counts = collections.Counter()
        self.answers = collections.Counter()
        self.found = collections.Counter()

    def ask(self, ask, complaint=None):
        with self.lock:
            if ask:
                self.asks.append(ask)
                self.answers[f"{ask.what}: {ask.mood.name if ask.code or ask.mood.does else 'good'}"] += 1
        if complaint:
            self.finding("request", complaint)

    def call(self, call):
        with self.lock:
            self.calls.append(call)
            self.counts[f"{call.verb}: {f'killed by {-call.code}' if call.killed else f'exit {call.code}'}"] += 1

    def close(self):
        """Forgets what has been judged."""
        lines = [(call.began, str(call)) for call in self.calls] + [(ask.at, tell(ask)) for ask in self.asks if ask.person]
        for _, line in sorted(lines) if self.log else ():
            print(line, file=self.log, flush=True)
        for ask in self.asks:
            ask.issued = None
        for call in self.calls:
            call.out = call.err = ""
        self.asks, self.calls = [], []

    def finding(self, sort, words, call=None, ask=None, others=()):
        with self.lock:
            self.found[sort] += 1
            count = self.found[sort]
            story = [*map(str, others), *self.story(call, ask)] if count <= self.told else []
        if count <= self.told:
            lines = [f"FOUND {sort}: {words}", *(f"    {line}" for line in story), f"    again: {self.reproduce}"]
            print("\n".join(lines), file=sys.stderr, flush=True)

    def story(self, call, ask):
        """The call as it was, and what else went on for the same login."""
        at = call.began if call else ask.at if ask else 0
        until = call.ended if call else at
        logins = call.logins if call else {ask.login} if ask else set()
        lines = [str(call)] + [f"said: {line}" for line in call.err.splitlines()[:6]] if call else []
        around = []
        for other in self.calls:
            near = other.overlaps(at - 8, until + 1) and bool(other.logins & logins)
            if other is not call and near and other.verb != "status":
                around.append((other.began, str(other)))
        for other in self.asks:
            if other.person and other.login in logins and at - 8 <= other.at <= until + 1:
                around.append((other.at, tell(other)))
        around.sort()
        return lines + [line for _, line in around[-14:]]


def tell(ask):
    by = f"#{ask.caller.number}" if ask.caller else "nobody known"
    life = f", lasts {ask.life} s" if ask.token else ""
    sent = "whole" if ask.delivered else "not whole"
    secret = {ask.person.wrong: " with the wrong secret"}.get(ask.said.secret, "")
    scope = f" '{ask.scope}'" if ask.scope else ""
    return (f"{clock(ask.at)} to {clock(ask.done)}: {ask.what} of {ask.person.who}{scope}{secret} by {by}: "
            f"{ask.mood.name}, exit {ask.code}{life}, {sent}")


class Heartbeat:
    """How late the machine is: what takes longer because of that is nobody's fault."""

    STEP = 0.05

    def __init__(self):
        self.late = collections.deque(maxlen=20_000)
        threading.Thread(target=self.beat, daemon=True).start()

    def beat(self):
        while True:
            before = time.time()
            time.sleep(self.STEP)
            over = time.time() - before - self.STEP
            if over > 0.1:
                self.late.append((before, over))

    def since(self, moment):
        return sum(over for at, over in list(self.late) if at >= moment - 1)
