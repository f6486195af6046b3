//! The login of a device (RFC 8628): its codes, and then its last request again and again until a person has decided.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use super::Need;
use super::run::{Exchanged, Failure, Run};
use crate::approval::{Heard, Next, Poll, device as told};
use crate::definition::approval::Device;
use crate::definition::device::{Codes, Said, codes, said};
use crate::error::{Exit, Result};
use crate::secret::Secret;
use crate::terminal::Person;
use crate::time::deadline::Deadline;
use crate::time::duration;

impl<'a> Need<'a> {
    /// Leaves the answer that settles it in the run. `left` is the time for getting the codes. Exit 4 where the person refuses,
    /// 3 where nobody approves in time.
    pub(super) fn on_device(
        &self,
        device: &'a Device,
        secrets: &BTreeMap<String, Secret>,
        left: Duration,
        person: Person,
        run: &mut Run<'a>,
    ) -> Result<()> {
        let vendor = &self.vendor().name;
        let since = Instant::now();
        let codes = self.before_approval(secrets, || self.codes(device, run, &Deadline::after(left)))?;
        let mut poll = Poll::new(codes.interval, codes.life);
        let life = poll.life();
        run.inputs.approved = told::names(&codes);
        told::tell(person, vendor, &codes, life)?;
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
            (Next::Denied, Some(Polled { said: Some(said), .. })) => Err(told::denied(vendor, &said.words)),
            (Next::Heard, Some(polled)) => {
                run.answered = Some(polled.outcome?);
                Ok(())
            }
            _ => Err(told::too_late(vendor, life)),
        }
    }

    fn codes(&self, device: &'a Device, run: &mut Run<'a>, deadline: &Deadline) -> std::result::Result<Codes, Failure> {
        self.session.voice.explain("asking for a code");
        let exchanged = self.send(run, &device.request, deadline)?;
        codes(&exchanged.answer, &self.context(&exchanged), device).map_err(Failure::Step)
    }

    /// The login's last request, once.
    fn poll(&self, run: &mut Run<'a>, left: Duration) -> Polled<'a> {
        let deadline = Deadline::after(self.session.deadline.limit().min(left));
        let last = run.last;
        run.after_a_while();
        let outcome = self.send(run, last, &deadline);
        let (said, heard) = match &outcome {
            Ok(sent) => {
                let said = said(&sent.answer, &self.context(sent));
                let mut texts = said.iter().flat_map(|said| &said.texts);
                let heard = texts.find_map(|text| Heard::word(text));
                let heard = heard.unwrap_or(match sent.answer.status {
                    429 => Heard::Paused,
                    500..=599 => Heard::Failed,
                    _ => Heard::Other,
                });
                (said, heard)
            }
            Err(error) => {
                let heard = match error.exit {
                    Exit::Unreachable => Heard::Unanswered {
                        timed_out: deadline.is_over(),
                    },
                    Exit::RateLimited => Heard::Paused,
                    // Cut off, or no HTTP.
                    Exit::Vendor => Heard::Failed,
                    _ => Heard::Other,
                };
                (None, heard)
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
