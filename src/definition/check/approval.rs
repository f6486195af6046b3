//! The rules for what a person approves.

use super::answer::check_readers;
use super::exchange::with_an_x_for_each_field;
use super::named::no_field;
use crate::definition::approval::{
    Approval, BROWSER, Browser, CODE, CODE_CHALLENGE, CODE_VERIFIER, DEVICE, DEVICE_CODE, STATE,
};
use crate::definition::mistake::{Mistake, Place};
use crate::definition::schema::Definition;
use crate::definition::{request, template};
use crate::origin::BaseUrl;

pub(super) fn check(definition: &Definition, found: &mut Vec<Mistake>) {
    if let Some(browser) = &definition.browser {
        check_browser(definition, browser, found);
    }
    if let Some(device) = &definition.device {
        for (key, readers) in device.readers.iter() {
            check_readers("[device]", &Place::of(DEVICE, key), readers.iter(), found);
        }
    }
    for way in definition.ways() {
        let needed: (&str, &[&str]) = match definition.approval(way) {
            Some(Approval::Browser(_)) => (BROWSER, &[CODE, CODE_VERIFIER]),
            Some(Approval::Device(_)) => (DEVICE, &[DEVICE_CODE]),
            None => continue,
        };
        let (of, needed) = needed;
        let given = request::names(&definition.lets, definition.login(way).last);
        for name in needed.iter().filter(|name| !given.contains(name)) {
            let words = format!("[[login]] for [{of}] lays in no '{{{name}}}'");
            found.push(Place::top("login").mistake(words));
        }
    }
}

fn check_browser(definition: &Definition, browser: &Browser, found: &mut Vec<Mistake>) {
    let mut say = |key: &'static str, words: String| {
        found.push(Place::of(BROWSER, key).mistake(format!("[{BROWSER}] {words}")));
    };
    let queried: Vec<&str> = browser
        .request
        .query
        .values()
        .flat_map(|text| template::names(text))
        .collect();
    for name in [STATE, CODE_CHALLENGE] {
        if !queried.contains(&name) {
            say("query", format!("'query' lays in no '{{{name}}}'"));
        }
    }
    let path = &browser.redirect_path;
    if !path.starts_with('/') {
        say("redirect-path", "'redirect-path' starts with '/'".to_owned());
    } else if let Err(reason) = BaseUrl::parse(&format!("https://x{path}")) {
        say("redirect-path", format!("'redirect-path' {reason}"));
    }
    let Some(iss) = &browser.iss else { return };
    let is_plain = |name: &&str| definition.field(name).is_some_and(|field| !field.secret);
    match template::parse(iss) {
        Err(reason) => say("iss", format!("'iss': {reason}")),
        Ok(_) => match template::names(iss).iter().find(|name| !is_plain(name)) {
            Some(name) => say("iss", format!("'iss' {}", no_field(definition, &[], name))),
            None => {
                if let Err(reason) = BaseUrl::parse(&with_an_x_for_each_field(iss)) {
                    say("iss", format!("'iss' {reason}"));
                }
            }
        },
    }
}
