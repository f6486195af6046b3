"""What the calls show together: who asked although nobody had to, or must not have.

The requests are gone through in the order in which the vendors got them, with what must lie in the cache at that
moment. Where that is not certain, since a call was killed or nobody knows who asked, nothing is said.
"""

import json
from dataclasses import dataclass

from . import alone
from .calls import clock
from .exits import HELD

# Between the moment that a request is sent and the moment that the vendor writes it down.
WAY = 0.7


@dataclass
class Cached:
    """The last token of an identity."""

    ask: object
    # It lies in the cache for certain.
    sure: bool
    # Its refresh token has not been sent.
    can_refresh: bool

    def ends(self):
        """The earliest end that tok can count with."""
        return self.ask.at + self.ask.life - WAY


class Together:
    def __init__(self, ledger, latest):
        self.ledger = ledger
        self.latest = latest
        self.cached = {}
        self.logouts = []
        self.refusals = []

    def judge(self, calls, asks):
        self.logouts = [call for call in self.logouts if call.ended > min_began(calls) - HELD]
        self.logouts += [call for call in calls if call.verb in ("logout", "homeless")]
        self.judge_holds(asks)
        self.judge_pauses(asks)
        self.judge_at_once(asks)
        self.judge_spent(asks)
        events = [(ask.at, 1, ask) for ask in asks if ask.what != "revoke"]
        events += [(call.began, 0, call) for call in calls if call.verb in ("token", "env", "exec", "status")]
        for _, is_ask, event in sorted(events, key=lambda event: event[:2]):
            if is_ask:
                self.need(event)
                self.keep(event)
            elif event.verb == "status":
                self.shown(event, asks)
            else:
                self.given(event, asks)
        for call in calls:
            self.falls_back(call, asks)
        for ask in asks:
            if ask.caller and ask.caller.verb in ("homeless", "login untried"):
                self.ledger.finding("asked", f"#{ask.caller.number} asks, and had no need to", ask.caller, ask)

    def logged_out(self, login, start, end):
        return any(call.overlaps(start, end) and login in call.logins for call in self.logouts)

    # ---- One login per need

    def certain(self, identity, at):
        cached = self.cached.get(identity)
        if cached and cached.sure and not self.logged_out(cached.ask.login, cached.ask.at, at):
            return cached
        return None

    def need(self, ask):
        """Whether there was a reason to ask."""
        caller, cached = ask.caller, self.certain(ask.identity, ask.at)
        ask.ended = bool(cached) and cached.ask.until < ask.at
        if not caller or caller.no_cache or caller.verb == "login" or not cached:
            return
        if cached.ask.person is not ask.person or ask.said.secret not in ("", ask.person.secret):
            return
        margin = min(60, cached.ask.life / 10) if caller.min_ttl is None else caller.min_ttl
        left = cached.ends() - self.latest(caller.began) - ask.at
        since = not caller.fresh or cached.ask.caller.began > caller.began + 1
        owner = f"#{cached.ask.caller.number}"
        if left >= margin + 0.5 and since:
            self.ledger.finding("needless", f"#{caller.number} asks, although the token of {owner} lasts {left:.1f} s",
                                caller, ask)
        elif ask.what == "login" and cached.can_refresh and not caller.fresh:
            self.ledger.finding("refresh token lost", f"#{caller.number} logs in, although {owner} got a refresh token",
                                caller, ask)

    def keep(self, ask):
        """What lies in the cache from now on."""
        caller = ask.caller
        if caller and caller.no_cache:
            return
        cached = self.cached.get(ask.identity)
        if ask.what == "refresh" and cached:
            cached.can_refresh = False
        if ask.code == 0:
            sure = bool(caller) and caller.succeeded and ask.delivered and ask.life is not None
            self.cached[ask.identity] = Cached(ask, sure, sure and bool(ask.refresh))

    # ---- Nothing is sent that must not be

    def judge_holds(self, asks):
        """A refused secret is not sent again, nor a refused request."""
        self.refusals += [ask for ask in asks if ask.holds and ask.what == "login" and ask.delivered
                          and ask.caller and ask.caller.code == 4]
        for ask in asks:
            caller = ask.caller
            if not caller or caller.fresh or not ask.said.secret:
                continue
            for refusal in self.refusals:
                if self.holds(refusal, ask) and not self.is_over(refusal, asks, ask.at):
                    self.ledger.finding("refused secret", f"#{caller.number} sends what was refused to "
                                        f"#{refusal.caller.number}", caller, ask)
                    break
        now = max((ask.at for ask in asks), default=0)
        self.refusals = [refusal for refusal in self.refusals
                         if refusal.done + HELD > now and not self.is_over(refusal, asks, float("inf"))]

    def holds(self, refusal, ask):
        """Whether this request must not be sent as long as the refusal counts."""
        before, caller = refusal.caller, ask.caller
        if refusal.login != ask.login or refusal.said.secret != ask.said.secret or before is caller:
            return False
        if refusal.holds == "request" and (refusal.identity != ask.identity or ask.what != "login"):
            return False
        if (before.no_cache or caller.no_cache) and caller.began < before.ended:
            return False
        return refusal.done < ask.at < refusal.done + HELD - 2

    def is_over(self, refusal, asks, at):
        """A success ends a hold, also one that was asked for before the refusal, by whoever takes no turns."""
        for ask in asks:
            ended = ask.caller.ended if ask.caller else ask.done
            if ask is refusal or ask.login != refusal.login or ended < refusal.at or ask.at >= at:
                continue
            same = refusal.holds == "secret" or ask.identity == refusal.identity
            if not ask.caller or ask.code == 0 and ask.said.secret == refusal.said.secret and same:
                return True
        return self.logged_out(refusal.login, refusal.at, at)

    def judge_pauses(self, asks):
        for pause in (ask for ask in asks if ask.code == 7):
            before = pause.caller
            if not before or before.code is None or before.killed or not pause.delivered:
                continue
            alone = not any(ask.code == 7 and ask is not pause and ask.kind == pause.kind
                            and ask.at < before.ended and ask.done > pause.at for ask in asks)
            for ask in asks:
                paused = ask.kind == pause.kind and pause.done < ask.at < pause.done + pause.mood.pause - 0.5
                if alone and paused and ask.caller and ask.caller.began > before.ended:
                    self.ledger.finding("pause", f"#{ask.caller.number} asks while the pause lasts that #{before.number} "
                                        "was told of", ask.caller, ask)

    def judge_at_once(self, asks):
        """Two that ask for the same token at the same time."""
        asks = [ask for ask in asks if ask.what != "revoke" and ask.caller and not ask.caller.no_cache]
        for ask in asks:
            for other in asks:
                until = min(other.done, other.caller.ended, other.caller.struck) - 0.3
                if other.caller is not ask.caller and other.identity == ask.identity and other.at < ask.at < until:
                    self.ledger.finding("at once", f"#{ask.caller.number} asks while #{other.caller.number} does",
                                        ask.caller, ask)

    def judge_spent(self, asks):
        """A refresh token is sent once, unless whoever sent it could not keep the next one."""
        for ask in asks:
            spender = ask.issued.spender if ask.spent else None
            if not spender or not ask.caller or not spender.caller or spender is ask:
                continue
            if spender.caller is ask.caller:
                self.ledger.finding("spent", f"#{ask.caller.number} sends a refresh token twice", ask.caller, ask)
            elif spender.delivered and spender.caller.succeeded and spender.code == 0:
                self.ledger.finding("spent", f"#{ask.caller.number} sends a refresh token that #{spender.caller.number} "
                                    "has got another for", ask.caller, ask)

    # ---- What must be given

    def given(self, call, asks):
        for target in call.targets:
            self.forgotten(call, target)
            cached = self.certain(target.identity, call.ended)
            steady = cached and not any(ask.identity == target.identity and ask.code == 0
                                        and call.overlaps(ask.at, ask.done) for ask in asks)
            if not steady or call.fresh or call.no_cache or call.min_ttl is not None or len(call.targets) > 1:
                continue
            own = cached.ask.person is target.person and (not target.person.kind.by_secret or target.secret == "right")
            missing = call.code == 3 and target.secret == "none"
            if own and cached.ends() > call.ended + 0.5 and (missing or call.code in (5, 6, 7)):
                self.ledger.finding("cached token lost", f"exit {call.code}, although the token of "
                                    f"#{cached.ask.caller.number} still lasts", call)

    def forgotten(self, call, target):
        """A token that was forgotten before this call began."""
        for claim in alone.given(call) if call.succeeded else []:
            for logout in self.logouts:
                if (logout.verb == "logout" and logout.code == 0 and logout.ended < call.began
                        and claim["born"] < logout.began and target.person.login in logout.logins
                        and claim["who"] == target.person.who):
                    self.ledger.finding("forgotten", "a token is given that was asked for at "
                                        f"{clock(claim['born'])}, and forgotten by #{logout.number} since", call,
                                        others=[logout])
                    return

    def falls_back(self, call, asks):
        """Once the token has ended, a refresh that fails is followed by a login in the same call."""
        own = [ask for ask in asks if ask.caller is call]
        if len(call.targets) != 1 or call.targets[0].secret != "right" or call.code not in (5, 6):
            return
        refreshes = own and all(ask.what == "refresh" for ask in own)
        if refreshes and own[-1].ended and own[-1].code in (5, 6) and call.took < call.timeout - 1:
            self.ledger.finding("no fall-back", "the refresh fails, the token has ended, and no login is tried", call)

    def shown(self, call, asks):
        """The status shows a token that lies in the cache all the time."""
        if call.code != 0 or call.form != "json":
            return
        rows = json.loads(call.out)["tokens"]
        for target in call.targets:
            cached = self.certain(target.identity, call.ended)
            if not cached or cached.ask.caller.ended > call.began:
                continue
            if any(ask.identity == target.identity and ask.code == 0 and ask.life is None
                   and call.overlaps(ask.at, ask.done + 1) for ask in asks):
                continue
            login = {target.person.kind.plain: target.person.plain}
            if not any(row["login"] == login and row["expires_at"] for row in rows):
                self.ledger.finding("status", f"no token of {target.person.who} is shown, although one is cached", call)


def min_began(calls):
    return min((call.began for call in calls), default=0)
