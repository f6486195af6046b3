//! What the stand-in and the tests both know: the accounts that exist, what a test can ask for, what is recorded.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The accounts. Every user of a vendor has the same password, so that a test can be two persons at once.
pub(crate) mod account {
    pub(crate) const MODULUS_USERNAMES: [&str; 2] = ["api-user", "second-user"];
    pub(crate) const MODULUS_PASSWORD: &str = "m0dulus-S3cret";

    pub(crate) const JMVSTREAM_EMAILS: [&str; 2] = ["video@example.com", "second@example.com"];
    pub(crate) const JMVSTREAM_PASSWORD: &str = "jmv pass phrase";
    pub(crate) const JMVSTREAM_RESOURCE: &str = "0b9fc5a6-3f5b-4d0e-9d7c-2a4f0f6a1c11";

    pub(crate) const CRMCOM_ORGANISATION: &str = "CRMDEMO";
    pub(crate) const CRMCOM_UNIT: &str = "EE63A82C4FEBE02FF34E90DD1EBA5ABE";
    pub(crate) const CRMCOM_USERNAMES: [&str; 2] = ["mpadministrator", "second-administrator"];
    pub(crate) const CRMCOM_PASSWORD: &str = "crm-1234-secret";
    pub(crate) const CRMCOM_AUTHENTICATION_CODES: [&str; 5] = [
        "crm-auth-code-1",
        "crm-auth-code-2",
        "crm-auth-code-3",
        "crm-auth-code-4",
        "crm-auth-code-5",
    ];
    pub(crate) const CRMCOM_IDENTIFIERS: [&str; 2] = ["crm-identifier", "second-identifier"];
    pub(crate) const CRMCOM_PASS_CODE: &str = "crm-pass-code-99";

    pub(crate) const STARSHIP_USERNAMES: [&str; 2] = ["reward-api", "second-api"];
    pub(crate) const STARSHIP_PASSWORD: &str = "stars!hip$ecret";

    pub(crate) const DATA8_USERNAMES: [&str; 2] = ["d8-user", "second-d8"];
    /// Needs escaping in JSON.
    pub(crate) const DATA8_PASSWORD: &str = "d8-\"quoted\\secret";

    /// The whole token endpoint is the user's to give.
    pub(crate) const OAUTH2_PATH: &str = "/oauth2/token";
    /// Both need form-encoding before they go into HTTP Basic.
    pub(crate) const OAUTH2_CLIENT_IDS: [&str; 2] = ["client:one & only", "second client"];
    pub(crate) const OAUTH2_CLIENT_SECRET: &str = "s3cr+t%41/é:=?";
}

/// How the server departs from the usual, set by a test. A request takes every matching behaviour without `times`, later
/// ones on top, and the first matching one that has some left: two behaviours for one request each are answers in a row.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Behaviour {
    /// Only requests whose path begins so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// Only so many requests; absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<u32>,
    /// A fixed answer; nothing is issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<Fixed>,
    /// The vendor's own refusal with this text in its place. `{secret}`, `{secret:url}` and `{body}` stand for what was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refuse: Option<String>,
    /// The vendor's own 429.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) too_many: Option<RetryAfter>,
    /// What stands in the token's place; any JSON value, `null` as well.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<Value>,
    /// The refresh token's place, where the vendor has one; `null` leaves the member out.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_token: Option<Value>,
    /// Seconds that a token lasts. A vendor that does not say it says it in a JWT then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lifetime: Option<i64>,
    /// Seconds by which the vendor's clock is ahead, in `Date` and in all that is absolute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clock: Option<i64>,
    /// No `Date` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) undated: Option<bool>,
    /// Milliseconds before the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delay: Option<u64>,
    /// The connection ends after so many bytes of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cut: Option<usize>,
    /// So many bytes of the body every so many milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) drip: Option<(usize, u64)>,
    /// The connection ends without an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) close: Option<bool>,
    /// The body is filled up with blanks to so many bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<usize>,
}

impl Behaviour {
    /// Lays another on top: what it says counts, the rest stays.
    pub(crate) fn lay(&mut self, top: Self) {
        macro_rules! lay {
            ($($member:ident)*) => { $(if top.$member.is_some() { self.$member = top.$member; })* };
        }
        lay!(path times answer refuse too_many token refresh_token lifetime clock undated delay cut drip close size);
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Fixed {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RetryAfter {
    Absent,
    Text(String),
    /// An HTTP date so many seconds from now on the vendor's clock.
    DateIn(i64),
}

/// A request as it came.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Recorded {
    pub(crate) method: String,
    /// The target as sent, with the query.
    pub(crate) path: String,
    /// Names in lower case, in order.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// Milliseconds since 1970.
    pub(crate) at: u64,
    /// The status of the answer; 0 where the connection was closed instead.
    pub(crate) status: u16,
    /// What the vendor's document does not allow in this request.
    pub(crate) complaint: Option<String>,
    /// The token that was given for it.
    pub(crate) token: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Log {
    pub(crate) requests: Vec<Recorded>,
    /// Connections that were opened, those without a request included.
    pub(crate) connections: usize,
}

/// What the server prints when it is ready.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Ports {
    pub(crate) port: u16,
    pub(crate) control: u16,
}

/// A member that is there, even as `null`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
