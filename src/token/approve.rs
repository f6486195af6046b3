//! What a person approves, between the steps of a login and its last request.
//!
//! It happens in no turn for requests, so that nobody who can do without the person waits for it, and its time counts for
//! nobody. Nothing is sent where nobody can be asked.

use std::collections::BTreeMap;

use super::Need;
use super::device::Given;
use super::run::{Failure, Run};
use crate::approval::{Browsing, Visit};
use crate::definition::approval::{Approval, Browser};
use crate::definition::plan::Plan;
use crate::definition::request;
use crate::error::{Error, Result};
use crate::origin::address::Address;
use crate::secret::Secret;
use crate::terminal::{Person, Terminal};
use crate::text::redact::Redactor;
use crate::time::clock;

/// What a person is about to approve.
enum Ready<'a> {
    Browser(&'a Browser),
    Device(Given),
}

impl<'a> Need<'a> {
    /// The login as far as its last request; nothing where no person approves it.
    pub(super) fn approve(&self, plan: &Plan<'a>, secrets: &BTreeMap<String, Secret>) -> Result<Option<Run<'a>>> {
        let Some(approval) = plan.approval else {
            return Ok(None);
        };
        let person = self.session.person(&self.principal.chosen)?;
        self.session.voice.explain("a person has to approve the login");
        let (mut run, ready) = self.before_approval(plan, approval, secrets)?;
        let ask = || {
            Terminal::alone(|| match ready {
                Ready::Browser(browser) => self.in_browser(browser, person, &mut run),
                Ready::Device(given) => self.on_device(&given, person, &mut run),
            })
        };
        self.session.leave_to_person(ask)?;
        Ok(Some(run))
    }

    /// With all that a login's own steps are subject to.
    fn before_approval(
        &self,
        plan: &Plan<'a>,
        approval: Approval<'a>,
        secrets: &BTreeMap<String, Secret>,
    ) -> Result<(Run<'a>, Ready<'a>)> {
        let credentials = self.credentials(secrets, secrets);
        let _turn = self.login_turn(&credentials)?;
        self.keep_pause()?;
        let begun = self.begin(plan, secrets.clone(), &self.session.deadline);
        let ready = begun.and_then(|mut run| {
            let ready = match approval {
                Approval::Browser(browser) => Ready::Browser(browser),
                Approval::Device(device) => Ready::Device(self.ask_for_codes(device, &mut run)?),
            };
            Ok((run, ready))
        });
        match ready {
            Ok(ready) => Ok(ready),
            Err(Failure::Error(error)) => Err(error),
            Err(Failure::Step(refusal) | Failure::Last(refusal)) => {
                self.hold_back(&credentials, &refusal);
                Err(self.error_of(&refusal))
            }
        }
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
            dropped: &self.session.settings.catalogue.secret_variables(),
            redactor: &Redactor::new(&request::sent(lets, &browser.request, &run.inputs)),
        })?;
        Ok(())
    }
}
