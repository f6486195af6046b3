//! The vendors, each as its own page describes it, and what they have in common.

mod crmcom;
mod data8;
mod jmvstream;
mod modulus;
mod oauth2;
mod starship;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use crate::desk::{Desk, No};
use crate::wire::Call;

/// An answer before any misbehaviour.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    fn json(status: u16, body: &Value) -> Self {
        Self::new(status, body.to_string()).with("Content-Type", "application/json; charset=utf-8")
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A vendor: the paths it knows (all of them POST), what it does there, and its words for no.
trait Vendor {
    fn paths(&self) -> &[&str];
    fn answer(&self, path: &str, call: &Call, desk: &mut Desk) -> Result<Reply, No>;
    fn malformed(&self, path: &str, member: Option<&str>) -> Reply;
    fn denied(&self, path: &str, text: Option<&str>) -> Reply;
    fn too_many(&self) -> Reply {
        Reply::new(429, "Too Many Requests").with("Content-Type", "text/plain")
    }
}

const VENDORS: [&dyn Vendor; 6] = [
    &modulus::Modulus,
    &jmvstream::Jmvstream,
    &crmcom::Crmcom,
    &starship::Starship,
    &data8::Data8,
    &oauth2::OAuth2,
];

/// The answer, and what was wrong with the request where something was.
pub(crate) fn answer(call: &Call, desk: &mut Desk) -> (Reply, Option<String>) {
    let found = VENDORS.iter().find_map(|vendor| {
        let path = vendor.paths().iter().find(|path| **path == call.target)?;
        Some((vendor, *path))
    });
    let Some((vendor, path)) = found else {
        // A path that a test has an answer for is one that it expects.
        return match desk.instead() {
            Some(reply) => (reply, None),
            None => (
                Reply::new(404, "<html><body>Not Found</body></html>").with("Content-Type", "text/html"),
                Some(format!("nothing is at {}", call.target)),
            ),
        };
    };
    let outcome = if call.method == "POST" {
        plain_rules(call, desk.port).and_then(|()| vendor.answer(path, call, desk))
    } else {
        let reply = Reply::new(405, "").with("Allow", "POST");
        return (
            desk.instead().unwrap_or(reply),
            Some(format!("{} instead of POST", call.method)),
        );
    };
    match outcome {
        Ok(reply) => (reply, None),
        Err(No::Malformed { why, member }) => {
            let reply = desk
                .instead()
                .unwrap_or_else(|| vendor.malformed(path, member.as_deref()));
            (reply, Some(why))
        }
        Err(No::Denied(None)) => (vendor.denied(path, None), None),
        Err(No::Denied(Some(text))) => (vendor.denied(path, Some(&fill(&text, call))), None),
        Err(No::Instead) => {
            let reply = desk.instead().unwrap_or_else(|| {
                let mut reply = vendor.too_many();
                reply.headers.extend(desk.retry_after());
                reply
            });
            (reply, None)
        }
    }
}

/// What tok promises of every request.
fn plain_rules(call: &Call, port: u16) -> Result<(), No> {
    let agent = call.header("user-agent").and_then(|value| value.strip_prefix("tok/"));
    if !agent.is_some_and(|version| version.starts_with(|first: char| first.is_ascii_digit())) {
        return Err(No::malformed(format!("User-Agent is {:?}", call.header("user-agent"))));
    }
    if call.header("accept") != Some("application/json") {
        return Err(No::malformed(format!("Accept is {:?}", call.header("accept"))));
    }
    // The last one is found by a proxy alone.
    let hosts = ["127.0.0.1", "localhost", "vendor.test"].map(|host| format!("{host}:{port}"));
    if !call
        .header("host")
        .is_some_and(|host| hosts.iter().any(|known| known == host))
    {
        return Err(No::malformed(format!("Host is {:?}", call.header("host"))));
    }
    if call.has("transfer-encoding") || !call.has("content-length") {
        return Err(No::malformed("a body without Content-Length"));
    }
    Ok(())
}

/// The members of a JSON body that has all of `required`, perhaps some of `optional`, and no others.
fn members(call: &Call, required: &[&str], optional: &[&str]) -> Result<Map<String, Value>, No> {
    content_type(call, "application/json")?;
    let Ok(Value::Object(members)) = serde_json::from_slice(&call.body) else {
        return Err(No::malformed("the body is not a JSON object"));
    };
    if let Some(missing) = required.iter().find(|name| members.get(**name).is_none_or(is_empty)) {
        return Err(No::Malformed {
            why: format!("{missing} is missing or empty"),
            member: Some((*missing).to_owned()),
        });
    }
    match members
        .keys()
        .find(|name| !required.contains(&name.as_str()) && !optional.contains(&name.as_str()))
    {
        Some(unknown) => Err(No::malformed(format!("no member {unknown} is known"))),
        None => Ok(members),
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value == ""
}

/// Word for word: a charset is no parameter of `application/json`.
fn content_type(call: &Call, wanted: &str) -> Result<(), No> {
    match call.header("content-type") {
        Some(value) if value == wanted => Ok(()),
        other => Err(No::malformed(format!("Content-Type is {other:?}, not {wanted}"))),
    }
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<&'a str, No> {
    members[name]
        .as_str()
        .ok_or_else(|| No::malformed(format!("{name} is not a string")))
}

/// Puts what was sent into a test's error text.
fn fill(text: &str, call: &Call) -> String {
    let secret = sent_secret(call).unwrap_or_default();
    text.replace("{secret}", &secret)
        .replace("{secret:url}", &oauth2::form_encoded(&secret))
        .replace("{body}", &String::from_utf8_lossy(&call.body))
}

/// The secret in a request of any vendor.
fn sent_secret(call: &Call) -> Option<String> {
    if let Some(basic) = call
        .header("authorization")
        .and_then(|value| value.strip_prefix("Basic "))
    {
        let pair = String::from_utf8(BASE64_STANDARD.decode(basic).ok()?).ok()?;
        return oauth2::form_decoded(pair.split_once(':')?.1);
    }
    let body: Value = serde_json::from_slice(&call.body).ok()?;
    let places = [
        "/password",
        "/refresh_token",
        "/token",
        "/access_token_identifier/authentication_code",
        "/access_token_identifier/pass_code",
    ];
    places
        .iter()
        .find_map(|place| body.pointer(place)?.as_str().map(str::to_owned))
}
