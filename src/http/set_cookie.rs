//! One `Set-Cookie` header (RFC 6265 section 5.2).

use jiff::Timestamp;

pub(super) struct SetCookie<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    domain: Option<&'a str>,
    pub(super) path: Option<&'a str>,
    pub(super) secure: bool,
    /// It takes a cookie away.
    pub(super) ended: bool,
}

impl<'a> SetCookie<'a> {
    /// `now` is the server's clock.
    pub(super) fn parse(header: &'a str, now: Timestamp) -> Option<Self> {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let mut set = Self {
            name: name.trim(),
            value: value.trim(),
            domain: None,
            path: None,
            secure: false,
            ended: false,
        };
        let mut age = None;
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "domain" => set.domain = Some(value.trim_start_matches('.')).filter(|domain| !domain.is_empty()),
                "path" => set.path = Some(value).filter(|path| path.starts_with('/')),
                "secure" => set.secure = true,
                "max-age" => age = value.parse().ok().or(age),
                "expires" => set.ended = date(value).is_some_and(|end| end <= now),
                _ => {}
            }
        }
        set.ended = age.map_or(set.ended, |age: i64| age <= 0);
        Some(set).filter(|set| !set.name.is_empty())
    }

    /// Not where it is another host's.
    pub(super) fn may_come_from(&self, host: &str) -> bool {
        self.domain.is_none_or(|domain| {
            let above = host
                .len()
                .checked_sub(domain.len())
                .and_then(|at| host.split_at_checked(at));
            above.is_some_and(|(below, own)| {
                own.eq_ignore_ascii_case(domain) && (below.is_empty() || below.ends_with('.'))
            })
        })
    }
}

/// Also in the old form with `-` between day, month and year.
pub(super) fn date(text: &str) -> Option<Timestamp> {
    let date = jiff::fmt::rfc2822::parse(&text.replace('-', " ")).ok()?;
    Some(date.timestamp())
}
