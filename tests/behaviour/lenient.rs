//! A modulus that gives everybody a token, for tests of where a value comes from.

use std::path::Path;

use serde_json::Value;

use crate::harness::Tok;
use crate::stand_in::{Server, answer};

pub(crate) const GIVEN: &str = "given-to-everybody";

pub(crate) fn lenient() -> Server {
    let server = Server::start();
    server.behave(answer(200, format!(r#"{{"result": true, "object": "{GIVEN}"}}"#)));
    server
}

/// The body of the last request.
#[track_caller]
pub(crate) fn last(server: &Server) -> Value {
    server.requests().pop().expect("a request").json()
}

/// What the program sent as this field when it logged in with these arguments.
#[track_caller]
pub(crate) fn sent(server: &Server, tok: &Tok, arguments: &[&str], field: &str) -> String {
    let before = server.requests().len();
    tok.run([arguments, &["--no-cache"]].concat()).ok();
    assert_eq!(server.requests().len(), before + 1, "one request was expected");
    let body = last(server);
    body[field]
        .as_str()
        .unwrap_or_else(|| panic!("no {field}: {body}"))
        .to_owned()
}

/// A text as TOML writes it.
pub(crate) fn quoted(text: impl AsRef<Path>) -> String {
    Value::from(text.as_ref().to_str().expect("UTF-8")).to_string()
}
