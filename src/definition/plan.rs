//! Which exchanges a way consists of: what is sent, in which order, to log in, to refresh and to revoke.
//!
//! Whoever asks what a login needs, or sends it, asks here; that a file has several tables for it is known to nobody else.

use super::approval::{Approval, CODE_CHALLENGE, REDIRECT_URI, STATE};
use super::exchange::Exchange;
use super::lets::Lets;
use super::request;
use super::schema::{Definition, Of};

/// The exchanges in the order in which they are sent. The last one has the answer that counts.
#[derive(Debug, Clone)]
pub(crate) struct Plan<'a> {
    pub(crate) steps: Vec<&'a Exchange>,
    /// By a person, between the steps and the last one.
    pub(crate) approval: Option<Approval<'a>>,
    pub(crate) last: &'a Exchange,
    lets: &'a Lets,
}

impl<'a> Plan<'a> {
    /// What the browser asks for among them.
    pub(crate) fn exchanges(&self) -> impl Iterator<Item = &'a Exchange> {
        let approval = self.approval.map(Approval::request);
        self.steps.clone().into_iter().chain(approval).chain([self.last])
    }

    /// What tok sends itself.
    pub(crate) fn sent(&self) -> impl Iterator<Item = &'a Exchange> {
        let of_device = self.approval.and_then(|approval| match approval {
            Approval::Browser(_) => None,
            Approval::Device(device) => Some(&device.request),
        });
        self.steps.clone().into_iter().chain(of_device).chain([self.last])
    }

    /// The names of everything that its requests need, with repetitions.
    pub(crate) fn names(&self) -> Vec<&'a str> {
        self.exchanges()
            .flat_map(|exchange| request::names(self.lets, exchange))
            .collect()
    }
}

impl Definition {
    /// Every step that is not another way's alone, then the way's own login, or the one that is for every way.
    pub(crate) fn login(&self, way: &[String]) -> Plan<'_> {
        Plan {
            steps: self.steps_of(way).collect(),
            approval: self.approval(way),
            last: self.login_of(way),
            lets: &self.lets,
        }
    }

    pub(crate) fn refresh(&self, way: &[String]) -> Option<Plan<'_>> {
        self.with_steps_again(self.refresh.as_ref(), way)
    }

    pub(crate) fn revoke(&self, way: &[String]) -> Option<Plan<'_>> {
        self.with_steps_again(self.revoke.as_ref(), way)
    }

    pub(crate) fn can_revoke(&self) -> bool {
        self.revoke.is_some()
    }

    /// Every exchange of the file, with its table and its place among those of that name.
    pub(crate) fn exchanges(&self) -> impl Iterator<Item = (Of, usize, &Exchange)> {
        let steps = self.steps.iter().enumerate();
        let logins = self.login.iter().enumerate();
        let steps = steps.map(|(place, step)| (Of::Step, place, step));
        let logins = logins.map(|(place, login)| (Of::Login, place, login));
        let browser = self.browser.iter().map(|browser| (Of::Browser, 0, &browser.request));
        let device = self.device.iter().map(|device| (Of::Device, 0, &device.request));
        let refresh = self.refresh.iter().map(|refresh| (Of::Refresh, 0, refresh));
        let revoke = self.revoke.iter().map(|revoke| (Of::Revoke, 0, revoke));
        let approvals = browser.chain(device);
        steps.chain(approvals).chain(logins).chain(refresh).chain(revoke)
    }

    /// Every name that a step takes, with repetitions.
    pub(super) fn taken(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().flat_map(|step| step.take.keys()).map(String::as_str)
    }

    /// What an exchange can lay in of what was taken before it, whatever the way.
    pub(super) fn taken_before(&self, exchange: &Exchange) -> Vec<&str> {
        let plans = self.some_way().into_iter().flat_map(|way| {
            let others = [self.refresh(way), self.revoke(way)].into_iter().flatten();
            [self.login(way)].into_iter().chain(others)
        });
        let is_it = |other: &&Exchange| std::ptr::eq(*other, exchange);
        let before: Vec<Vec<&str>> = plans
            .filter(|plan| plan.exchanges().any(|other| is_it(&other)))
            .map(|plan| {
                let steps = plan.exchanges().take_while(|other| !is_it(other));
                steps.flat_map(|step| step.take.keys()).map(String::as_str).collect()
            })
            .collect();
        self.taken()
            .filter(|name| before.iter().all(|taken| taken.contains(name)))
            .collect()
    }

    /// Whether the base URL is the issuer of a discovery document.
    pub(crate) fn discovers(&self) -> bool {
        self.steps.iter().any(|step| step.discovery)
    }

    /// The fields that tell a way from the others: those that it lists and, for the way that lists none, what its login alone
    /// needs.
    pub(crate) fn fields_of_way<'a>(&'a self, way: &'a [String]) -> Vec<&'a str> {
        if !way.is_empty() {
            return way.iter().map(String::as_str).collect();
        }
        let others = self.ways().filter(|other| !other.is_empty());
        let others: Vec<&str> = others.flat_map(|other| self.login(other).names()).collect();
        let own = self.login(way).names();
        let is_own = |name: &&str| self.ways().next().is_some() && own.contains(name) && !others.contains(name);
        let fields = self.fields.iter().filter(|field| field.is_required());
        fields.map(|field| field.name.as_str()).filter(is_own).collect()
    }

    /// Where below the base URL credentials go, for the help.
    pub(crate) fn path(&self) -> &str {
        &self.login.first.path
    }

    /// What an approval gives to an exchange, in whichever way.
    pub(super) fn approved_for(&self, of: Of, exchange: &Exchange) -> Vec<&'static str> {
        match of {
            Of::Browser => vec![REDIRECT_URI, STATE, CODE_CHALLENGE],
            Of::Login => self
                .ways()
                .filter(|way| std::ptr::eq(self.login_of(way), exchange))
                .filter_map(|way| self.approval(way))
                .flat_map(|approval| approval.gives().iter().copied())
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Every way, or the one that takes nothing.
    pub(super) fn some_way(&self) -> Vec<&[String]> {
        let mut ways: Vec<&[String]> = self.ways().collect();
        if ways.is_empty() {
            ways.push(&[]);
        }
        ways
    }

    fn login_of(&self, way: &[String]) -> &Exchange {
        let own = self
            .login
            .iter()
            .find(|login| login.way.as_ref().is_some_and(|field| way.contains(field)));
        let common = || self.login.iter().find(|login| login.way.is_none());
        own.or_else(common).unwrap_or(&self.login.first)
    }

    /// As a member whose field is absent, a step drops out that lays in fields of other ways alone.
    fn steps_of(&self, way: &[String]) -> impl Iterator<Item = &Exchange> {
        self.steps.iter().filter(move |step| {
            let names = request::names(&self.lets, step);
            let mut of_ways = self
                .ways()
                .flatten()
                .filter(|field| names.contains(&field.as_str()))
                .peekable();
            of_ways.peek().is_none() || of_ways.any(|field| way.contains(field))
        })
    }

    fn with_steps_again<'a>(&'a self, last: Option<&'a Exchange>, way: &[String]) -> Option<Plan<'a>> {
        Some(Plan {
            steps: self.steps_of(way).filter(|step| step.again).collect(),
            approval: None,
            last: last?,
            lets: &self.lets,
        })
    }
}
