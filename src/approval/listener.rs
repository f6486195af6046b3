//! Waits on loopback for the browser that comes back.
//!
//! It listens on 127.0.0.1 alone. One request counts, and from then on nobody is listened to; every other is told that it is
//! not the one and changes nothing. Nobody who connects is waited for, and of too many the oldest is dropped, so that none
//! keeps the browser out.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use super::connection::{Connection, Progress};
use super::page;
use super::redirect::{Brought, Expected};

const MOST_CONNECTIONS: usize = 64;
/// Of new ones, before anything else is looked at.
const MOST_AT_ONCE: usize = 1024;

pub(super) struct Listener {
    listener: TcpListener,
    /// The oldest first.
    connections: Vec<Connection>,
}

impl Listener {
    pub(super) fn bind(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        Ok(Self {
            listener,
            connections: Vec::new(),
        })
    }

    pub(super) fn port(&self) -> io::Result<u16> {
        Ok(self.listener.local_addr()?.port())
    }

    /// Looks at what has come by now. `page` is what the browser is shown for what it brings.
    pub(super) fn look(
        &mut self,
        path: &str,
        expected: &Expected,
        page: impl Fn(&Brought) -> Vec<u8>,
    ) -> Option<Brought> {
        for _ in 0..MOST_AT_ONCE {
            let Ok((stream, _)) = self.listener.accept() else {
                break;
            };
            self.connections.extend(Connection::new(stream));
            if self.connections.len() > MOST_CONNECTIONS {
                // Whoever has something to say is heard before room is made.
                if let Some(brought) = self.hear(path, expected, &page) {
                    return Some(brought);
                }
                if self.connections.len() > MOST_CONNECTIONS {
                    self.connections.remove(0);
                }
            }
        }
        self.hear(path, expected, &page)
    }

    fn hear(&mut self, path: &str, expected: &Expected, page: &impl Fn(&Brought) -> Vec<u8>) -> Option<Brought> {
        let wrong = |why: &str| page::answer("400 Bad Request", "This is not the login that tok waits for", why);
        for mut connection in std::mem::take(&mut self.connections) {
            match connection.progress() {
                Progress::Unfinished => self.connections.push(connection),
                Progress::Over => {}
                Progress::Wrong => connection.answer(&wrong("Nothing was changed by this request.")),
                Progress::Target(target) => match brought(&connection, &target, path, expected) {
                    Ok(brought) => {
                        connection.answer(&page(&brought));
                        return Some(brought);
                    }
                    Err(why) => connection.answer(&wrong(&format!("Nothing was changed by this request: {why}."))),
                },
            }
        }
        None
    }
}

fn brought(connection: &Connection, target: &str, path: &str, expected: &Expected) -> Result<Brought, &'static str> {
    let (own, query) = target.split_once('?').unwrap_or((target, ""));
    if own != path {
        return Err("it is for another address");
    }
    let brought = expected.read(query)?;
    if !connection.is_of_this_user() {
        return Err("it does not come from a program of this user; the address can be pasted in the terminal");
    }
    Ok(brought)
}
