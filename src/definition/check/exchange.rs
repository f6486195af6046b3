//! The rules for one request.

use super::answer::check_readers;
use super::placeholders::{self, is_own};
use super::reserved::reserved;
use super::table::Table;
use crate::definition::approval::is_way;
use crate::definition::exchange::Exchange;
use crate::definition::mistake::Mistake;
use crate::definition::request;
use crate::definition::schema::{Definition, Of};
use crate::definition::shape::keys;
use crate::definition::template::{self, Form, Part};
use crate::http::Method;
use crate::origin::BaseUrl;
use crate::origin::address::Address;

pub(super) fn check(definition: &Definition, of: Of, place: usize, exchange: &Exchange, found: &mut Vec<Mistake>) {
    let table = Table {
        definition,
        of,
        place,
        header: keys::header(of.table()),
        exchange,
    };
    table.body(found);
    table.address(found);
    table.belonging(found);
    table.answer(found);
    placeholders::check(&table, found);
}

impl Table<'_> {
    fn body(&self, found: &mut Vec<Mistake>) {
        let exchange = self.exchange;
        let mut say = |key, words: &str| found.push(self.mistake(key, words));
        if exchange.json.is_some() && exchange.form.is_some() {
            say("form", "takes 'json' or 'form', not both");
        }
        if exchange.method == Method::Get && (exchange.json.is_some() || exchange.form.is_some()) {
            say("method", "takes no 'json' and no 'form', since a GET has no body");
        }
        if let Some(name) = exchange.headers.keys().find(|name| !is_header_name(name)) {
            let name = name.escape_debug();
            say(
                "headers",
                &format!("'headers' has the name '{name}', which HTTP cannot carry"),
            );
        }
        let basic = exchange.basic.as_deref();
        if basic.is_some_and(|basic| request::pair(basic).is_none()) {
            say("basic", "'basic' is 'user:password'");
        }
    }

    fn address(&self, found: &mut Vec<Mistake>) {
        let exchange = self.exchange;
        let mut say = |key, words: &str| found.push(self.mistake(key, words));
        if !exchange.path.is_empty() && !exchange.path.starts_with('/') {
            say("path", "'path' starts with '/'");
        } else if exchange.path.contains(['?', '#']) {
            say("path", "'path' takes no '?' and no '#'; a query has a key of its own");
        } else if let Err(reason) = BaseUrl::parse(&format!("https://x{}", with_an_x_for_each_field(&exchange.path))) {
            say("path", &format!("'path' {reason}"));
        }
        let Some(url) = &exchange.url else { return };
        if !exchange.path.is_empty() {
            say("url", "takes 'url' or 'path', not both");
        }
        if let Some([Part::Field(name, form)]) = template::parse(url).ok().as_deref() {
            let taken = self.definition.taken().any(|taken| taken == *name);
            if !taken || *form != Form::AsIs {
                say("url", "'url' is an address, or '{name}' of one that a step takes");
            }
            return;
        }
        let host = url
            .split_once("://")
            .map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
        let plain = |name: &&str| self.definition.field(name).is_some_and(|field| !field.secret);
        if url.contains(['?', '#']) {
            say("url", "'url' takes no '?' and no '#'; a query has a key of its own");
        } else if let Err(reason) = Address::parse(&with_an_x_for_each_field(url)) {
            say("url", &format!("'url' {reason}"));
        } else if !template::names(host).iter().all(plain) {
            say(
                "url",
                "'url' takes fields that are not secret in its host, and no others",
            );
        } else if self.definition.url.is_none() {
            say(
                "url",
                "'url' is moved to the URL that the user gives, and the file has none of its own",
            );
        }
    }

    /// Keys that mean something in one table alone.
    fn belonging(&self, found: &mut Vec<Mistake>) {
        let exchange = self.exchange;
        let keys = [
            ("note", exchange.note.is_some(), Of::Revoke),
            ("reusable", exchange.reusable, Of::Refresh),
            ("take", !exchange.take.is_empty(), Of::Step),
            ("again", exchange.again, Of::Step),
            ("discovery", exchange.discovery, Of::Step),
            ("way", exchange.way.is_some(), Of::Login),
        ];
        for (key, is_there, of) in keys {
            if is_there && of != self.of {
                let home = keys::header(of.table());
                found.push(self.mistake(key, &format!("takes no '{key}'; that is for {home}")));
            }
        }
        if let Some(way) = exchange.way.as_ref().filter(|_| self.of == Of::Login)
            && !self.definition.ways().flatten().any(|field| field == way)
        {
            let words = if is_way(way) {
                format!("'way' names '{way}', and there is no [{way}]")
            } else {
                format!("'way' names no field of 'ways': '{way}'")
            };
            found.push(self.mistake("way", &words));
        }
    }

    fn answer(&self, found: &mut Vec<Mistake>) {
        let exchange = self.exchange;
        check_readers(
            &self.header,
            &self.at("take"),
            exchange.take.values().map(String::as_str),
            found,
        );
        let success = exchange
            .success
            .iter()
            .flat_map(|success| success.keys())
            .map(String::as_str);
        check_readers(&self.header, &self.at("success"), success, found);
        check_readers(
            &self.header,
            &self.at("error"),
            exchange.error.iter().flatten().map(String::as_str),
            found,
        );
        if exchange.status.contains(&429) {
            found.push(self.mistake("status", "'status' takes no 429, which asks for a pause"));
        }
        for name in exchange.take.keys() {
            let mut say = |words: &str| {
                let words = format!("{} 'take' {words}", self.header);
                found.push(self.at("take").at(name).mistake(words));
            };
            if !template::is_name(name) {
                say(&format!("has the name '{name}', and a name is [a-z][a-z0-9-]*"));
            } else if is_own(name)
                || reserved(self.definition).any(|reserved| reserved == name)
                || is_known(self.definition, name)
            {
                say(&format!("has the name '{name}', which something else has"));
            } else if self.of == Of::Step && !self.is_used(name) {
                say(&format!("takes '{name}', which no request behind it uses"));
            }
        }
    }

    fn is_used(&self, name: &str) -> bool {
        let mut others = self.definition.exchanges();
        others.any(|(of, place, other)| {
            (of != Of::Step || place > self.place) && request::names(&self.definition.lets, other).contains(&name)
        })
    }
}

/// Whether a field or a value has the name.
fn is_known(definition: &Definition, name: &str) -> bool {
    definition.field(name).is_some() || definition.lets.get(name).is_some()
}

/// What is left to check where a value can do no harm. Nothing where the template is broken.
pub(super) fn with_an_x_for_each_field(template: &str) -> String {
    let parts = template::parse(template).unwrap_or_default().into_iter();
    parts
        .map(|part| match part {
            Part::Text(text) => text,
            Part::Field(..) => "x".to_owned(),
        })
        .collect()
}

/// RFC 9110 section 5.6.2.
fn is_header_name(name: &str) -> bool {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_of_token)
}
