//! Where a request meets the vendor and the behaviours that a test has set.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::protocol::{Behaviour, Fixed, Log, Recorded, RetryAfter};
use crate::vendors::{self, Reply};
use crate::wire::{Call, Sending};

/// All that the threads share.
#[derive(Debug)]
pub(crate) struct Shared(Mutex<State>);

#[derive(Debug)]
struct State {
    port: u16,
    behaviours: Vec<Behaviour>,
    log: Log,
    books: Books,
}

/// What was issued: whose a token is, and whether it still counts.
#[derive(Debug, Default)]
pub(crate) struct Books {
    issued: u32,
    /// Token to user.
    pub(crate) live: HashMap<String, String>,
    /// Refresh token to user; a used one is struck out.
    pub(crate) refresh: HashMap<String, String>,
}

/// Why a vendor does not give a token.
#[derive(Debug)]
pub(crate) enum No {
    /// Not what the document asks for; the member is named where one is missing.
    Malformed { why: String, member: Option<String> },
    /// Wrong credentials; the text is a test's.
    Denied(Option<String>),
    /// A test's answer goes out instead.
    Instead,
}

impl No {
    pub(crate) fn malformed(why: impl Into<String>) -> Self {
        Self::Malformed {
            why: why.into(),
            member: None,
        }
    }
}

/// What a vendor works with while it answers one request.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    pub(crate) port: u16,
    pub(crate) behaviour: &'a Behaviour,
    pub(crate) books: &'a mut Books,
    /// The first token issued for this request.
    given: Option<String>,
}

