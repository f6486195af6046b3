//! The vendors' stand-in: a server process that answers as the vendors document it and refuses what they would refuse.
//!
//! It is written from the vendors' own pages, not from tok's definitions, so that a mistake in one shows against the other.
//! A second port, the control port, lets a test read what came and say how the server shall misbehave. On standard output
//! it says the two ports in one line of JSON; it ends when its standard input does.
//!
//!     vendor-server                                http on 127.0.0.1
//!     vendor-server --tls FOLDER [FAULT]           https for localhost, 127.0.0.1 and vendor.test; FOLDER/ca.pem is the root to trust
//!
//! FAULT is `expired`, `untrusted` (signed by another root) or `wrong-name`.

// A test tool fails loudly where it is wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod control;
mod desk;
mod protocol;
mod tls;
mod vendors;
mod wire;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{env, io, thread};

use desk::Shared;
use protocol::Ports;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let tls = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => None,
        ["--tls", folder] => Some(tls::config(Path::new(folder), None)),
        ["--tls", folder, fault] => Some(tls::config(Path::new(folder), Some(fault))),
        _ => panic!("usage: vendor-server [--tls FOLDER [expired|self-signed|untrusted|wrong-name]]"),
    };
    let open = || TcpListener::bind(("127.0.0.1", 0)).expect("a port on 127.0.0.1");
    let (vendors, control) = (open(), open());
    let port = |listener: &TcpListener| listener.local_addr().expect("a bound port").port();
    let ports = Ports {
        port: port(&vendors),
        control: port(&control),
    };
    let shared = Arc::new(Shared::new(ports.port));

    let for_control = Arc::clone(&shared);
    accept(control, move |mut stream| control::serve(&mut stream, &for_control));
    accept(vendors, move |mut stream| {
        shared.connected();
        match &tls {
            None => wire::serve(&mut stream, &shared),
            Some(config) => {
                if let Some(mut stream) = tls::handshake(stream, config) {
                    wire::serve(&mut stream, &shared);
                    stream.conn.send_close_notify();
                    let _ = stream.flush();
                }
            }
        }
    });

    let mut out = io::stdout();
    writeln!(out, "{}", serde_json::to_string(&ports).expect("plain data")).expect("standard output");
    out.flush().expect("standard output");
    let _ = io::stdin().read_to_end(&mut Vec::new());
}

/// A thread per connection. A peer that says nothing is let go after a minute.
fn accept(listener: TcpListener, serve: impl Fn(TcpStream) + Send + Sync + 'static) {
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
            let _ = stream.set_nodelay(true);
            let serve = Arc::clone(&serve);
            thread::spawn(move || serve(stream));
        }
    });
}
