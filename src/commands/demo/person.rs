//! A scripted person, who approves a login or refuses to in the place of a browser.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;

use percent_encoding::percent_decode_str;

use crate::text::encode;

/// What the person does at the vendor's page.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    Approve,
    Refuse,
}

/// Goes back to where the address says, as a browser would be sent, and waits for nothing.
pub(super) fn answer(address: &str, issuer: &str, answer: Answer) {
    let (Some(redirect_uri), Some(state)) = (said(address, "redirect_uri"), said(address, "state")) else {
        return;
    };
    let Some((_, rest)) = redirect_uri.split_once("://") else {
        return;
    };
    let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let outcome = match answer {
        Answer::Approve => "code=demo-code",
        Answer::Refuse => "error=access_denied",
    };
    let (host, state, iss) = (host.to_owned(), encode::percent(&state), encode::percent(issuer));
    let request =
        format!("GET {path}?{outcome}&state={state}&iss={iss} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    thread::spawn(move || {
        if let Ok(mut stream) = TcpStream::connect(&host) {
            let _ = stream.write_all(request.as_bytes());
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
}

/// What the query of an address says.
fn said(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    Some(percent_decode_str(value).decode_utf8().ok()?.into_owned())
}
