//! Redis or Valkey as the shared store. Every verb is one script, so that it happens whole or not at all.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use redis::{Cmd, FromRedisValue, Value};

use super::line::{Failure, Line};
use super::names::MARK;
use super::shelf::{Answer, Given, Lasting, Leave, MOST, Names, Put, Raw, Shelf, Wish};
use super::words;
use crate::inputs::shared::Address;
use crate::secret::Secret;

/// How long the numbers of turns are known to the store, in milliseconds: 31 days.
const NUMBERS: u64 = 31 * 24 * 3600 * 1000;

macro_rules! script {
    ($($part:literal),+) => { concat!($(include_str!(concat!("scripts/", $part, ".lua"))),+) };
}

const LOOK: &str = concat!(script!("numbers", "seen"), "return seen()");
const TAKE: &str = script!("numbers", "seen", "take");
const PUT: &str = script!("replace", "put");
const AMEND: &str = script!("amend");
const LEAVE: &str = script!("replace", "leave");
const REMOVE: &str = script!("numbers", "remove");

#[derive(Debug)]
pub(super) struct Redis {
    address: Address,
    password: Option<Secret>,
    line: RefCell<Line>,
}

impl Redis {
    pub(super) fn open(address: &Address, password: Option<Secret>, limit: Duration) -> Answer<Self> {
        let line = Line::open(address, password.as_ref(), limit).map_err(|failure| words::trouble(address, failure))?;
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
            .map_err(|failure| words::trouble(&self.address, failure))?;
        T::from_redis_value(value).map_err(|_| words::strange())
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
            &wish.until.to_string(),
        ];
        let (fence, policy, seen): (String, String, Value) = self.run(TAKE, names, &arguments, limit)?;
        Ok(Given {
            fence: if fence.is_empty() {
                None
            } else {
                Some(fence.parse().map_err(|_| words::strange())?)
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
        let [pauses, pauses_life] = lasting(leave.pauses.becomes.as_ref());
        let arguments = [
            leave.owner,
            &number(leave.unspent),
            &failure,
            &failure_life,
            leave.hold.seen,
            &hold,
            &hold_life,
            leave.pauses.seen,
            &pauses,
            &pauses_life,
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
                .map_err(|_| words::strange())?
        }
        _ => return Err(words::strange()),
    };
    let Ok([generation, spending, value, lock, fence, failure, hold, pause, mark]) = <[_; 9]>::try_from(rest) else {
        return Err(words::strange());
    };
    let number = |text: Option<String>| text.map(|text| text.parse().map_err(|_| words::strange())).transpose();
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
