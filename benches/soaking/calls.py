"""One run of tok: started, perhaps killed, and waited for.

A call knows what it was given and how it ended; whether that is right is left to the judges.
"""

import contextlib
import os
import select
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field

# How much longer than its timeout a call may take: the start of a process, a digest, a busy machine.
SLACK = 4


@dataclass(frozen=True)
class Target:
    """Whose token is wanted."""

    person: object
    scope: str = ""
    # The secret that the call can get at: right, wrong, none, broken, hanging.
    secret: str = "right"

    @property
    def identity(self):
        return (*self.person.login, self.scope)

    @property
    def sends(self):
        return {"right": self.person.secret, "wrong": self.person.wrong}.get(self.secret)


@dataclass(frozen=True)
class Kill:
    """At which event, and how long after it."""

    event: str
    delay: float
    signal: int


@dataclass(eq=False)
class Call:
    number: int
    verb: str
    words: list
    targets: list
    variables: dict = field(default_factory=dict)
    stdin: str | None = None
    fresh: bool = False
    no_cache: bool = False
    min_ttl: int | None = None
    timeout: float = 6
    form: str = ""
    # The exit status that is the right one for what was asked, 0 but for mistakes made on purpose and for a command's own.
    right: tuple = (0,)
    kill: Kill | None = None
    # For a login that is kept: the profile, and the value that tells this call from others.
    profile: str = ""
    mark: str = ""
    # How it went.
    began: float = 0
    ended: float = float("inf")
    # When it was killed, if it was: its end is seen a little later.
    struck: float = float("inf")
    code: int | None = None
    out: str = ""
    err: str = ""
    overdue: bool = False
    process: object = None

    def __str__(self):
        pairs = [f"{name}={'…' if name.startswith('TOK_') and 'TIMEOUT' not in name else value}"
                 for name, value in self.variables.items()]
        whose = ", ".join(f"{target.person.who}: {target.secret}" for target in self.targets)
        how = f"killed by {-self.code}" if self.killed else f"exit {self.code}"
        line = " ".join([*pairs, "tok", *self.words])
        return f"#{self.number} {line} ({whose}) {clock(self.began)} to {clock(self.ended)}: {how}"

    @property
    def killed(self):
        return self.code is not None and self.code < 0

    @property
    def logins(self):
        return {target.person.login for target in self.targets}

    @property
    def took(self):
        return self.ended - self.began

    @property
    def succeeded(self):
        return self.code in self.right and self.verb in ("token", "env", "exec", "login") and self.code != 2

    def overlaps(self, start, end):
        return self.began <= end and self.ended >= start

    def hear(self, event):
        """The vendor has got a request of this call, or has answered it."""
        if self.kill and self.kill.event == event:
            threading.Timer(self.kill.delay, self.strike).start()

    def strike(self):
        self.struck = time.time()
        with contextlib.suppress(OSError):
            self.process.send_signal(self.kill.signal)

    def run(self, program, environment, live, latest):
        """`latest` says by how much the machine was late since a moment."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, contextlib.ExitStack() as files:
            stdin = files.enter_context(open(self.stdin, "rb")) if self.stdin else subprocess.DEVNULL
            self.began = time.time()
            # A session of its own: no terminal, and whatever it starts can be found.
            self.process = subprocess.Popen([program, *self.words], stdin=stdin, stdout=out, stderr=err,
                                            env=environment | self.variables, start_new_session=True)
            live[self.process.pid] = self
            self.hear("start")
            while not wait(self.process, self.began + self.timeout + SLACK + latest(self.began) - time.time()):
                if time.time() > self.began + self.timeout + SLACK + latest(self.began):
                    self.overdue = True
                    end_group(self.process.pid)
            self.ended = time.time()
            self.code = self.process.returncode
            del live[self.process.pid]
            if self.killed:
                end_group(self.process.pid)
            self.out, self.err = (text(file) for file in (out, err))


def text(file):
    file.seek(0)
    return file.read(1 << 22).decode("utf-8", "replace")


def clock(moment):
    if moment in (0, float("inf")):
        return "…"
    return time.strftime("%H:%M:%S", time.localtime(moment)) + f"{moment % 1:.3f}"[1:]


def wait(process, seconds):
    """Whether it has ended by then. Without the pauses of `Popen.wait`, where the system can tell."""
    seconds = max(seconds, 0.01)
    if hasattr(os, "pidfd_open"):
        try:
            descriptor = os.pidfd_open(process.pid)
        except OSError:
            return process.wait() is not None
        try:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            if not poll.poll(seconds * 1000):
                return False
        finally:
            os.close(descriptor)
        return process.wait() is not None
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(seconds) is not None
    return False


def sessions():
    """The processes that run, by session: what a call has started, and what that has started, has the call's."""
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc") if os.path.isdir("/proc/self") else ()):
        with contextlib.suppress(OSError, ValueError):
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                state, _, _, session = file.read().rpartition(") ")[2].split()[:4]
            with open(f"/proc/{name}/cmdline", encoding="utf-8", errors="replace") as file:
                line = file.read().replace("\0", " ").strip()
            if state != "Z":
                found.setdefault(int(session), []).append((int(name), line))
    return found


def end_group(leader):
    with contextlib.suppress(OSError):
        os.killpg(leader, signal.SIGKILL)
