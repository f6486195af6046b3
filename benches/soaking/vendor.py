"""The vendors: a server for each on loopback, which behaves for a while and then does not.

What it did is written down as an `Ask` for each request; what that means is left to the judges.
"""

import contextlib
import random
import socket
import threading
import time
from dataclasses import dataclass, field
from email.utils import formatdate

from . import answers, dialects, moods, people, tokens

# Longer than any call lasts.
HANG = 40
# Refresh tokens that a vendor remembers.
MOST = 5000
# Clocks of vendors that are wrong, in seconds.
CLOCKS = (0, 0, 0, 0, 0, 5 * 3600, -400 * 86400, 37)


@dataclass(eq=False)
class Ask:
    """A request and what became of it."""

    kind: str
    at: float
    said: dialects.Said
    caller: object = None
    person: object = None
    scope: str = ""
    mood: moods.Mood = moods.GOOD
    # The exit status that the answer means.
    code: int = 0
    holds: str = ""
    # When the answer was sent or the connection was over, and whether the answer went out whole.
    done: float = float("inf")
    delivered: bool = False
    # The token that was issued: its number, its lifetime as said (None: not said), its true end.
    token: int = 0
    life: float = 0
    until: float = 0
    refresh: str = ""
    # The refresh token that is sent here, and whether it had been used before.
    issued: object = None
    spent: bool = False
    # The token in the cache had ended, as far as the judges know.
    ended: bool = False

    @property
    def what(self):
        return self.said.what

    @property
    def login(self):
        return self.person.login

    @property
    def identity(self):
        return (*self.person.login, self.scope)

    @property
    def got(self):
        """Whether whoever asked has a token now, as far as the vendor can tell."""
        return self.code == 0 and self.what != "revoke"


@dataclass(eq=False)
class Issued:
    """A refresh token: whose, and which request used it up."""

    person: people.Person
    scope: str
    spent: bool = False
    spender: Ask | None = None


@dataclass
class Vendor:
    kind: people.Kind
    seed: int
    find_caller: object
    write_down: object
    people: list = field(default_factory=list)
    refreshes: dict = field(default_factory=dict)
    rough: bool = True
    count: int = 0

    def __post_init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        threading.Thread(target=self.listen, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}{self.kind.path}"

    def listen(self):
        while True:
            try:
                connection, peer = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection, peer[1]), daemon=True).start()

    def close(self):
        self.listener.close()

    def serve(self, connection, port):
        connection.settimeout(HANG)
        with connection, contextlib.suppress(OSError):
            request = answers.receive(connection)
            if request is None:
                return
            ask = Ask(self.kind.name, time.time(), None)
            ask.caller = self.find_caller(port, self.port)
            try:
                reply = self.decide(ask, *request)
            except (ValueError, KeyError, TypeError) as error:
                self.write_down(None, f"{self.kind.name}: a request that it does not know: {request!r}: {error!r}")
                return
            self.write_down(ask)
            if ask.caller:
                ask.caller.hear("ask")
            try:
                ask.delivered = answers.send(connection, reply)
            finally:
                ask.done = time.time()
                if ask.caller:
                    ask.caller.hear("answer")
            answers.linger(connection)

    def decide(self, ask, path, headers, body):
        """The vendor's part, and the answer."""
        ask.said = dialects.READERS[self.kind.name](path, headers, body)
        with self.lock:
            self.count += 1
            rng = random.Random(f"{self.seed} {self.kind.name} {self.count}")
            mood = moods.draw(rng, self.roughness())
            clock, undated, ask.life = rng.choice(CLOCKS), rng.random() < 0.1, rng.choice(moods.LIFETIMES)
            if rng.random() < 0.05 and self.kind.name in dialects.MAY_BE_SILENT:
                ask.life = None
            ask.mood = mood
            refusal = self.recognize(ask)
            ask.code, ask.holds = mood.code, mood.holds
            if (mood.does or mood.way == "echoed") and refusal:
                ask.code, ask.holds, ask.mood = 4, "secret", moods.GOOD
                status, reply = dialects.REFUSALS[self.kind.name](refusal)
                return answers.Reply(status, answers.json_bytes(reply), (), "whole", self.date(clock))
            now = time.time()
            # Without a date nobody can tell that the vendor's clock is wrong.
            clock = 0 if undated else clock
            reply = self.do(ask, now + clock, undated) if mood.does else None
        return answers.of_mood(mood, reply, ask, None if undated else self.date(clock), rng, now + clock)

    def date(self, clock):
        return formatdate(time.time() + clock, usegmt=True)

    def roughness(self):
        """Twenty requests long it is of one mind."""
        if not self.rough:
            return 0
        return random.Random(f"{self.seed} {self.kind.name} of {self.count // 20}").choice((0, 0, 0.1, 0.3, 0.7))

    def recognize(self, ask):
        """Finds out who asks; why the vendor refuses, if it does."""
        said = ask.said
        known = [person for person in self.people if person.plain == said.plain]
        ask.person = next((person for person in known if said.secret in (person.secret, person.wrong)), None)
        ask.scope = said.scope
        refusal = None if ask.person and said.secret == ask.person.secret else "Wrong credentials"
        if said.what == "refresh":
            issued = self.refreshes.get(said.refresh)
            if issued is None:
                raise ValueError("a refresh token that was never issued")
            ask.issued, ask.spent = issued, issued.spent
            ask.person, ask.scope = issued.person, issued.scope
            refusal = "This refresh token has been used" if issued.spent else None
            if said.secret and said.secret != ask.person.secret:
                refusal = "Wrong credentials"
        if said.what == "revoke":
            claims = tokens.found(said.token)[0]
            ask.person = next(person for person in self.people if person.who == claims["who"])
            ask.scope = claims["scope"]
            if said.secret in ("", ask.person.secret):
                refusal = None
        if ask.person is None:
            raise ValueError("nobody has this secret")
        return refusal

    def do(self, ask, vendor_now, undated):
        """Issues a token, or ends one."""
        if ask.what == "revoke":
            for issued in self.refreshes.values():
                issued.spent |= issued.person is ask.person and self.kind.name == "starship"
            return {"status": {"code": "OK"}}
        if ask.what == "refresh":
            ask.issued.spent, ask.issued.spender = True, ask
        ask.token = self.count
        if ask.life:
            # An end in whole seconds that no date is given with is the end.
            exact = undated and self.kind.name in dialects.ABSOLUTE
            ask.until = ask.life + (int(vendor_now) if exact else time.time())
        claims = {"who": ask.person.who, "kind": self.kind.name, "n": ask.token, "scope": ask.scope, "born": ask.at,
                  "life": ask.life, "until": ask.until}
        if self.kind.name in dialects.IN_TOKEN:
            claims["exp"] = int(vendor_now) + ask.life
        if self.kind.name in dialects.REFRESHING:
            ask.refresh = f"{tokens.REFRESH}{random.getrandbits(64):016x}"
            self.refreshes[ask.refresh] = Issued(ask.person, ask.scope)
            if len(self.refreshes) > MOST:
                del self.refreshes[next(iter(self.refreshes))]
        return dialects.GRANTS[self.kind.name](tokens.make(claims), ask.refresh, ask.life, int(vendor_now))
