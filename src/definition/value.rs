//! A plain field's value and the check of its kind.

use std::net::IpAddr;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::error;
use crate::made::document;
use crate::origin::BaseUrl;
use crate::secret::Secret;
use crate::time::duration;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    #[default]
    Text,
    Integer,
    List,
    Duration,
    Uuid,
    Ip,
    Url,
    /// A private key; a whole document, as is the next one, and so only a secret.
    Pem,
    Json,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    List(Vec<String>),
    /// Whole seconds.
    Duration(Duration),
}

impl Kind {
    /// Reads what a flag, a variable or a profile says; several texts only for a list. The error is the reason alone.
    pub(crate) fn read(self, given: &[String]) -> Result<Value, String> {
        if given.is_empty() || given.iter().any(String::is_empty) {
            return Err("it is empty".to_owned());
        }
        if given.iter().any(|text| text.chars().any(char::is_control)) {
            return Err("it holds a control character".to_owned());
        }
        if self == Self::List {
            return Ok(Value::List(given.to_vec()));
        }
        let [text] = given else {
            return Err("it takes one value".to_owned());
        };
        let shown = text.escape_debug();
        match self {
            Self::Text | Self::List | Self::Pem | Self::Json => Ok(Value::Text(text.clone())),
            Self::Integer => text
                .parse()
                .map(Value::Integer)
                .map_err(|_| format!("'{shown}' is not a whole number")),
            Self::Duration => duration::parse(text).map(Value::Duration),
            Self::Uuid if is_uuid(text) => Ok(Value::Text(text.clone())),
            Self::Uuid => Err(format!(
                "'{shown}' is not a UUID such as 123e4567-e89b-12d3-a456-426614174000"
            )),
            Self::Ip => text
                .parse::<IpAddr>()
                .map(|address| Value::Text(address.to_string()))
                .map_err(|_| format!("'{shown}' is not an IP address")),
            Self::Url => BaseUrl::parse(text).map(|url| Value::Text(url.as_str().to_owned())),
        }
    }

    /// Whether a value is taken whole from where it lies, with all its lines.
    pub(crate) fn is_document(self) -> bool {
        matches!(self, Self::Pem | Self::Json)
    }

    /// Whether a document is what its kind promises; of other kinds every secret is. Exit 2, without a word of it.
    pub(crate) fn check_document(self, secret: &Secret) -> error::Result<()> {
        match self {
            Self::Pem => document::check_pem(secret),
            Self::Json => document::check_json(secret),
            _ => Ok(()),
        }
    }

    /// Splits what stands in one text, as in a variable: lists at commas.
    pub(crate) fn split(self, text: &str) -> Vec<String> {
        match self {
            Self::List => text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(str::to_owned)
                .collect(),
            _ => vec![text.to_owned()],
        }
    }
}

/// RFC 9562 section 4: 8-4-4-4-12 hexadecimal digits.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

impl Value {
    /// With its JSON type; a duration is a number of seconds.
    pub(crate) fn to_json(&self) -> Json {
        match self {
            Self::Text(text) => Json::from(text.as_str()),
            Self::Integer(number) => Json::from(*number),
            Self::List(items) => Json::from(items.clone()),
            Self::Duration(span) => Json::from(span.as_secs()),
        }
    }
}

/// As part of a text; lists with commas, a duration in seconds.
impl std::fmt::Display for Value {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Integer(number) => write!(formatter, "{number}"),
            Self::List(items) => formatter.write_str(&items.join(",")),
            Self::Duration(span) => write!(formatter, "{}", span.as_secs()),
        }
    }
}
