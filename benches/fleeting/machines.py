"""Machines: cache folders of their own, the same login, the same store."""

import os
import random
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass

from . import vendor

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
# Of a call that is given up by the simulation.
LIMIT = 120


@dataclass
class Call:
    token: str
    took: float
    said: str


class Fleet:
    def __init__(self, program, home, url, store):
        self.program, self.home = program, home
        config = os.path.join(home, "config")
        os.makedirs(os.path.join(config, "vendors"), mode=0o700, exist_ok=True)
        with open(os.path.join(config, "vendors", "ship.toml"), "w") as file:
            file.write(vendor.DEFINITION)
        self.environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": home,
            "TOK_CONFIG_DIR": config,
            "TOK_KEYRING": "off",
            # What lies on a machine does not hang on the keyring of the one that all are played on.
            "TOK_SEAL_KEY": KEY,
            "TOK_SHIP_URL": url,
            "TOK_SHIP_USERNAME": "fleet",
            "TOK_SHIP_PASSWORD": "a password for the fleet",
        }
        if store:
            self.environment |= {"TOK_SHARED": store.url, "TOK_SHARED_KEY": KEY}

    def start(self, machine, *more):
        environment = {**self.environment, "TOK_CACHE_DIR": os.path.join(self.home, f"cache-{machine}")}
        return subprocess.Popen(
            [self.program, "ship", "--no-input", *more],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def call(self, machine, *more, dies_after=None):
        """With `dies_after`, a process that is still there after so many seconds is killed: its call is `None`."""
        began = time.perf_counter()
        process = self.start(machine, *more)
        try:
            token, said = process.communicate(timeout=dies_after or LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            if dies_after:
                return None
            raise
        took = time.perf_counter() - began
        return Call(token.strip() if process.returncode == 0 else "", took, said.strip())

    def calls(self, plan, at_once, *more):
        """Of machines at their times: pairs of seconds and machine. Returns in the order of the plan."""
        results, gate, began = [None] * len(plan), threading.Semaphore(at_once), time.time()

        def one(place, at, machine):
            time.sleep(max(0, began + at - time.time()))
            with gate:
                results[place] = self.call(machine, *more)

        threads = [threading.Thread(target=one, args=(place, *planned)) for place, planned in enumerate(plan)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results


def spread(seed, count, seconds):
    rng = random.Random(seed)
    return [(rng.uniform(0, seconds), machine) for machine in range(count)]


def times(calls):
    """Median and 99 %, in milliseconds."""
    took = sorted(call.took * 1000 for call in calls)
    return statistics.median(took), took[min(len(took) - 1, round(len(took) * 0.99))]
