//! A connection to the store behind an end of its own.
//!
//! Names are resolved, TLS is agreed on and answers are read in a thread: whatever of it takes too long is left behind there, to
//! end with the process. After that the line is dead. Of an answer no more is read than tok could have put there.

use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use redis::{Cmd, ErrorKind, Parser, RedisError, Value};

use super::shelf::MOST;
use super::stream::{Answer, Stream, connect};
use crate::inputs::shared::Address;
use crate::secret::Secret;

/// A thread that was left behind in a process that stays ends after this.
const LEFT_BEHIND: Duration = Duration::from_secs(10);

/// The longest answer, in bytes: four values and what is around them.
const LONGEST: usize = 4 * MOST;

#[derive(Debug)]
pub(super) struct Line {
    commands: Sender<Cmd>,
    replies: Receiver<Reply>,
}

type Reply = Result<Value, Failure>;

#[derive(Debug)]
pub(super) enum Failure {
    /// There was no connection in time.
    Unmet,
    Late,
    /// This machine has no room for a thread.
    Lacking(io::Error),
    /// There is no connection, or none any more.
    Broken(io::Error),
    /// The server says no.
    Refused(Asked, RedisError),
    /// It is no such server, or says more than it should.
    Strange,
}

/// What the server was asked to do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked {
    /// To let this user in, with a password or without.
    Entry {
        password: bool,
    },
    Database,
    Script,
}

impl Line {
    pub(super) fn open(address: &Address, password: Option<&Secret>, limit: Duration) -> Result<Self, Failure> {
        let (commands, received) = mpsc::channel();
        let (done, replies) = mpsc::channel();
        let (address, password) = (address.clone(), password.cloned());
        thread::Builder::new()
            .spawn(move || serve(&address, password.as_ref(), limit, &received, &done))
            .map_err(Failure::Lacking)?;
        let line = Self { commands, replies };
        match line.reply(limit) {
            Err(Failure::Late) => Err(Failure::Unmet),
            begun => begun.map(|_| line),
        }
    }

    pub(super) fn ask(&self, command: Cmd, limit: Duration) -> Reply {
        self.commands.send(command).map_err(|_| Failure::Late)?;
        self.reply(limit)
    }

    fn reply(&self, limit: Duration) -> Reply {
        self.replies.recv_timeout(limit).map_err(|_| Failure::Late)?
    }
}

/// Answers what is asked until something fails.
fn serve(
    address: &Address,
    password: Option<&Secret>,
    limit: Duration,
    commands: &Receiver<Cmd>,
    done: &Sender<Reply>,
) {
    let mut conversation = match Conversation::begin(address, password, limit) {
        Ok(conversation) => conversation,
        Err(failure) => {
            let _ = done.send(Err(failure));
            return;
        }
    };
    let mut reply = Ok(Value::Okay);
    loop {
        let is_over = matches!(reply, Err(Failure::Broken(_) | Failure::Strange));
        if done.send(reply).is_err() || is_over {
            return;
        }
        let Ok(command) = commands.recv() else { return };
        reply = conversation.ask(Asked::Script, &command);
    }
}

struct Conversation {
    stream: Box<dyn Stream>,
    parser: Parser,
}

impl Conversation {
    fn begin(address: &Address, password: Option<&Secret>, limit: Duration) -> Result<Self, Failure> {
        let mut conversation = Self {
            stream: connect(address, limit, LEFT_BEHIND).map_err(Failure::Broken)?,
            parser: Parser::new(),
        };
        if let Some(login) = login(address, password) {
            let password = password.is_some();
            conversation.ask(Asked::Entry { password }, &login)?;
        }
        if address.database != 0 {
            conversation.ask(Asked::Database, redis::cmd("SELECT").arg(address.database))?;
        }
        Ok(conversation)
    }

    fn ask(&mut self, what: Asked, command: &Cmd) -> Reply {
        let packed = command.get_packed_command();
        self.stream.write_all(&packed).map_err(Failure::Broken)?;
        self.stream.flush().map_err(Failure::Broken)?;
        let mut answer = Answer::of(&mut self.stream, LONGEST);
        let value = self.parser.parse_value(&mut answer);
        let value = value.map_err(|error| match (answer.broken(), error.kind()) {
            (Some(why), _) => Failure::Broken(why),
            (None, ErrorKind::Io) if !answer.is_too_long() => Failure::Broken(io::ErrorKind::UnexpectedEof.into()),
            _ => Failure::Strange,
        })?;
        value.extract_error().map_err(|error| Failure::Refused(what, error))
    }
}

/// A user without a password is one that has none.
fn login(address: &Address, password: Option<&Secret>) -> Option<Cmd> {
    if password.is_none() && address.user.is_none() {
        return None;
    }
    let mut command = redis::cmd("AUTH");
    command.arg(&address.user).arg(password.map_or("", Secret::expose));
    Some(command)
}
