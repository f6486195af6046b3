//! A connection to the store behind an end of its own.
//!
//! Names are resolved, TLS is agreed on and answers are read in a thread: whatever of it takes too long is left behind there, to
//! end with the process. After that the line is dead.

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use redis::{Client, Cmd, Connection, ConnectionInfo, RedisError, Value};

/// A thread that was left behind in a process that stays ends after this.
const LEFT_BEHIND: Duration = Duration::from_secs(10);

type Reply = Result<Value, RedisError>;

#[derive(Debug)]
pub(super) struct Line {
    commands: Sender<Cmd>,
    replies: Receiver<Reply>,
}

pub(super) enum Failure {
    Late,
    Error(RedisError),
    /// This machine has no room for a thread.
    Lacking(std::io::Error),
}

impl Line {
    pub(super) fn open(info: ConnectionInfo, limit: Duration) -> Result<Self, Failure> {
        let (commands, received) = mpsc::channel();
        let (done, replies) = mpsc::channel();
        thread::Builder::new()
            .spawn(move || serve(info, limit, &received, &done))
            .map_err(Failure::Lacking)?;
        let line = Self { commands, replies };
        line.reply(limit)?;
        Ok(line)
    }

    pub(super) fn ask(&self, command: Cmd, limit: Duration) -> Result<Value, Failure> {
        self.commands.send(command).map_err(|_| Failure::Late)?;
        self.reply(limit)
    }

    fn reply(&self, limit: Duration) -> Result<Value, Failure> {
        let reply = self.replies.recv_timeout(limit).map_err(|_| Failure::Late)?;
        reply.map_err(Failure::Error)
    }
}

fn serve(info: ConnectionInfo, limit: Duration, commands: &Receiver<Cmd>, done: &Sender<Reply>) {
    let mut connection = match connect(info, limit) {
        Ok(connection) => connection,
        Err(error) => {
            let _ = done.send(Err(error));
            return;
        }
    };
    let mut reply = Ok(Value::Okay);
    while done.send(reply).is_ok() {
        let Ok(command) = commands.recv() else { return };
        reply = command.query(&mut connection);
    }
}

fn connect(info: ConnectionInfo, limit: Duration) -> Result<Connection, RedisError> {
    let connection = Client::open(info)?.get_connection_with_timeout(limit)?;
    connection.set_read_timeout(Some(LEFT_BEHIND))?;
    connection.set_write_timeout(Some(LEFT_BEHIND))?;
    Ok(connection)
}
