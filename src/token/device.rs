//! The login of a device (RFC 8628): its codes, and then its last request again and again until a person has decided.

use std::thread;
use std::time::{Duration, Instant};

use super::Need;
use super::run::{Exchanged, Failure, Run};
use crate::approval::{Heard, Next, Poll, device};
use crate::definition::approval::Device;
use crate::definition::device::{Codes, Said, codes, said};
use crate::error::{Exit, Result};
use crate::terminal::Person;
use crate::time::deadline::Deadline;
use crate::time::duration;

/// Codes, and since when they count.
pub(super) struct Given {
    codes: Codes,
    since: Instant,
}

impl<'a> Need<'a> {
    pub(super) fn ask_for_codes(&self, device: &'a Device, run: &mut Run<'a>) -> std::result::Result<Given, Failure> {
        self.session.voice.explain("asking for a code");
        let since = Instant::now();
        let exchanged = self.send(run, &device.request, &self.session.deadline)?;
        let codes = codes(&exchanged.answer, &self.context(&exchanged), device).map_err(Failure::Step)?;
        Ok(Given { codes, since })
    }

    /// Leaves the answer that settles it in the run. Exit 4 where the person refuses, 3 where nobody approves in time.
    pub(super) fn on_device(&self, given: &Given, person: Person, run: &mut Run<'a>) -> Result<()> {
        let (vendor, Given { codes, since }) = (&self.vendor().name, given);
        let mut poll = Poll::new(codes.interval, codes.life);
        let life = poll.life();
        run.inputs.approved = device::names(codes);
        device::tell(person, vendor, codes, life)?;
        let mut next = poll.begin(since.elapsed());
        let mut last = None;
        while let Next::Again(pause) = next {
            thread::sleep(pause);
            let answered = self.poll(run, life.saturating_sub(since.elapsed()));
            let heard = answered.heard;
            next = poll.next(heard, since.elapsed());
            if let Next::Again(pause) = next {
                let pause = duration::words(pause);
                self.session.voice.explain(&format!("{heard}; asking again in {pause}"));
            }
            last = Some(answered);
        }
        match (next, last) {
            (Next::Denied, Some(Polled { said: Some(said), .. })) => Err(device::denied(vendor, &said.words)),
            (Next::Heard, Some(polled)) => {
                run.answered = Some(polled.outcome?);
                Ok(())
            }
            _ => Err(device::too_late(vendor, life)),
        }
    }

    fn poll(&self, run: &mut Run<'a>, left: Duration) -> Polled<'a> {
        let deadline = Deadline::after(self.session.deadline.limit().min(left));
        let last = run.last;
        let outcome = self.send(run, last, &deadline);
        let said = outcome
            .as_ref()
            .ok()
            .and_then(|sent| said(&sent.answer, &self.context(sent)));
        let heard = match &outcome {
            Err(error) if error.exit == Exit::Unreachable => Heard::Unanswered {
                timed_out: deadline.is_over(),
            },
            Err(error) if error.exit == Exit::RateLimited => Heard::Paused,
            Err(_) => Heard::Other,
            Ok(sent) => {
                let known = said.as_ref().and_then(|said| Heard::word(&said.word));
                known.unwrap_or(match sent.answer.status {
                    429 => Heard::Paused,
                    500..=599 => Heard::Failed,
                    _ => Heard::Other,
                })
            }
        };
        Polled { outcome, said, heard }
    }
}

/// What came of one request.
struct Polled<'a> {
    outcome: Result<Exchanged<'a>>,
    said: Option<Said>,
    heard: Heard,
}
