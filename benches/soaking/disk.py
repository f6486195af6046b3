"""What lies on the disk while no call is running: locks, left-overs, secrets, and what was written into the profiles."""

import contextlib
import fcntl
import os
import re
import stat

from . import tokens

KEPT = re.compile(r"[0-9a-f]{64}\.(json|lock|hold|pause)|CACHEDIR\.TAG")
# Of a write that was killed, one for each file that was to be replaced. Where two wrote the same file at the same time, the
# name of one is drawn by lot; nobody writes a token then.
TEMPORARY = re.compile(r"\.tok-([^/]*?)\.tmp")
CONFIGURED = ("config.toml", "vendors")
# The same of the profiles.
LEFT = (re.compile(r"\.config-.*\.tmp"), re.compile(r"config\.toml\.lock"))


class Disk:
    def __init__(self, world, ledger):
        self.world = world
        self.ledger = ledger
        # Which marks each profile may have: the last that was kept, and those of logins that were killed since.
        self.marks = {}
        # What has been told of is told of once.
        self.told = set()

    def login(self, call):
        """What a login that has ended may have written."""
        if call.code == 0:
            self.marks[call.profile] = {call.mark}
        elif call.killed:
            self.marks.setdefault(call.profile, {""}).add(call.mark)

    def judge(self):
        self.cache()
        self.config()

    def cache(self):
        kept, temporary = set(), []
        for name, path in files(self.world.cache):
            self.private(path)
            self.secrets(name, path)
            if KEPT.fullmatch(name):
                kept.add(name)
            elif TEMPORARY.fullmatch(name):
                temporary.append(name)
            else:
                self.ledger.finding("left-over", f"a file in the cache that tok does not tell of: {name}")
            if name.endswith(".lock") and not is_free(path):
                self.ledger.finding("lock", f"a lock is held although nobody runs: {name}")
        self.at_most(temporary, len(kept), "the cache")

    def at_most(self, temporary, most, where):
        if len(temporary) > most and tuple(temporary) not in self.told:
            self.told.add(tuple(temporary))
            self.ledger.finding("left-over", f"{len(temporary)} files are left in {where}, and {most} may be: {temporary[:3]}")

    def private(self, path):
        with contextlib.suppress(FileNotFoundError):
            mode = stat.S_IMODE(os.lstat(path).st_mode)
            if mode & 0o077:
                self.ledger.finding("mode", f"{path} is open to others: {mode:04o}")

    def secrets(self, name, path):
        """No secret lies in the cache, and no token in clear."""
        with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8", errors="replace") as file:
            text = file.read(1 << 21)
            for person in self.world.people:
                for secret in (person.secret, person.wrong):
                    if secret[-16:] in text or secret[-16:] in name:
                        self.ledger.finding("secret", f"a secret of {person.who} lies in {name}")
            if tokens.found(text) or tokens.REFRESH in text:
                self.ledger.finding("secret", f"a token lies in {name}")

    def config(self):
        names = [name for name in sorted(os.listdir(self.world.config)) if name not in CONFIGURED]
        for kind in LEFT:
            self.at_most([name for name in names if kind.fullmatch(name)], 1, "the config folder")
        self.at_most([name for name in names if not any(kind.fullmatch(name) for kind in LEFT)], 0, "the config folder")
        tables = read(self.world.config_file)
        for header, command in self.world.commands.items():
            if not any(key.endswith("-command") for key in tables.get(header, {})):
                self.ledger.finding("config", f"[{header}] has lost its command: {command}")
        for header, marks in self.marks.items():
            mark = tables.get(header, {}).get("variable", "")
            if mark not in marks:
                self.ledger.finding("config", f"[{header}] says '{mark}', and the last login wrote {sorted(marks)}")
                self.marks[header] = {mark}

    def empty(self):
        """Nothing of a token is left once everything is forgotten."""
        for name, path in files(self.world.cache):
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read(1 << 21)
            if tokens.found(text) or tokens.REFRESH in text:
                self.ledger.finding("left-over", f"a token lies in {name}, although everything was logged out")
        self.at_most([name for name in os.listdir(self.world.config) if name not in CONFIGURED], 0, "the config folder")


def files(folder):
    if os.path.isdir(folder):
        for name in sorted(os.listdir(folder)):
            yield name, os.path.join(folder, name)


def is_free(path):
    with open(path, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


def read(path):
    """The tables of the profiles, as far as it matters here."""
    tables, table = {}, {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            header = re.fullmatch(r"\[(.+)\]\s*", line)
            pair = re.match(r'([\w-]+)\s*=\s*"(.*)"', line)
            if header:
                table = tables.setdefault(header[1], {})
            elif pair:
                table[pair[1]] = pair[2]
    return tables
