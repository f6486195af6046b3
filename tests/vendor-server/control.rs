//! The control port: what came, and how to misbehave. Nothing here is counted.
//!
//!     GET  /requests     {"requests":[…],"connections":N}
//!     POST /behaviour    one behaviour, added to those in force
//!     POST /reset        no requests, no behaviours; issued tokens stay known

use std::io::{Read, Write};

use crate::desk::Shared;
use crate::wire::{self, Sending};

pub(crate) fn serve(stream: &mut (impl Read + Write), shared: &Shared) {
    let Some(call) = wire::read(stream, &mut Vec::new()) else {
        return;
    };
    let (status, body) = match (call.method.as_str(), call.target.as_str()) {
        ("GET", "/requests") => (200, shared.log()),
        ("POST", "/reset") => {
            shared.reset();
            (200, "{}".to_owned())
        }
        ("POST", "/behaviour") => match serde_json::from_slice(&call.body) {
            Ok(behaviour) => {
                shared.behave(behaviour);
                (200, "{}".to_owned())
            }
            Err(error) => (400, error.to_string()),
        },
        _ => (404, "no such control".to_owned()),
    };
    let sending = Sending {
        status,
        headers: vec![("Connection".to_owned(), "close".to_owned())],
        body: body.into_bytes(),
        ..Sending::default()
    };
    wire::write(stream, &sending);
}
