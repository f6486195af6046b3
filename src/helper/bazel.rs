//! bazel's credential helpers
//! (<https://github.com/bazelbuild/proposals/blob/main/designs/2022-06-07-bazel-credential-helpers.md>): a program with the word
//! `get` behind it, which is asked for the headers of a request.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{Asked, Conversation, Place, Protocol, not_understood, unknown_operation};
use crate::error::Result;

pub(super) const BAZEL: Protocol = Protocol {
    name: "bazel",
    about: "bazel's credential helpers",
    program: Some("bazel-credential-tok"),
    variable: None,
    goes_on: false,
    operations: &["get"],
    lines: |_, addresses| {
        let hosts = addresses.iter().map(|address| {
            let host = address.split_once("://").map_or(address.as_str(), |(_, host)| host);
            let host = host.split(['/', ':']).next().unwrap_or(host);
            format!("common --credential_helper={host}=bazel-credential-tok\n")
        });
        format!(
            "ln -s \"$(command -v tok)\" ~/.local/bin/bazel-credential-tok\n# in .bazelrc:\n{}",
            hosts.collect::<String>()
        )
    },
    speak,
    line: None,
};

#[derive(Deserialize)]
struct Question {
    uri: String,
}

fn speak(conversation: &mut Conversation) -> Result<()> {
    if conversation.operation != "get" {
        return Err(unknown_operation("bazel", conversation.operation, "get"));
    }
    let text = conversation.read()?;
    let question: Question = serde_json::from_str(&text).map_err(|_| not_understood("it has no uri"))?;
    // What is asked for may have a query and more.
    let address = question.uri.split(['?', '#']).next().unwrap_or_default();
    let answer = match conversation.tokens.get(&Asked::at(Place::of(address)))? {
        None => json!({}),
        Some(credential) => {
            let (name, value) = &credential.header;
            let headers = BTreeMap::from([(name.as_str(), [value.expose()])]);
            let end = credential.expires_at.and_then(|end| Timestamp::from_second(end).ok());
            match end {
                Some(end) => json!({ "headers": headers, "expires": end.to_string() }),
                None => json!({ "headers": headers }),
            }
        }
    };
    conversation.say(&format!("{answer}\n"))
}
