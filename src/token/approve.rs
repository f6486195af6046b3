//! What a person approves, between the steps of a login and its last request.
//!
//! It happens in no turn for requests, so that nobody who can do without the person waits for it, and its time counts for
//! nobody. Nothing is sent where nobody can be asked.

use std::collections::BTreeMap;

use super::Need;
use super::run::{Failure, Run};
use crate::approval::{Browsing, Visit};
use crate::definition::approval::{Approval, Browser};
use crate::definition::plan::Plan;
use crate::definition::request;
use crate::error::{Error, Result};
use crate::inputs::hidden_variables;
use crate::origin::address::Address;
use crate::secret::Secret;
use crate::terminal::{Person, Terminal};
use crate::text::redact::Redactor;
use crate::time::clock;

impl<'a> Need<'a> {
    /// The login as far as its last request; nothing where no person approves it.
    pub(super) fn approve(&self, plan: &Plan<'a>, secrets: &BTreeMap<String, Secret>) -> Result<Option<Run<'a>>> {
        let Some(approval) = plan.approval else {
            return Ok(None);
        };
        let person = self.session.person(&self.principal.chosen)?;
        self.session.voice.explain("a person has to approve the login");
        let begin = || self.begin(plan, secrets.clone(), &self.session.deadline);
        let mut run = self.before_approval(secrets, begin)?;
        // Whoever else is asked before takes no time of this.
        let left = self.session.deadline.remaining();
        let ask = || {
            Terminal::alone(|| match approval {
                Approval::Browser(browser) => self.in_browser(browser, person, &mut run),
                Approval::Device(device) => self.on_device(device, secrets, left, person, &mut run),
            })
        };
        self.session.leave_to_person(ask)?;
        run.after_a_while();
        Ok(Some(run))
    }

    /// With all that a login's own steps are subject to.
    pub(super) fn before_approval<T>(
        &self,
        secrets: &BTreeMap<String, Secret>,
        send: impl FnOnce() -> std::result::Result<T, Failure>,
    ) -> Result<T> {
        let credentials = self.credentials(secrets, secrets);
        let _turn = self.login_turn(&credentials)?;
        self.keep_pause()?;
        send().map_err(|failure| match failure {
            Failure::Error(error) => error,
            Failure::Step(refusal) | Failure::Last(refusal) => {
                self.hold_back(&credentials, &refusal);
                self.error_of_login(&credentials, &refusal)
            }
        })
    }

    fn in_browser(&self, browser: &'a Browser, person: Person, run: &mut Run<'a>) -> Result<()> {
        let (vendor, site) = (self.vendor(), self.principal.chosen.site());
        let lets = &vendor.definition.lets;
        let of_vendor = |error: Error| error.of(&vendor.name);
        let visit = Visit::begin(browser).map_err(of_vendor)?;
        run.inputs.approved = visit.of_address();
        request::renew(lets, &mut run.inputs, clock::now());
        let request = request::build(lets, &browser.request, &site, &mut run.inputs).map_err(of_vendor)?;
        let address = Address::parse(&request.url)
            .map_err(|reason| Error::vendor(format!("{}: the page to approve at {reason}", vendor.name)))?;
        let iss = match &browser.iss {
            Some(template) => Some(request::url(template, &self.principal.chosen.plain).map_err(of_vendor)?),
            None => run.iss.clone(),
        };
        run.inputs.approved = visit.approve(&Browsing {
            vendor: &vendor.name,
            person,
            address: &address,
            iss,
            dropped: &hidden_variables(self.session.settings.catalogue),
            redactor: &Redactor::new(&request::sent(lets, &browser.request, &run.inputs)),
        })?;
        Ok(())
    }
}
