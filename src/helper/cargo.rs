//! cargo's credential provider protocol, version 1
//! (<https://doc.rust-lang.org/cargo/reference/credential-provider-protocol.html>).
//!
//! cargo starts `tok --cargo-plugin` and sends requests, a line each, until it closes the pipe. The words of its configuration
//! come with each request. What fails is an answer as well; the process ends well.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Asked, Conversation, Place, Protocol};
use crate::error::{Error, Result};

pub(super) const CARGO: Protocol = Protocol {
    name: "cargo",
    about: "cargo's credential providers",
    program: None,
    variable: None,
    goes_on: true,
    operations: &["plugin"],
    lines: |target, addresses| {
        let index = addresses.iter().find(|address| !address.contains('*'));
        let index = index.map_or("https://HOST", String::as_str);
        format!(
            "# in ~/.cargo/config.toml:\n\
             [registries.REGISTRY]\nindex = \"sparse+{index}/\"\n\
             credential-provider = [\"tok\", \"helper\", \"cargo\", \"{target}\"]\n"
        )
    },
    speak,
    line: None,
};

#[derive(Deserialize)]
struct Question {
    v: u32,
    kind: String,
    registry: Registry,
    #[serde(default)]
    args: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Registry {
    index_url: String,
}

fn speak(conversation: &mut Conversation) -> Result<()> {
    conversation.say("{\"v\":[1]}\n")?;
    loop {
        let line = conversation.line()?;
        if line.is_empty() {
            return Ok(());
        }
        if line.trim().is_empty() {
            continue;
        }
        let answer = answer(conversation, &line);
        conversation.say(&format!("{answer}\n"))?;
    }
}

fn answer(conversation: &Conversation, line: &str) -> Value {
    let question: Question = match serde_json::from_str(line) {
        Ok(question) => question,
        Err(_) => return failure("the request is not understood", &[]),
    };
    if question.v != 1 {
        return failure(&format!("version {} of the protocol is not known", question.v), &[]);
    }
    let asked = match question.asked() {
        Ok(asked) => asked,
        Err(error) => return failed(&error),
    };
    match question.kind.as_str() {
        "get" => match conversation.tokens.get(&asked) {
            Ok(None) => json!({ "Err": { "kind": "url-not-supported" } }),
            Ok(Some(credential)) => {
                let token = match credential.scheme.as_str() {
                    "" => credential.token.expose().to_owned(),
                    scheme => format!("{scheme} {}", credential.token.expose()),
                };
                match credential.expires_at {
                    Some(end) => ok_token(&token, "expires", Some(end)),
                    None => ok_token(&token, "session", None),
                }
            }
            Err(error) => failed(&error),
        },
        // tok's tokens come from the vendor: nothing is kept of what `cargo login` was given, and the next request logs in.
        kind @ ("login" | "logout") => match conversation.tokens.forget(&asked, None) {
            Ok(()) => json!({ "Ok": { "kind": kind } }),
            Err(error) => failed(&error),
        },
        _ => json!({ "Err": { "kind": "operation-not-supported" } }),
    }
}

fn ok_token(token: &str, cache: &str, end: Option<i64>) -> Value {
    let mut answer = json!({ "kind": "get", "token": token, "cache": cache });
    if let Some(answer) = answer.as_object_mut() {
        if let Some(end) = end {
            answer.insert("expiration".to_owned(), end.into());
        }
        answer.insert("operation_independent".to_owned(), true.into());
    }
    json!({ "Ok": answer })
}

impl Question {
    /// `helper cargo [VENDOR[@PROFILE]]` stands behind the program in cargo's configuration.
    fn asked(&self) -> Result<Asked> {
        let words: Vec<&str> = self.args.iter().map(String::as_str).collect();
        let target = match words.as_slice() {
            [] | ["helper", "cargo"] => None,
            ["helper", "cargo", target] => Some((*target).to_owned()),
            _ => {
                return Err(Error::usage("cargo: the words of its configuration are not understood")
                    .with_hint("credential-provider = [\"tok\", \"helper\", \"cargo\", \"VENDOR\"]"));
            }
        };
        let url = self.registry.index_url.as_str();
        let url = ["sparse+", "registry+"]
            .iter()
            .find_map(|prefix| url.strip_prefix(prefix))
            .unwrap_or(url);
        Ok(Asked {
            target,
            ..Asked::at(Place::of(url))
        })
    }
}

fn failed(error: &Error) -> Value {
    let hint: Vec<&str> = error.hint().into_iter().collect();
    failure(error.text(), &hint)
}

fn failure(message: &str, caused_by: &[&str]) -> Value {
    json!({ "Err": { "kind": "other", "message": format!("tok: {message}"), "caused-by": caused_by } })
}
