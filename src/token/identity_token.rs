//! A CI job's identity token, fetched for one request and for nothing else: it is neither kept nor recognized again.
//!
//! It is asked for as GitHub documents it, at the address that the job's variables name and nowhere else. The job's log hides
//! it before it is used.

use serde_json::Value as Json;

use super::Need;
use crate::definition::exchange::Exchange;
use crate::definition::request::{self, Inputs};
use crate::error::{Error, Result};
use crate::http::{Client, Method, Request};
use crate::inputs::{Giver, IdentityToken};
use crate::secret::Secret;
use crate::text::encode;
use crate::text::redact::Redactor;
use crate::time::clock::now_ms;
use crate::time::deadline::Deadline;

const LONGEST: usize = 16_384;

impl Need<'_> {
    /// Lays those in that a request needs.
    pub(super) fn fetch_identity_tokens(
        &self,
        exchange: &Exchange,
        inputs: &mut Inputs,
        deadline: &Deadline,
    ) -> Result<()> {
        let chosen = &self.principal.chosen;
        let names = request::names(&self.vendor().definition.lets, exchange);
        let wanted = chosen.fetched().filter(|token| names.contains(&token.field.as_str()));
        for token in wanted {
            let of = |error: Error| error.of(format_args!("{}: {}", self.vendor().name, token.field));
            let secret = self.fetch(token, deadline).map_err(of)?;
            self.session.hide(&secret)?;
            inputs.put_secret(&token.field, secret);
        }
        Ok(())
    }

    fn fetch(&self, token: &IdentityToken, deadline: &Deadline) -> Result<Secret> {
        let voice = self.session.voice;
        let Giver { address, bearer } = Giver::of_job()?;
        voice.explain(&format!(
            "{}: the job's identity token for '{}', from {}",
            token.field,
            token.audience.escape_debug(),
            address.origin()
        ));
        let separator = if address.has_query() { '&' } else { '?' };
        let request = Request {
            method: Method::Get,
            url: format!(
                "{}{separator}audience={}",
                address.url(),
                encode::percent(&token.audience)
            ),
            origin: address.origin(),
            loopback: address.is_loopback(),
            headers: vec![(
                "Authorization".to_owned(),
                Secret::new(format!("Bearer {}", bearer.expose())),
            )],
            body: None,
        };
        self.keep_pause_of(&request.origin)?;
        let sent_at = now_ms();
        let waiting = voice.wait_for("waiting for the job's identity token");
        let answer = Client::default().send(&request, deadline, voice)?;
        drop(waiting);
        let wrong = |why: &str| Error::vendor(format!("{}: {why}", address.origin()));
        let json: Option<Json> = serde_json::from_slice(&answer.body).ok();
        let text = |pointer: &str| json.as_ref()?.pointer(pointer)?.as_str();
        if !(200..300).contains(&answer.status) {
            let said = text("/message").map(|said| Redactor::new([&bearer]).one_line(said));
            let said = said.map(|said| format!(": {said}")).unwrap_or_default();
            let error = wrong(&format!("no identity token is given: status {}{said}", answer.status));
            if answer.status == 429 {
                self.note_pause(&request.origin, &answer, sent_at);
                return Err(Error::rate_limited(error.text()));
            }
            return Err(error);
        }
        let value = text("/value").ok_or_else(|| wrong("the answer has no identity token at '/value'"))?;
        if !(1..=LONGEST).contains(&value.len()) || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong("the identity token is not 1 to 16384 visible ASCII characters"));
        }
        Ok(Secret::new(value))
    }
}
