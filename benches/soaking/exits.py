"""Whether each exit status has a reason in what the vendor did, or in what the call was given.

A reason may be another call's: those who wait take the failure of the one who asked, where it holds for them too.
"""

from dataclasses import dataclass

from .alone import in_need

# How long after an answer it may still be taken over by one that began later: the time that a digest takes.
AFTER = 1.0
HELD = 300
# A shorter timeout may run out although nobody did anything wrong.
SHORT = 2
# What takes so long that others can run out of time while they wait.
LONG = 0.3
# What a token that is given late may lose beside, before it is looked at.
ON_THE_WAY = 0.5
# A pause until a date is up to a second longer than it says, since dates are whole seconds.
ROUNDED = 1.0


def pause_end(ask):
    """When a pause that the vendor asked for is over for certain."""
    return ask.done + ask.mood.pause + ROUNDED + AFTER


@dataclass
class End:
    """What ends holds for certain: a logout all of a login's, a success those of what was sent."""

    login: tuple
    began: float
    ended: float
    success: object = None

    def of(self, refusal):
        if self.login != refusal.login or not self.success:
            return self.login == refusal.login
        same_request = refusal.holds == "secret" or self.success.identity == refusal.identity
        return self.success.said.secret == refusal.said.secret and same_request


class Exits:
    def __init__(self, ledger, latest):
        self.ledger = ledger
        self.latest = latest
        # Of the last five minutes, and of calls that are over.
        self.refusals = []
        self.ends = []
        self.pauses = []

    def judge(self, calls, asks):
        self.remember(calls, asks)
        reasons = {call.number: self.reasons(call, calls, asks) for call in calls}
        open_ones = [call for call in calls if not call.killed and not call.overdue
                     and call.code not in (*call.right, *(reasons[call.number]))]
        # Taken over from one that has a reason, perhaps itself taken over.
        found = True
        while found:
            found = [call for call in open_ones if self.taken_over(call, calls, open_ones)]
            open_ones = [call for call in open_ones if call not in found]
        for call in open_ones:
            self.ledger.finding(f"exit {call.code}", "an exit status that nothing explains", call)
        for call in calls:
            self.in_need(call, reasons[call.number], calls)

    def remember(self, calls, asks):
        since = min((call.began for call in calls), default=0) - HELD - 30
        self.refusals = [ask for ask in self.refusals if ask.at > since]
        self.refusals += [ask for ask in asks if ask.holds and ask.what == "login"]
        self.ends = [end for end in self.ends if end.began > since]
        for ask in asks:
            if ask.what == "login" and ask.code == 0 and ask.caller and ask.caller.succeeded:
                self.ends.append(End(ask.login, ask.at, ask.caller.ended, ask))
        for call in calls:
            if call.verb == "logout" and call.code == 0:
                self.ends += [End(login, call.began, call.ended) for login in call.logins]
        self.pauses = [ask for ask in self.pauses if pause_end(ask) > since]
        self.pauses += [ask for ask in asks if ask.code == 7]

    def paused_until(self):
        return max(map(pause_end, self.pauses), default=0)

    def reasons(self, call, calls, asks):
        found = set()
        for target in call.targets if call.verb != "status" else []:
            if target.secret in ("none", "broken", "hanging"):
                found.add(3)
            for ask in asks:
                if not call.overlaps(ask.at, ask.done + AFTER) or not self.concerns(ask, call, target):
                    continue
                if ask.code and (ask.code != 5 or self.holds_for(ask, call)):
                    found.add(ask.code)
                # An answer that came after its caller had gone is none.
                if ask.caller and ask.caller.code == 5 and ask.done > ask.caller.ended and self.holds_for(ask, call):
                    found.add(5)
                if ask.got and ask.life and ask.done - ask.at > ask.life * 0.9 - ON_THE_WAY:
                    found.add(6)
                if ask.got and call.min_ttl and (ask.life or 0) <= call.min_ttl + 2:
                    found.add(6)
            if not call.fresh and self.is_held(call, target):
                found.add(4)
            for ask in self.pauses:
                if ask.kind == target.person.kind.name and call.overlaps(ask.at, pause_end(ask)):
                    found.add(7)
            if call.took >= call.timeout - 0.2 and self.could_wait(call, target, calls, asks):
                found.add(5)
        return found

    def concerns(self, ask, call, target):
        """Whether the call made this request, or waited for whoever did."""
        if ask.caller is call:
            return ask.person.kind is target.person.kind
        waits = call.verb in ("token", "env", "exec") and not call.no_cache
        return ask.identity == target.identity and (waits or not ask.caller)

    def holds_for(self, ask, call):
        """A connection that was closed is closed for all. A timeout counts for others where the vendor was given time, and not
        only what was left of a long wait for somebody else."""
        end = min(ask.done, ask.caller.ended) if ask.caller else ask.done
        given, left = end - ask.at, call.began + call.timeout - end
        return ask.mood.way == "closed" or not ask.caller or given >= min(left, call.timeout / 3)

    def could_wait(self, call, target, calls, asks):
        """Whether somebody held the lock of the login for so long that a call could run out of time."""
        if call.timeout <= SHORT or self.latest(call.began) > 1:
            return True
        for ask in asks:
            if ask.login == target.person.login and ask.done - ask.at > LONG and call.overlaps(ask.at, ask.done):
                return True
        return any(other is not call and call.overlaps(other.began, other.ended)
                   and any(whose.person.login == target.person.login and whose.secret == "hanging"
                           for whose in other.targets) for other in calls)

    def is_held(self, call, target):
        for refusal in self.refusals:
            same = refusal.login == target.person.login and refusal.said.secret == target.sends
            if refusal.holds == "request":
                same &= refusal.identity == target.identity
            if not same or not refusal.at <= call.ended or call.began > refusal.done + HELD + AFTER:
                continue
            held_since = refusal.caller.ended if refusal.caller else refusal.done
            if not any(end.of(refusal) and end.began > held_since and end.ended < call.began for end in self.ends):
                return True
        return False

    def taken_over(self, call, calls, open_ones):
        if call.code not in (4, 6, 7) or call.no_cache or call.verb not in ("token", "env", "exec"):
            return False
        mine = {target.identity for target in call.targets}
        # A --min-ttl that is not met is the other's own.
        return any(other.code == call.code and other not in open_ones and (call.code != 6 or other.min_ttl is None)
                   and other.verb in ("token", "env", "exec", "login") and not other.no_cache
                   and call.overlaps(other.began, other.ended + AFTER)
                   and mine & {target.identity for target in other.targets}
                   for other in calls if other is not call)

    def in_need(self, call, reasons, calls):
        """A token in its last seconds is given only where no other can be had."""
        if in_need(call) and call.code in call.right and not reasons & {3, 5, 6, 7}:
            taken = any(other.code in (5, 6, 7) and other.logins & call.logins
                        and call.overlaps(other.began, other.ended) for other in calls)
            if not taken:
                self.ledger.finding("need", "a token in need, where nothing stood in the way of another", call)

