//! docker's credential helpers: a program `docker-credential-NAME` with one word behind it
//! (<https://github.com/docker/docker-credential-helpers>). podman, skopeo and buildah speak it as well.
//!
//! Errors go to standard output, with exit 1. A server that nobody serves is answered in the very words at which docker goes on
//! without credentials.

use serde_json::json;

use super::{Asked, Conversation, Place, Protocol, bare_server, not_understood, unknown_operation};
use crate::error::{Error, Result};
use crate::origin::BaseUrl;

pub(super) const DOCKER: Protocol = Protocol {
    name: "docker",
    about: "Credential helpers of docker, podman, skopeo and buildah",
    program: Some("docker-credential-tok"),
    variable: None,
    goes_on: false,
    operations: &["get", "store", "erase", "list", "version"],
    lines: |_, addresses| {
        let lines = addresses.iter().map(|address| match bare_server(address) {
            Ok(server) => format!("{{ \"credHelpers\": {{ \"{server}\": \"tok\" }} }}\n"),
            Err(remark) => remark,
        });
        format!(
            "ln -s \"$(command -v tok)\" ~/.local/bin/docker-credential-tok\n\
             # in ~/.docker/config.json, or for podman and skopeo in ~/.config/containers/auth.json:\n{}",
            lines.collect::<String>()
        )
    },
    speak,
    line: Some(line),
};

const NOT_SERVED: &str = "credentials not found in native keychain";

fn speak(conversation: &mut Conversation) -> Result<()> {
    let answered = match conversation.operation {
        "version" => conversation.say(concat!("docker-credential-tok v", env!("CARGO_PKG_VERSION"), "\n")),
        "get" => get(conversation).and_then(|answer| match answer {
            Some(answer) => conversation.say(&answer),
            None => fail(conversation, NOT_SERVED),
        }),
        "erase" => erase(conversation),
        // tok's tokens come from the vendor.
        "store" => conversation.read().map(drop),
        "list" => conversation.say("{}\n"),
        other => return Err(unknown_operation("docker", other, "get, store, erase, list, version")),
    };
    answered.or_else(|error| {
        if error.is_silent() {
            return Err(error);
        }
        fail(conversation, &line(&error))
    })
}

/// What docker shows of an error.
fn line(error: &Error) -> String {
    match error.hint() {
        Some(hint) => format!("tok: {}; hint: {hint}", error.text()),
        None => format!("tok: {}", error.text()),
    }
}

fn erase(conversation: &mut Conversation) -> Result<()> {
    let place = place(&conversation.read()?)?;
    conversation.tokens.forget(&Asked::at(place), None)
}

fn get(conversation: &mut Conversation) -> Result<Option<String>> {
    let question = conversation.read()?;
    let server = question.trim();
    let credential = conversation.tokens.get(&Asked::at(place(server)?))?;
    Ok(credential.map(|credential| {
        let answer = json!({
            "ServerURL": server,
            "Username": credential.user,
            "Secret": credential.token.expose(),
        });
        format!("{answer}\n")
    }))
}

/// The words on standard output are all that docker shows.
fn fail(conversation: &mut Conversation, words: &str) -> Result<()> {
    conversation.say(&format!("{words}\n"))?;
    Err(Error::said_elsewhere())
}

/// docker does not tell how it reaches a bare server.
fn place(server: &str) -> Result<Place> {
    let server = server.trim();
    if server.is_empty() || server.contains(char::is_control) {
        return Err(not_understood("it is no server"));
    }
    if server.contains("://") {
        return Ok(Place::of(server));
    }
    let both = ["https", "http"].map(|scheme| BaseUrl::parse(&format!("{scheme}://{server}")));
    Ok(Place::At(both.into_iter().flatten().collect()))
}
