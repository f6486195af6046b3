//! A request as the definition's reader makes it, and an answer as it came.

use jiff::Timestamp;
use serde::Deserialize;
use ureq::http::uri::Scheme;
use ureq::http::{self, HeaderName, HeaderValue, Uri, header};

use super::set_cookie::{SetCookie, date};
use crate::error::{Error, Result};
use crate::secret::Secret;

/// Below the size of the client's buffer, which has to hold a header as a whole.
const LONGEST_HEADER: usize = 1 << 16;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Method {
    Get,
    #[default]
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

pub(crate) struct Request {
    pub(crate) method: Method,
    /// Percent-encoded, with its query.
    pub(crate) url: String,
    /// Of the URL.
    pub(crate) origin: String,
    pub(crate) loopback: bool,
    pub(crate) headers: Vec<(String, Secret)>,
    pub(crate) body: Option<Body>,
}

pub(crate) struct Body {
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Secret,
}

/// An answer may hold a token, so it has no `Debug`.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case, in the order in which they came; without those whose value is not ASCII.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Without a header.
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// The first of this name, which is in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The value that a cookie has from now on; nothing where it is taken away.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let last = self.set_cookies().filter(|set| set.name == name).last()?;
        (!last.ended).then_some(last.value)
    }

    pub(super) fn set_cookies(&self) -> impl Iterator<Item = SetCookie<'_>> {
        let now = self.header("date").and_then(date).unwrap_or_else(Timestamp::now);
        let set = self.headers.iter().filter(|(name, _)| name == "set-cookie");
        set.filter_map(move |(_, value)| SetCookie::parse(value, now))
    }
}

impl Request {
    /// What stands behind the scheme of an `Authorization` header.
    pub(crate) fn credentials(&self) -> Option<Secret> {
        let (_, value) = self
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
        value
            .expose()
            .split_once(' ')
            .map(|(_, credentials)| Secret::new(credentials))
    }
}

pub(super) type Call = http::Request<Option<Vec<u8>>>;

impl Request {
    pub(super) fn to_call(&self) -> Result<Call> {
        let url: Uri = self
            .url
            .parse()
            .map_err(|_| Error::usage("the request's URL is too long or holds a character that a URL cannot"))?;
        if !self.loopback && url.scheme() != Some(&Scheme::HTTPS) {
            return Err(Error::usage("a request to another machine goes over https only"));
        }
        let mut call = Call::new(None);
        *call.uri_mut() = url;
        *call.method_mut() = match self.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        };
        // One that may have a body says that it is empty.
        if !matches!(self.method, Method::Get | Method::Delete) {
            *call.body_mut() = Some(Vec::new());
        }
        for (name, value) in &self.headers {
            let (name, value) = to_header(name, value)?;
            call.headers_mut().append(name, value);
        }
        if let Some(body) = &self.body {
            call.headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static(body.content_type));
            *call.body_mut() = Some(body.bytes.expose().into());
        }
        Ok(call)
    }
}

/// Before it is sent, so that the error may say whose the value is.
pub(crate) fn check_header(name: &str, value: &Secret) -> Result<()> {
    to_header(name, value).map(|_| ())
}

/// Behind those that the request names itself, which fit.
pub(super) fn add_cookies(call: &mut Call, cookies: &str) -> Result<()> {
    let written = call.headers().get(header::COOKIE).and_then(|value| value.to_str().ok());
    let all = written.map_or_else(|| cookies.to_owned(), |written| format!("{written}; {cookies}"));
    let (name, value) = to_header("cookie", &Secret::new(all)).map_err(|error| Error::vendor(error.text()))?;
    call.headers_mut().insert(name, value);
    Ok(())
}

/// Blanks at the ends and letters outside ASCII are refused as well: whoever reads a header takes them off or guesses.
pub(super) fn to_header(name: &str, value: &Secret) -> Result<(HeaderName, HeaderValue)> {
    let fault = |why| Error::usage(format!("the header {name}: its {why}"));
    let value = value.expose();
    if value.len() > LONGEST_HEADER {
        return Err(fault("value is longer than 64 KiB"));
    }
    let key = name.parse().map_err(|_| fault("name is not one that HTTP can carry"))?;
    let mut value = HeaderValue::from_str(value)
        .ok()
        .filter(|header| header.to_str().is_ok() && value.trim_matches([' ', '\t']) == value)
        .ok_or_else(|| fault("value is not one that HTTP can carry"))?;
    value.set_sensitive(true);
    Ok((key, value))
}
