//! One-time codes by the clock: each is sent once, and whoever comes too early waits for the next one.

use std::thread;
use std::time::Duration;

use super::Need;
use crate::cache::code::{self, Claim, Steps};
use crate::definition::exchange::Exchange;
use crate::definition::request::{self, Inputs};
use crate::error::{Error, Result};
use crate::made::totp::Totp;
use crate::time::clock::{between, now_ms};
use crate::time::deadline::Deadline;
use crate::time::duration;

/// In seconds. A code is not waited for longer, whatever the timeout, so that a wrong clock does harm for no longer.
const LONGEST: u64 = 600;

impl Need<'_> {
    /// When a request is made, in milliseconds of the wall clock: now, unless it needs a one-time code and the present one was
    /// sent already.
    pub(super) fn moment(&self, exchange: &Exchange, inputs: &Inputs, deadline: &Deadline) -> Result<i64> {
        let lets = &self.vendor().definition.lets;
        let Some(codes) = request::codes(lets, exchange, inputs).map_err(|error| error.of(&self.vendor().name))? else {
            return Ok(now_ms());
        };
        loop {
            let now = now_ms();
            let step = self.claim(&codes, seconds(now), deadline)?;
            if step == codes.step(seconds(now)) {
                return Ok(now);
            }
            let then = self.wait_for_code(codes.begin(step));
            // A machine that slept meanwhile may have missed it.
            if step == codes.step(seconds(then)) {
                return Ok(then);
            }
        }
    }

    fn claim(&self, codes: &Totp, now: u64, deadline: &Deadline) -> Result<u64> {
        let patience = deadline.remaining().as_secs().min(LONGEST);
        let steps = Steps {
            now: codes.step(now),
            last: codes.step(now + patience),
            furthest: codes.step(now + LONGEST),
        };
        let (claim, kept) = code::claim(self.store, &self.principal.login, steps, self.waiter())?;
        self.say(kept, "; the next login may send the same one-time code");
        match claim {
            Claim::Mine(step) => Ok(step),
            Claim::TooLate(step) => {
                let left = Duration::from_secs(codes.begin(step).saturating_sub(now));
                Err(Error::unreachable(format!(
                    "{}: the one-time code was sent already, and the next one comes in {}, later than the timeout",
                    self.vendor().name,
                    duration::words(left)
                ))
                .with_hint("log in again then, or give a longer --timeout")
                .within(left))
            }
        }
    }

    /// Until a moment in Unix seconds, which has then come, whatever the clock says.
    fn wait_for_code(&self, begin: u64) -> i64 {
        let begin = i64::try_from(begin).unwrap_or(i64::MAX).saturating_mul(1000);
        let left = between(now_ms(), begin);
        self.session.voice.notice(&format!(
            "{}: the one-time code was sent already; waiting {} for the next one",
            self.vendor().name,
            duration::words(left + Duration::from_millis(999))
        ));
        thread::sleep(left);
        now_ms().max(begin)
    }
}

/// Before 1970 it is 1970.
fn seconds(ms: i64) -> u64 {
    u64::try_from(ms / 1000).unwrap_or(0)
}
