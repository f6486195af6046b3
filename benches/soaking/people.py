"""Who logs in where: vendors, people, and the profiles that name them.

A secret holds a core that stands nowhere else, so that it is recognized in whatever spelling it comes back.
"""

import base64
import json
import os
import urllib.parse
from dataclasses import dataclass, field

OWN = {
    # Told apart by the secret only, although there is a plain field: it names a tenant, not a person.
    "tenancy": """
about = "Keys of a tenant"

[[field]]
name = "tenant"
help = "Tenant"

[[field]]
name = "api-key"
help = "Key of a person in it"
secret = true

[login]
path = "/token"
json = { tenant = "{tenant}" }
headers = { X-Api-Key = "{api-key}" }

[answer]
token = "/token"
expires_in_ms = "/ms"
error = ["/error"]
""",
    # Its refresh tokens are for one use, and its refresh carries the client's secret.
    "relay": """
about = "Refresh tokens for one use, of a client with a secret"

[[field]]
name = "client-id"
help = "Client"
person = true

[[field]]
name = "client-secret"
help = "Secret of that client"
secret = true

[login]
path = "/token"
basic = "{client-id:form}:{client-secret:form}"
form = { grant_type = "client_credentials" }

[refresh]
path = "/token"
basic = "{client-id:form}:{client-secret:form}"
form = { grant_type = "refresh_token", refresh_token = "{refresh-token}" }

[revoke]
path = "/revoke"
basic = "{client-id:form}:{client-secret:form}"
form = { token = "{token}" }

[answer]
token = "/access_token"
refresh_token = "/refresh_token"
expires_in = "/expires_in"
error = ["/error_description", "/error"]
""",
}


@dataclass(frozen=True)
class Kind:
    """A vendor, as far as a call has to know it."""

    name: str
    plain: str
    secret: str
    path: str = ""
    by_secret: bool = False
    scopes: tuple = ("",)

    @property
    def variable(self):
        return f"TOK_{self.name}_{self.secret}".upper().replace("-", "_")


KINDS = [
    Kind("starship", "username", "password"),
    Kind("modulus", "username", "password"),
    Kind("crmcom", "organisation", "authentication-code", "/crmapi/rest/v2", by_secret=True),
    Kind("oauth2", "client-id", "client-secret", "/oauth2/token", scopes=("", "read", "read write")),
    Kind("tenancy", "tenant", "api-key", by_secret=True),
    Kind("relay", "client-id", "client-secret"),
]


@dataclass(frozen=True)
class Person:
    kind: Kind
    name: str
    plain: str
    secret: str
    wrong: str

    @property
    def who(self):
        return f"{self.kind.name}/{self.name}"

    @property
    def login(self):
        """What a secret is held back for, and what is logged out."""
        return (self.kind.name, self.plain)

    def file(self, home, right=True):
        return os.path.join(home, "secrets", f"{self.kind.name}-{self.name}{'' if right else '-wrong'}")


@dataclass
class World:
    """A home for tok, with all that is configured in it."""

    home: str
    people: list
    urls: dict
    commands: dict = field(default_factory=dict)

    @property
    def config(self):
        return os.path.join(self.home, "config")

    @property
    def cache(self):
        return os.path.join(self.home, "cache")

    @property
    def config_file(self):
        return os.path.join(self.config, "config.toml")

    def of(self, kind):
        return [person for person in self.people if person.kind is kind]

    def spellings(self):
        """How a secret could be seen: its core, and as HTTP Basic sends it."""
        for person in self.people:
            for secret in (person.secret, person.wrong):
                yield secret[-16:]
                pair = ":".join(urllib.parse.quote_plus(part) for part in (person.plain, secret))
                yield base64.b64encode(pair.encode()).decode()

    def write(self):
        os.makedirs(os.path.join(self.config, "vendors"), 0o700)
        os.makedirs(os.path.join(self.home, "secrets"), 0o700)
        for person in self.people:
            for right, secret in ((True, person.secret), (False, person.wrong)):
                with open(person.file(self.home, right), "w", encoding="utf-8") as file:
                    file.write(f"{secret}\n")
        for name, text in OWN.items():
            with open(os.path.join(self.config, "vendors", f"{name}.toml"), "w", encoding="utf-8") as file:
                file.write(text.lstrip())
        with open(self.config_file, "w", encoding="utf-8") as file:
            file.write("\n".join(self.tables()))

    def tables(self):
        """`jo` has its secret from elsewhere; `jo-cmd` and so on have commands, good and bad ones."""
        for kind in KINDS:
            first = self.of(kind)[0]
            # A default profile with a command, and others without.
            yield self.table(kind.name, first, self.cat(first) if kind.name == "modulus" else None)
            for person in self.of(kind):
                cat = self.cat(person)
                commands = {"": None, "-cmd": cat, "-kept": cat, "-slow": f"sleep 0.3; {cat}",
                            "-bad": "echo x; exit 3", "-hang": "sleep 60"}
                for suffix, command in commands.items():
                    yield self.table(f"{kind.name}.{person.name}{suffix}", person, command)

    def cat(self, person):
        return f"cat '{person.file(self.home)}'"

    def table(self, header, person, command):
        kind = person.kind
        lines = [f"[{header}]", f"url = {json.dumps(self.urls[kind.name])}", f"{kind.plain} = {json.dumps(person.plain)}"]
        if command:
            self.commands[header] = command
            lines.append(f"{kind.secret}-command = {json.dumps(command)}")
        return "\n".join(lines) + "\n"


def people(rng):
    """Three of every vendor; where the secret alone tells them apart, two of them share all the rest."""
    found = []
    for kind in KINDS:
        for number, name in enumerate(("jo", "al", "ed")):
            plain = f"{kind.plain}-{name}"
            if kind.by_secret:
                plain = f"{kind.plain}-{number // 2}"
            # Characters that JSON, a form and a URL escape.
            right, wrong = (f's"p\\&%+=: {rng.getrandbits(64):016x}' for _ in range(2))
            found.append(Person(kind, name, plain, right, wrong))
    return found