impl Shared {
    pub(crate) fn new(port: u16) -> Self {
        Self(Mutex::new(State {
            port,
            behaviours: Vec::new(),
            log: Log::default(),
            books: Books::default(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn connected(&self) {
        self.lock().log.connections += 1;
    }

    pub(crate) fn log(&self) -> String {
        serde_json::to_string(&self.lock().log).expect("plain data")
    }

    pub(crate) fn reset(&self) {
        let mut state = self.lock();
        state.log = Log::default();
        state.behaviours.clear();
    }

    pub(crate) fn behave(&self, behaviour: Behaviour) {
        self.lock().behaviours.push(behaviour);
    }

    /// What to send; None closes the connection. A delay has passed when it returns.
    pub(crate) fn answer(&self, call: &Call) -> Option<Sending> {
        let (behaviour, mut reply) = self.decide(call);
        thread::sleep(Duration::from_millis(behaviour.delay.unwrap_or(0)));
        if behaviour.close == Some(true) {
            return None;
        }
        if let Some(size) = behaviour.size {
            reply.body.resize(size.max(reply.body.len()), b' ');
        }
        let mut headers = Vec::new();
        if behaviour.undated != Some(true) {
            headers.push(("Date".to_owned(), http_date(vendor_now(&behaviour))));
        }
        headers.append(&mut reply.headers);
        Some(Sending {
            status: reply.status,
            headers,
            body: reply.body,
            cut: behaviour.cut,
            drip: behaviour.drip,
        })
    }

    fn decide(&self, call: &Call) -> (Behaviour, Reply) {
        let mut state = self.lock();
        let behaviour = take(&mut state.behaviours, &call.target);
        let port = state.port;
        let mut desk = Desk {
            port,
            behaviour: &behaviour,
            books: &mut state.books,
            given: None,
        };
        let (reply, complaint) = vendors::answer(call, &mut desk);
        let token = desk.given;
        state.log.requests.push(Recorded {
            method: call.method.clone(),
            path: call.target.clone(),
            headers: call.headers.clone(),
            body: String::from_utf8_lossy(&call.body).into_owned(),
            at: Timestamp::now().as_millisecond().unsigned_abs(),
            status: if behaviour.close == Some(true) { 0 } else { reply.status },
            complaint,
            token,
        });
        (behaviour, reply)
    }
}

/// The behaviour for one request, as [`Behaviour`] describes it.
fn take(behaviours: &mut Vec<Behaviour>, target: &str) -> Behaviour {
    let meant = |b: &Behaviour| b.path.as_deref().is_none_or(|path| target.starts_with(path));
    let mut layers: Vec<Behaviour> = behaviours
        .iter()
        .filter(|b| b.times.is_none() && meant(b))
        .cloned()
        .collect();
    if let Some(index) = behaviours.iter().position(|b| b.times.is_some() && meant(b)) {
        layers.push(behaviours[index].clone());
        behaviours[index].times = behaviours[index].times.map(|times| times.saturating_sub(1));
        behaviours.retain(|b| b.times != Some(0));
    }
    let mut sum = Behaviour::default();
    for layer in layers {
        sum.lay(layer);
    }
    sum
}

impl Desk<'_> {
    /// Stands between a well-formed request and what it asks for: nothing is issued for one that is to be turned away.
    pub(crate) fn admit(&self, right: bool) -> Result<(), No> {
        if self.behaviour.answer.is_some() || self.behaviour.too_many.is_some() {
            return Err(No::Instead);
        }
        match (&self.behaviour.refuse, right) {
            (Some(text), _) => Err(No::Denied(Some(text.clone()))),
            (None, false) => Err(No::Denied(None)),
            (None, true) => Ok(()),
        }
    }

    pub(crate) fn instead(&self) -> Option<Reply> {
        let Fixed { status, headers, body } = self.behaviour.answer.clone()?;
        let typed = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let mut reply = Reply::new(status, body);
        reply.headers = headers;
        if !typed {
            reply
                .headers
                .push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        Some(reply)
    }

    pub(crate) fn retry_after(&self) -> Option<(String, String)> {
        let value = match self.behaviour.too_many.as_ref()? {
            RetryAfter::Absent => return None,
            RetryAfter::Text(text) => text.clone(),
            RetryAfter::DateIn(seconds) => http_date(self.now() + SignedDuration::from_secs(*seconds)),
        };
        Some(("Retry-After".to_owned(), value))
    }

    /// The vendor's clock.
    pub(crate) fn now(&self) -> Timestamp {
        vendor_now(self.behaviour)
    }

    /// The end of a token that usually lasts so many seconds.
    pub(crate) fn end(&self, usual: i64) -> Timestamp {
        self.now() + SignedDuration::from_secs(self.lifetime(usual))
    }

    pub(crate) fn lifetime(&self, usual: i64) -> i64 {
        self.behaviour.lifetime.unwrap_or(usual)
    }

    /// 32 hexadecimal digits that no other login gets: a mark that scatters, the port and a counter.
    pub(crate) fn opaque(&mut self) -> String {
        self.books.issued += 1;
        let number = (u64::from(self.port) << 32) | u64::from(self.books.issued);
        format!("{:016x}{number:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// A JWT that looks like HS256. Its signature is made up; `jti` makes it one of a kind.
    pub(crate) fn jwt(&mut self, mut claims: Value) -> String {
        let mark = self.opaque();
        claims["jti"] = json!(mark);
        let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        format!(
            "{}.{}.{}",
            part(r#"{"alg":"HS256","typ":"JWT"}"#),
            part(&claims.to_string()),
            part(&mark)
        )
    }

    /// Enters the token in the books and gives what stands in its place.
    pub(crate) fn issue(&mut self, token: String, user: &str) -> Value {
        let value = self.behaviour.token.clone().unwrap_or(Value::String(token));
        if let Value::String(token) = &value {
            self.books.live.insert(token.clone(), user.to_owned());
            self.given.get_or_insert_with(|| token.clone());
        }
        value
    }
}

fn vendor_now(behaviour: &Behaviour) -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(behaviour.clock.unwrap_or(0))
}

pub(crate) fn http_date(time: Timestamp) -> String {
    jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&time)
        .expect("a year of four digits")
}

/// As `2026-01-31T10:00:00Z`.
pub(crate) fn utc(time: Timestamp) -> String {
    Timestamp::from_second(time.as_second())
        .expect("the same, in whole seconds")
        .to_string()
}
