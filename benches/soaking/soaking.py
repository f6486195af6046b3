"""The soak itself: rounds of calls, each judged when nobody is running, and an end at which everything must be well."""

import base64
import concurrent.futures
import contextlib
import os
import random
import signal
import threading
import time

from . import alone, disk, people, senders
from .calls import end_group, sessions
from .exits import Exits
from .ledger import Heartbeat
from .plan import Plan
from .together import Together
from .vendor import Vendor

# Calls that run at the same time, and seconds until they are judged.
MOST = 14
ROUND = 8
# So many findings are enough.
ENOUGH = 500


class Soak:
    def __init__(self, program, home, seed, ledger):
        self.program = program
        rng = random.Random(seed)
        self.live = {}
        self.ledger = ledger
        self.heart = Heartbeat()
        everybody = people.people(rng)
        self.vendors = [Vendor(kind, seed, self.sender, self.ledger.ask, [one for one in everybody if one.kind is kind])
                        for kind in people.KINDS]
        self.world = people.World(home, everybody, {vendor.kind.name: vendor.url for vendor in self.vendors})
        self.world.write()
        self.spellings = list(self.world.spellings())
        self.plan = Plan(self.world, rng)
        self.disk = disk.Disk(self.world, self.ledger)
        self.exits = Exits(self.ledger, self.heart.since)
        self.together = Together(self.ledger, self.heart.since)
        self.environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": home, "TMPDIR": home, "TOK_KEYRING": "off",
            "TOK_CONFIG_DIR": self.world.config, "TOK_CACHE_DIR": self.world.cache, "TOK_TIMEOUT": "6",
            "TOK_SEAL_KEY": base64.b64encode(os.urandom(32)).decode(), "RUST_BACKTRACE": "1",
        }
        self.free = threading.Semaphore(MOST)
        self.pool = concurrent.futures.ThreadPoolExecutor(MOST)
        self.running = []

    def sender(self, port, peer):
        return senders.sender(self.live, port, peer)

    def soak(self, seconds):
        end = time.time() + seconds
        while time.time() < end and sum(self.ledger.found.values()) < ENOUGH:
            self.round(min(end, time.time() + ROUND))
        self.calm()

    def round(self, end):
        self.running = []
        while time.time() < end:
            for call in self.plan.next():
                self.free.acquire()
                self.running.append(self.pool.submit(self.call, call))
        for future in self.running:
            future.result()
        self.judge()

    def call(self, call):
        try:
            call.run(self.program, self.environment, self.live, self.heart.since)
        finally:
            self.free.release()
        if call.profile:
            self.disk.login(call)
            self.plan.taken.discard(call.targets[0].person.who)
        self.ledger.call(call)
        for sort, words in alone.judge(call, self.spellings, self.heart.since):
            self.ledger.finding(sort, words, call)

    def judge(self):
        """While nobody runs. A vendor may need a moment to see that whoever asked has gone."""
        until = time.time() + 3
        while any(ask.done == float("inf") for ask in self.ledger.asks) and time.time() < until:
            time.sleep(0.01)
        calls = sorted(self.ledger.calls, key=lambda call: call.began)
        asks = sorted((ask for ask in self.ledger.asks if ask.person), key=lambda ask: ask.at)
        self.sweep(calls)
        self.together.judge(calls, asks)
        self.exits.judge(calls, asks)
        self.disk.judge()
        self.ledger.close()

    def sweep(self, calls):
        """Ends what is left of the calls. Of one that was killed something may be left; nobody else leaves anything."""
        running = sessions()
        for call in calls:
            for process, line in running.get(call.process.pid, ()):
                if not call.killed and not call.overdue:
                    self.ledger.finding("left-over", f"a process stays: {line}", call)
                with contextlib.suppress(OSError):
                    os.kill(process, signal.SIGKILL)

    def calm(self):
        """The vendors behave, and everybody gets a token, uses it, and logs out."""
        for vendor in self.vendors:
            vendor.rough = False
        time.sleep(max(0, self.exits.paused_until() - time.time()))
        for options in (["--fresh"], [], ["--fresh"], []):
            for person in self.world.people:
                self.must(self.plan.plain(person, options))
            self.judge()
        for kind in people.KINDS:
            self.must(self.plan.everybody_out(kind))
        self.judge()
        self.disk.empty()

    def must(self, call):
        self.free.acquire()
        self.call(call)
        if call.code != 0:
            self.ledger.finding("calm", "a call fails although every vendor behaves", call)

    def close(self):
        for vendor in self.vendors:
            vendor.close()
        self.pool.shutdown(wait=False, cancel_futures=True)
        while not all(future.done() for future in self.running):
            for call in list(self.live.values()):
                end_group(call.process.pid)
            time.sleep(0.02)
        self.sweep(self.ledger.calls)


def end_in_order():
    """A signal ends the soak with all that it has started."""
    def stop(number, _):
        raise SystemExit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
