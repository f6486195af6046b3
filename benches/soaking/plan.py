"""What is called next. The same seed gives the same calls in the same order; how they meet is up to the machine."""

import itertools
import signal

from . import dialects, people
from .calls import Call, Kill, Target

ENV_FORMATS = ("posix", "fish", "powershell", "nushell", "elvish", "tcsh", "cmd", "dotenv", "json", "azure")
TOKEN_FORMATS = ("token", "json", "header", "curl", "claims")
# What `tok exec` runs: it shows the tokens, and the secrets if it has inherited any.
SHOW = 'env | grep -E "^(TOK_|[A-Z0-9]+_TOKEN=)"; exit "$0"'


class Plan:
    def __init__(self, world, rng):
        self.world = world
        self.rng = rng
        self.numbers = itertools.count(1)
        # Profiles that a running `tok login` writes.
        self.taken = set()

    def next(self):
        """Calls that run at the same time."""
        makers = {self.tokens: 70, self.swarm: 7, self.both: 5, self.login: 4, self.homeless: 1, self.logout: 4,
                  self.status: 6, self.vendors: 1, self.mistake: 1}
        return self.rng.choices(list(makers), list(makers.values()))[0]()

    # ---- Calls for a token

    def tokens(self):
        return [self.token(self.somebody())]

    def swarm(self):
        """Several at once for one login, and now and then one that shares its place in the cache."""
        person = self.somebody()
        near = [other for other in self.world.people if other.login == person.login]
        return [self.token(self.rng.choice(near)) for _ in range(self.rng.randint(3, 12))]

    def somebody(self):
        """Rather at a vendor with refresh tokens: they are what can be lost."""
        weights = [3 if person.kind.name in dialects.REFRESHING else 1 for person in self.world.people]
        return self.rng.choices(self.world.people, weights)[0]

    def token(self, person):
        rng = self.rng
        verb = rng.choices(("token", "env", "exec"), (6, 3, 2))[0]
        call = self.call(verb, timeout=rng.choice((3, 5, 8)))
        profile, how = self.profile(person)
        if how == "flags" and verb == "exec":
            profile, how = person.name, "bare"
        secret, options = self.secret(call, person, how)
        scope = rng.choice(person.kind.scopes)
        if scope:
            call.variables["TOK_OAUTH2_SCOPE"] = scope
        call.targets = [Target(person, scope, secret)]
        self.options(call, options)
        if secret == "hanging" or rng.random() < 0.05:
            call.timeout = rng.choice((1, 2))
        options += ["--timeout", f"{call.timeout}s"]
        vendor = [person.kind.name]
        if how == "flags":
            options += ["--url", self.world.urls[person.kind.name], f"--{person.kind.plain}", person.plain]
        elif how != "default":
            spelling = rng.choice(("@", "-p", "TOK_PROFILE"))
            if spelling == "@":
                vendor = [f"{person.kind.name}@{profile}"]
            elif spelling == "-p" and verb != "exec":
                options += ["-p", profile]
            else:
                call.variables["TOK_PROFILE"] = profile
        self.spell(call, vendor, options)
        self.perhaps_killed(call)
        return call

    def profile(self, person):
        first = person is self.world.of(person.kind)[0]
        hows = {"bare": 8, "cmd": 4, "slow": 1, "bad": 0.4, "hang": 0.4, "flags": 3, "default": 3 if first else 0}
        how = self.rng.choices(list(hows), list(hows.values()))[0]
        return (f"{person.name}-{how}" if how in ("cmd", "slow", "bad", "hang") else person.name), how

    def secret(self, call, person, how):
        """Which secret the call can get at, and the options that give it."""
        rng, kind = self.rng, person.kind
        if how in ("cmd", "slow"):
            return "right", []
        if how in ("bad", "hang"):
            return {"bad": "broken", "hang": "hanging"}[how], []
        secret = rng.choices(("right", "wrong", "none", "broken"), (85, 6, 6, 2))[0]
        if secret == "none" and kind.name == "modulus" and how in ("default", "flags"):
            # The default profile's command has the secret of the first person, and of nobody else.
            if person is self.world.of(kind)[0]:
                return "right", []
            secret = "wrong"
        way = rng.choice(("variable", "variable", "file", "stdin")) if call.verb != "exec" else "variable"
        if secret == "none":
            return "none", []
        if secret == "broken":
            if call.verb == "exec":
                return self.secret(call, person, how)
            return "broken", [f"--{kind.secret}-file", person.file(self.world.home) + "-that-is-not-there"]
        file = person.file(self.world.home, secret == "right")
        if way == "variable":
            call.variables[kind.variable] = person.secret if secret == "right" else person.wrong
            return secret, []
        if way == "file":
            return secret, [f"--{kind.secret}-file", file]
        call.stdin = file
        return secret, [f"--{kind.secret}-stdin"]

    def options(self, call, options):
        rng = self.rng
        call.fresh, call.no_cache = rng.random() < 0.04, rng.random() < 0.04
        call.min_ttl = rng.choice((0, 1, 5, 15, 60)) if rng.random() < 0.08 else None
        options += ["--fresh"] * call.fresh + ["--no-cache"] * call.no_cache
        if call.min_ttl is not None:
            options += ["--min-ttl", f"{call.min_ttl}s"]
        options += rng.choices(([], ["-q"], ["-v"], ["--no-input"]), (7, 1, 2, 1))[0]

    def spell(self, call, vendor, options):
        rng, kind = self.rng, call.targets[0].person.kind
        if call.verb == "token":
            call.form = rng.choice([form for form in TOKEN_FORMATS if (form, kind.name) != ("header", "crmcom")])
            call.words = [*vendor, *options, "-f", call.form]
        elif call.verb == "env":
            call.form = rng.choice(ENV_FORMATS)
            call.words = ["env", *vendor, *options, "-f", call.form]
        else:
            self.command(call, vendor, options)

    def command(self, call, vendors, options):
        code = self.rng.choice((0, 0, 42))
        call.right = (code,)
        call.words = ["exec", *vendors, *options, "--", "sh", "-c", SHOW, str(code)]

    def both(self):
        """The tokens of two vendors for one program."""
        rng = self.rng
        call = self.call("exec", timeout=8)
        for kind in rng.sample(people.KINDS, 2):
            person = rng.choice(self.world.of(kind))
            call.variables[kind.variable] = person.secret
            call.targets.append(Target(person))
        vendors = [f"{target.person.kind.name}@{target.person.name}" for target in call.targets]
        self.command(call, vendors, ["--timeout", "8s"])
        self.perhaps_killed(call)
        return [call]

    # ---- The rest

    def login(self):
        """Writes a mark into a profile; no other call writes that profile meanwhile."""
        rng = self.rng
        free = [person for person in self.world.people if person.who not in self.taken]
        calls = []
        for person in rng.sample(free, min(len(free), rng.choice((1, 1, 4)))):
            self.taken.add(person.who)
            call = self.call("login")
            call.targets = [Target(person)]
            call.profile, call.mark = f"{person.kind.name}.{person.name}-kept", f"SOAK_{call.number}"
            call.fresh = True
            words = ["login", f"{person.kind.name}@{person.name}-kept", "--variable", call.mark]
            verify = rng.random() < 0.6
            call.words = [*words, *([] if verify else ["--no-verify"])]
            if not verify:
                call.verb = "login untried"
            self.perhaps_killed(call)
            calls.append(call)
        return calls

    def homeless(self):
        """A login whose secret has no place to be kept in: no keyring is there."""
        person = self.rng.choice([person for person in self.world.people if person is self.world.of(person.kind)[0]])
        call = self.call("homeless")
        call.targets, call.right = [Target(person)], (1,)
        call.variables[person.kind.variable] = person.secret
        call.words = ["login", person.kind.name]
        return [call]

    def logout(self):
        rng = self.rng
        person = rng.choice(self.world.people)
        call = self.call("logout")
        every = rng.random() < 0.15
        call.targets = [Target(other) for other in (self.world.of(person.kind) if every else [person])]
        # To revoke with a secret, every profile's command would run, and there are some that hang.
        revoke = rng.random() < 0.6 and not (every and person.kind.name == "relay")
        whose = [person.kind.name, "--all"] if every else [f"{person.kind.name}@{person.name}-cmd"]
        call.words = ["logout", *whose, *(["--revoke"] if revoke else [])]
        self.perhaps_killed(call)
        return [call]

    def status(self):
        call = self.call("status")
        kind = self.rng.choice(people.KINDS)
        call.form = self.rng.choice(("json", "json", "text"))
        call.targets = [Target(person) for person in self.world.of(kind)]
        call.words = ["status", kind.name, *(["-f", "json"] if call.form == "json" else self.rng.choice(([], ["-v"])))]
        return [call]

    def vendors(self):
        call = self.call("vendors")
        file = f"{self.world.config}/vendors/relay.toml"
        call.words = self.rng.choice((["vendors"], ["vendors", "relay"], ["vendors", "check", file], ["--version"]))
        return [call]

    def mistake(self):
        call = self.call("mistake")
        call.right = (2,)
        call.words = self.rng.choice((["starchip"], ["starship", "--min-ttl", "soon"], ["env", "starship@nobody"],
                                      ["exec", "starship", "--", ], ["modulus", "--password", "x"],
                                      ["exec", "starship@jo", "starship@al", "--", "true"]))
        return [call]

    # ---- For the end, when every vendor behaves

    def plain(self, person, options):
        call = self.call("token", fresh="--fresh" in options)
        call.targets = [Target(person)]
        call.words = [f"{person.kind.name}@{person.name}-cmd", *options]
        return call

    def everybody_out(self, kind):
        call = self.call("logout")
        call.targets = [Target(person) for person in self.world.of(kind)]
        call.words = ["logout", kind.name, "--all"]
        return call

    # ---- What they have in common

    def call(self, verb, **given):
        return Call(next(self.numbers), verb, [], [], **given)

    def perhaps_killed(self, call):
        rng = self.rng
        event = rng.choice(("start", "start", "ask", "answer", "answer"))
        delay = rng.choice((rng.uniform(0, 0.02), rng.uniform(0, 0.1), rng.uniform(0, 1)))
        if event != "start":
            delay = rng.choice((0, rng.uniform(0, 0.003), rng.uniform(0, 0.03)))
        which = rng.choices((signal.SIGKILL, signal.SIGTERM, signal.SIGINT), (8, 1, 1))[0]
        if rng.random() < 0.17:
            call.kill = Kill(event, delay, which)
