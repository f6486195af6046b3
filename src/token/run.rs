//! The requests of a plan, one after the other, up to the answer that counts.
//!
//! They share a connection, the cookies and what the steps take from their answers. All of that ends with the run, and none
//! of it is shown: it is as secret as the password that it was got with.

use std::collections::BTreeMap;

use super::Need;
use crate::definition::answer::{self, Refusal};
use crate::definition::context::Context;
use crate::definition::discovery;
use crate::definition::exchange::Exchange;
use crate::definition::plan::Plan;
use crate::definition::request::{self, Inputs, Taken};
use crate::error::{Error, Result};
use crate::http::{Answer, Client};
use crate::secret::Secret;
use crate::text::redact::Redactor;
use crate::time::clock::{self, dated};
use crate::time::deadline::Deadline;

/// An answer with what is needed to read it.
pub(super) struct Exchanged<'a> {
    pub(super) answer: Answer,
    /// In milliseconds.
    pub(super) sent_at: i64,
    exchange: &'a Exchange,
    redactor: Redactor,
}

pub(super) enum Failure {
    /// The vendor refused a step, so that the last request was not sent.
    Step(Refusal),
    /// The answer that counts is a refusal.
    Last(Refusal),
    Error(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// A plan that has come as far as its last request.
pub(super) struct Run<'a> {
    client: Client,
    pub(super) inputs: Inputs<'a>,
    pub(super) last: &'a Exchange,
    /// Its answer, where that has come.
    pub(super) answered: Option<Exchanged<'a>>,
    /// The issuer, where it says that it names itself to browsers.
    pub(super) iss: Option<String>,
}

impl Run<'_> {
    /// Whether nothing is sent any more.
    pub(super) fn is_answered(&self) -> bool {
        self.answered.is_some()
    }

    /// Goes on where its connections may have been closed meanwhile.
    pub(super) fn after_a_while(&mut self) {
        self.client = std::mem::take(&mut self.client).anew();
    }
}

impl<'a> Need<'a> {
    /// The last answer is not judged yet.
    pub(super) fn run(
        &self,
        plan: &Plan<'a>,
        secrets: BTreeMap<String, Secret>,
        deadline: &Deadline,
    ) -> std::result::Result<Exchanged<'a>, Failure> {
        self.finish(self.begin(plan, secrets, deadline)?, deadline)
    }

    /// The steps.
    pub(super) fn begin(
        &self,
        plan: &Plan<'a>,
        secrets: BTreeMap<String, Secret>,
        deadline: &Deadline,
    ) -> std::result::Result<Run<'a>, Failure> {
        let voice = self.session.voice;
        let client = Client::default();
        let mut inputs = Inputs::new(&self.principal.chosen.plain, secrets, clock::now());
        let mut iss = None;
        for (place, step) in plan.steps.iter().enumerate() {
            voice.explain(&format!("step {} of {}", place + 1, plan.steps.len()));
            let exchanged = self.exchange(&client, step, &mut inputs, deadline)?;
            let mut found = answer::taken(&exchanged.answer, &self.context(&exchanged)).map_err(Failure::Step)?;
            if step.discovery {
                discovery::check(&exchanged.answer, &self.principal.chosen.base)
                    .map_err(|reason| Error::vendor(format!("{}: {reason}", self.vendor().name)))?;
                iss = iss.or_else(|| discovery::names_itself(&exchanged.answer));
            }
            for (name, reader) in &step.take {
                let taken = found.remove(name).map(|value| Taken {
                    value,
                    discovered: step.discovery,
                });
                if taken.is_none() {
                    voice.explain(&format!("{name}: the answer has nothing at '{reader}'"));
                }
                inputs.taken.insert(name.clone(), taken);
            }
        }
        Ok(Run {
            client,
            inputs,
            last: plan.last,
            answered: None,
            iss,
        })
    }

    /// The last request, unless it is answered.
    pub(super) fn finish(&self, mut run: Run<'a>, deadline: &Deadline) -> std::result::Result<Exchanged<'a>, Failure> {
        if let Some(answered) = run.answered {
            return Ok(answered);
        }
        let last = run.last;
        Ok(self.send(&mut run, last, deadline)?)
    }

    /// A request between the steps and the last one, or that one itself.
    pub(super) fn send(&self, run: &mut Run<'a>, exchange: &'a Exchange, deadline: &Deadline) -> Result<Exchanged<'a>> {
        self.exchange(&run.client, exchange, &mut run.inputs, deadline)
    }

    /// Sends one request, unless the vendor asked for a pause, and keeps the pause that it asks for now.
    fn exchange<'p>(
        &self,
        client: &Client,
        exchange: &'p Exchange,
        inputs: &mut Inputs,
        deadline: &Deadline,
    ) -> Result<Exchanged<'p>> {
        let (name, session) = (&self.vendor().name, self.session);
        let lets = &self.vendor().definition.lets;
        self.fetch_identity_tokens(exchange, inputs, deadline)?;
        let sent_at = self.moment(exchange, inputs, deadline)?;
        request::renew(lets, inputs, dated(sent_at));
        let request =
            request::build(lets, exchange, &self.principal.chosen.site(), inputs).map_err(|error| error.of(name))?;
        self.keep_pause_of(&request.origin)?;
        let cookies = client.cookies();
        let credentials = request.credentials();
        let sent = request::sent(lets, exchange, inputs);
        let redactor = Redactor::new(sent.iter().chain(&credentials).chain(&cookies));
        let waiting = session.voice.wait_for(&format!("waiting for {name}"));
        let answer = client
            .send(&request, deadline, session.voice)
            .map_err(|error| error.of(name))?;
        drop(waiting);
        if answer.status == 429 {
            self.note_pause(&request.origin, &answer, sent_at);
        }
        Ok(Exchanged {
            answer,
            sent_at,
            exchange,
            redactor,
        })
    }

    pub(super) fn context<'c>(&'c self, exchanged: &'c Exchanged) -> Context<'c> {
        Context {
            rules: &self.vendor().definition.answer,
            exchange: exchanged.exchange,
            plain: &self.principal.chosen.plain,
            sent_at: dated(exchanged.sent_at),
            redactor: &exchanged.redactor,
        }
    }
}
