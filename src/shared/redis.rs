//! Redis or Valkey as the shared store. Every verb is one script, so that it happens whole or not at all.

use std::cell::RefCell;
use std::io;
use std::time::{Duration, Instant};

use redis::{Cmd, FromRedisValue, RedisError, Value};

use super::line::{Failure, Line};
use super::names::MARK;
use super::shelf::{Answer, Given, Lasting, Leave, Names, Put, Raw, Shelf, Trouble, Wish};
use crate::inputs::shared::Address;
use crate::secret::{SHARED_PASSWORD, Secret};
use crate::text::words::{one_line, reason};
use crate::tls;

/// No value of tok's is longer, in bytes.
pub(super) const MOST: usize = 512 * 1024;

/// How long the numbers of turns are known to the store, in milliseconds: 31 days.
const NUMBERS: u64 = 31 * 24 * 3600 * 1000;

macro_rules! script {
    ($($part:literal),+) => { concat!($(include_str!(concat!("scripts/", $part, ".lua"))),+) };
}

const LOOK: &str = concat!(script!("numbers", "seen"), "return seen()");
const TAKE: &str = script!("numbers", "seen", "take");
const PUT: &str = script!("hold", "put");
const AMEND: &str = script!("amend");
const LEAVE: &str = script!("hold", "leave");
const REMOVE: &str = script!("numbers", "remove");

#[derive(Debug)]
pub(super) struct Redis {
    address: Address,
    password: Option<Secret>,
    line: RefCell<Line>,
}

impl Redis {
    pub(super) fn open(address: &Address, password: Option<Secret>, limit: Duration) -> Answer<Self> {
        let line = Line::open(address, password.as_ref(), limit).map_err(|failure| trouble(address, failure))?;
        Ok(Self {
            address: address.clone(),
            password,
            line: RefCell::new(line),
        })
    }

    fn run<T: FromRedisValue>(&self, script: &str, names: &Names, arguments: &[&str], limit: Duration) -> Answer<T> {
        let Names {
            record,
            lock,
            fence,
            failure,
            hold,
            pause,
        } = names;
        let mut command = Cmd::new();
        command.arg("EVAL").arg(script).arg(7);
        command.arg(&[record, lock, fence, failure, hold, pause]).arg(MARK);
        command.arg(MOST).arg(arguments);
        let value = self
            .ask(&command, limit)
            .map_err(|failure| trouble(&self.address, failure))?;
        T::from_redis_value(value).map_err(|_| strange())
    }

    /// Once more where the connection has gone: a script that has run already does no more when it runs again.
    fn ask(&self, command: &Cmd, limit: Duration) -> Result<Value, Failure> {
        let began = Instant::now();
        let answer = self.line.borrow().ask(command.clone(), limit);
        let Err(Failure::Broken(_)) = answer else { return answer };
        let line = Line::open(
            &self.address,
            self.password.as_ref(),
            limit.saturating_sub(began.elapsed()),
        )?;
        self.line.replace(line);
        let left = limit.saturating_sub(began.elapsed());
        self.line.borrow().ask(command.clone(), left)
    }
}

impl Shelf for Redis {
    fn look(&self, names: &Names, limit: Duration) -> Answer<Raw> {
        raw(self.run(LOOK, names, &[], limit)?)
    }

    fn take(&self, names: &Names, wish: &Wish, limit: Duration) -> Answer<Given> {
        let known = wish.known;
        let mark = |place: usize| wish.marks.get(place).map_or("", String::as_str);
        let arguments = [
            wish.owner,
            &wish.life.as_millis().to_string(),
            &NUMBERS.to_string(),
            &number(known.generation),
            &number(known.spending),
            known.failure.as_deref().unwrap_or_default(),
            &number(wish.spend),
            mark(0),
            mark(1),
        ];
        let (fence, policy, seen): (String, String, Value) = self.run(TAKE, names, &arguments, limit)?;
        Ok(Given {
            fence: if fence.is_empty() {
                None
            } else {
                Some(fence.parse().map_err(|_| strange())?)
            },
            policy,
            raw: raw(seen)?,
        })
    }

    fn put(&self, names: &Names, put: &Put, limit: Duration) -> Answer<bool> {
        let [hold, hold_life] = lasting(put.hold.becomes.as_ref());
        let arguments = [
            put.owner,
            &put.fence.to_string(),
            &number(put.follows),
            &put.value,
            &put.life.as_millis().to_string(),
            put.hold.seen,
            &hold,
            &hold_life,
        ];
        self.run(PUT, names, &arguments, limit)
    }

