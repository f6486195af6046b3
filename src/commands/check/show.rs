//! `tok vendors check --show FILE`: each request as it would be sent, and nothing is.
//!
//! No profile, variable, keyring or secret is looked at. A secret is shown as `***`, what a step would take or a person
//! approve as `{name}`; a field that is needed and not given is what `tok demo` would give.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;

use super::App;
use super::stand_in;
use crate::cli;
use crate::definition::approval::Approval;
use crate::definition::exchange::Exchange;
use crate::definition::plan::Plan;
use crate::definition::request::{self, Inputs, TOKENS, Taken};
use crate::definition::{Vendor, example};
use crate::error::{Error, Result};
use crate::http::Request;
use crate::inputs::config::{Profile, Profiles};
use crate::inputs::{Chosen, Flags, Session, Settings};
use crate::secret::Secret;
use crate::terminal::voice::{Verbosity, Voice};
use crate::time::clock;
use crate::time::deadline::Deadline;

pub(super) fn requests(app: &App, vendor: Vendor, words: Vec<OsString>) -> Result<String> {
    let call = cli::call(vendor, words, &app.catalogue)?;
    let vendor = &call.vendor;
    let mut settings = Settings {
        flags: call.flags.clone(),
        variables: false,
        keyring: false,
        no_input: true,
        ..Settings::of(vendor, &app.catalogue, &Profiles::default(), Profile::default())?
    };
    let way = settings.way()?;
    complete(&mut settings.flags, vendor, &way);
    let session = Session::new(
        &settings,
        Deadline::after(crate::options::LIMIT),
        Voice(Verbosity::Quiet),
    );
    let chosen = session.choose(false)?;
    let plans = [
        ("login", Some(chosen.login_plan())),
        ("refresh", chosen.refresh_plan()),
        ("revoke", chosen.revoke_plan()),
    ];
    let mut text = String::new();
    for (what, plan) in plans {
        let Some(plan) = plan else { continue };
        let count = plan.exchanges().count();
        let browsed = plan.approval.and_then(|approval| match approval {
            Approval::Browser(browser) => Some(&browser.request),
            Approval::Device(_) => None,
        });
        for (place, exchange) in plan.exchanges().enumerate() {
            let which = if count > 1 {
                format!(", {} of {count}", place + 1)
            } else {
                String::new()
            };
            let by = if browsed.is_some_and(|browsed| std::ptr::eq(browsed, exchange)) {
                ", by the browser"
            } else {
                ""
            };
            let shown = shown(&chosen, &plan, exchange).map_err(|error| error.of(&vendor.name))?;
            let _ = writeln!(text, "# {what}{which}{by}\n{shown}");
        }
    }
    Ok(text)
}

/// With what is needed and not given.
fn complete(flags: &mut Flags, vendor: &Vendor, way: &[String]) {
    if vendor.definition.url.is_none() && flags.url.is_none() {
        flags.url = Some(format!("https://{}.example.com", vendor.name));
    }
    for field in vendor.plain_fields().filter(|field| field.is_required()) {
        let unused = flags.url.is_some() && vendor.is_only_in_url(&field.name);
        if !unused && !vendor.is_in_another_way(&field.name, way) {
            let sample = || example::sample(field);
            flags.plain.entry(field.name.clone()).or_insert_with(sample);
        }
    }
}

fn shown(chosen: &Chosen, plan: &Plan, exchange: &Exchange) -> Result<String> {
    let secrets = chosen.secrets(plan).into_iter().map(|field| field.name.as_str());
    let secrets = secrets.chain(TOKENS);
    let names = plan.steps.iter().flat_map(|step| step.take.keys());
    let addresses: Vec<&str> = plan.exchanges().filter_map(|other| other.url.as_deref()).collect();
    let taken = names.map(|name| {
        let mut value = mark(name);
        if addresses.contains(&format!("{{{name}}}").as_str()) {
            value = format!("{}/{value}", chosen.base.origin());
        }
        let taken = Taken {
            value: value.into(),
            discovered: true,
        };
        (name.clone(), Some(taken))
    });
    let lets = &chosen.vendor.definition.lets;
    let secrets = secrets.map(|name| (name.to_owned(), stand_in::secret(exchange, name)));
    let secrets = secrets.collect();
    let mut inputs = Inputs::new(&chosen.plain, secrets, clock::now()).with(stand_in::made(lets));
    inputs.taken = taken.collect::<BTreeMap<_, _>>();
    let approved = plan.approval.map_or(&[][..], Approval::values);
    inputs.approved = approved.iter().map(|name| (*name, Secret::new(mark(name)))).collect();
    let request = request::build(lets, exchange, &chosen.site(), &mut inputs)?;
    let mut text = stand_in::hidden(&written(&request, exchange.basic.is_some())?);
    for name in inputs.taken.keys().map(String::as_str).chain(approved.iter().copied()) {
        let mark = mark(name);
        text = text
            .replace(&format!("{}/{mark}", chosen.base.origin()), &format!("{{{name}}}"))
            .replace(&mark, &format!("{{{name}}}"));
    }
    Ok(text)
}

/// Stands for what a step takes or an approval gives. No encoding changes it.
fn mark(name: &str) -> String {
    format!("toktakes-{name}-7e1b0c5d")
}

fn written(request: &Request, basic: bool) -> Result<String> {
    let mut text = format!("{} {}\n", request.method.name(), request.url);
    let body = request.body.as_ref();
    let content_type = body.map(|body| ("Content-Type".to_owned(), Secret::new(body.content_type)));
    for (name, value) in request.headers.iter().chain(&content_type) {
        let value = match value.expose().split_once(' ') {
            // It holds the secret in base64.
            Some((scheme, _)) if basic && scheme == "Basic" => "Basic ***",
            _ => value.expose(),
        };
        let _ = writeln!(text, "{name}: {value}");
    }
    if let Some(body) = body {
        let _ = writeln!(text, "\n{}", body.bytes.expose());
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Error::usage("a field holds a control character"));
    }
    Ok(text)
}
