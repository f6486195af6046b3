//! What a shared store can do, whichever it is: tell what lies there, give the right to ask, replace what is unchanged, remove.

use std::time::Duration;

/// No value of tok's is longer, in bytes.
pub(super) const MOST: usize = 512 * 1024;

/// Under which everything lies that is of one token, in the order of the scripts.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) record: String,
    pub(super) lock: String,
    pub(super) fence: String,
    pub(super) failure: String,
    pub(super) hold: String,
    pub(super) pause: String,
}

/// All of it at one moment, sealed as it lies there.
#[derive(Debug, Clone, Default)]
pub(super) struct Raw {
    /// Of the store's clock, in milliseconds.
    pub(super) now: i64,
    /// The number of the turn in which the token was written.
    pub(super) generation: Option<u64>,
    /// Whose refresh token is being sent, or was by one who did not come back.
    pub(super) spending: Option<u64>,
    pub(super) value: Option<String>,
    pub(super) locked: bool,
    /// The number of the last turn.
    pub(super) fence: Option<u64>,
    pub(super) failure: Option<String>,
    pub(super) hold: Option<String>,
    pub(super) pause: Option<String>,
    /// Of the key that the store was last written with.
    pub(super) mark: Option<String>,
}

/// What a turn is asked for with.
#[derive(Debug)]
pub(super) struct Wish<'a> {
    pub(super) owner: &'a str,
    pub(super) life: Duration,
    /// What was seen last; where something else lies there now nothing is given.
    pub(super) known: &'a Raw,
    pub(super) spend: Option<u64>,
    /// In the store's time: nothing is given to one who has gone by then.
    pub(super) until: i64,
    /// Of one's own keys, the first to be written.
    pub(super) marks: &'a [String],
}

#[derive(Debug)]
pub(super) struct Given {
    /// The number of the turn; nothing where another has it or something has changed.
    pub(super) fence: Option<u64>,
    /// What the store does when it is full.
    pub(super) policy: String,
    pub(super) raw: Raw,
}

#[derive(Debug)]
pub(super) struct Put<'a> {
    pub(super) owner: &'a str,
    pub(super) fence: u64,
    /// The generation that must lie there still, where one does.
    pub(super) follows: Option<u64>,
    pub(super) value: String,
    pub(super) life: Duration,
    pub(super) hold: Change<'a>,
}

/// A value and how long it counts.
pub(super) type Lasting = (String, Duration);

/// What was seen, or nothing, and what takes its place unless something else has come meanwhile.
#[derive(Debug, Default)]
pub(super) struct Change<'a> {
    pub(super) seen: &'a str,
    pub(super) becomes: Option<Lasting>,
}

/// What is left behind by one who got nothing.
#[derive(Debug, Default)]
pub(super) struct Leave<'a> {
    pub(super) owner: &'a str,
    pub(super) unspent: Option<u64>,
    pub(super) failure: Option<Lasting>,
    pub(super) hold: Change<'a>,
    pub(super) pauses: Change<'a>,
}

/// Why it did not do it, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nobody can use it now.
    Away(String),
    /// What lies under this name is not tok's, or not with this key.
    Strange(String),
}

pub(super) type Answer<T> = Result<T, Trouble>;

pub(super) trait Shelf {
    fn look(&self, names: &Names, limit: Duration) -> Answer<Raw>;
    fn take(&self, names: &Names, wish: &Wish, limit: Duration) -> Answer<Given>;
    /// Whether it was written: not where another generation lies there by now.
    fn put(&self, names: &Names, put: &Put, limit: Duration) -> Answer<bool>;
    /// Puts another value in the place of this generation's. Whether it did: not where it is being spent or somebody asks.
    fn amend(&self, names: &Names, generation: u64, value: &str, life: Duration, limit: Duration) -> Answer<bool>;
    fn leave(&self, names: &Names, leave: &Leave, limit: Duration) -> Answer<()>;
    /// Whether there was a token. With a generation it is about that alone; without, what is being asked for now is not
    /// written either, and whoever asks has no right to it any more.
    fn remove(&self, names: &Names, generation: Option<u64>, limit: Duration) -> Answer<bool>;
}