    fn amend(&self, names: &Names, generation: u64, value: &str, life: Duration, limit: Duration) -> Answer<bool> {
        let arguments = [&generation.to_string(), value, &life.as_millis().to_string()];
        self.run(AMEND, names, &arguments, limit)
    }

    fn leave(&self, names: &Names, leave: &Leave, limit: Duration) -> Answer<()> {
        let [failure, failure_life] = lasting(leave.failure.as_ref());
        let [hold, hold_life] = lasting(leave.hold.becomes.as_ref());
        let [pause, pause_life] = lasting(leave.pause.as_ref());
        let arguments = [
            leave.owner,
            &number(leave.unspent),
            &failure,
            &failure_life,
            leave.hold.seen,
            &hold,
            &hold_life,
            &pause,
            &pause_life,
        ];
        self.run::<bool>(LEAVE, names, &arguments, limit).map(drop)
    }

    fn remove(&self, names: &Names, generation: Option<u64>, limit: Duration) -> Answer<bool> {
        self.run(REMOVE, names, &[&NUMBERS.to_string(), &number(generation)], limit)
    }
}

fn number(number: Option<u64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn lasting(value: Option<&Lasting>) -> [String; 2] {
    value.map_or_else(Default::default, |(value, life)| {
        [value.clone(), life.as_millis().max(1).to_string()]
    })
}

fn raw(value: Value) -> Answer<Raw> {
    let (now, rest): (i64, Vec<Option<String>>) = match value {
        Value::Array(mut all) if !all.is_empty() => {
            let rest = all.split_off(1);
            FromRedisValue::from_redis_value(Value::Array(all))
                .and_then(|(now,)| Ok((now, FromRedisValue::from_redis_value(Value::Array(rest))?)))
                .map_err(|_| strange())?
        }
        _ => return Err(strange()),
    };
    let Ok([generation, spending, value, lock, fence, failure, hold, pause, mark]) = <[_; 9]>::try_from(rest) else {
        return Err(strange());
    };
    let number = |text: Option<String>| text.map(|text| text.parse().map_err(|_| strange())).transpose();
    let lock: Option<u64> = number(lock)?;
    Ok(Raw {
        now,
        generation: number(generation)?,
        spending: number(spending)?,
        value,
        locked: lock.is_some(),
        fence: number(fence)?,
        failure,
        hold,
        pause,
        mark,
    })
}

fn strange() -> Trouble {
    Trouble::Strange("what lies there is not tok's".to_owned())
}

/// In words that say what to do, where tok can know.
fn trouble(address: &Address, failure: Failure) -> Trouble {
    match failure {
        Failure::Strange => Trouble::Away("what answers there is no Redis".to_owned()),
        Failure::Late => Trouble::Away("it does not answer in time".to_owned()),
        Failure::Lacking(why) => Trouble::Away(format!("no thread can be made to ask it: {why}")),
        Failure::Broken(why) => Trouble::Away(broken(address, &why)),
        Failure::Refused(error) => refused(&error),
    }
}

fn broken(address: &Address, why: &io::Error) -> String {
    let of_tls = why.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    if let Some(of_tls) = of_tls {
        let (words, hint) = tls::told(of_tls);
        return hint.map_or(words.clone(), |hint| format!("{words}; {hint}"));
    }
    match why.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "it does not answer in time".to_owned(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset if !address.tls => {
            "the connection was closed without an answer; where its port is one for TLS, the address begins with rediss://"
                .to_owned()
        }
        io::ErrorKind::UnexpectedEof => "the connection was closed without an answer".to_owned(),
        _ => one_line(&reason(&why.to_string())),
    }
}

/// Which words the server says to whom is another in each of its versions.
fn refused(error: &RedisError) -> Trouble {
    let words = one_line(&format!(
        "{} {}",
        error.code().unwrap_or_default(),
        error.detail().unwrap_or_default()
    ));
    let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if has(&["WRONGTYPE", "wrong kind of value"]) {
        return strange();
    }
    Trouble::Away(if has(&["NOAUTH", "unauthenticated"]) {
        format!("it refuses the user or the password ({words}); a password is given in {SHARED_PASSWORD}")
    } else if has(&["WRONGPASS", "username-password"]) {
        format!("it refuses the user or the password ({words})")
    } else if has(&["'select'"]) {
        format!("it does not let this user choose a database ({words})")
    } else if has(&[
        "NOPERM",
        "ACL",
        "no permissions",
        "unknown command",
        "can't run this command",
    ]) {
        format!("it does not let this user run tok's scripts ({words})")
    } else if has(&["OOM"]) {
        "it is full".to_owned()
    } else if has(&["READONLY", "read only replica"]) {
        "it is read-only".to_owned()
    } else {
        words
    })
}
