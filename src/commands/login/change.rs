//! What the profile says after a login.

use toml_edit::{Array, Value as Toml};

use crate::cli::Call;
use crate::definition::value::Value;
use crate::inputs::config::Profile;
use crate::inputs::config_edit::Change;
use crate::inputs::{Chosen, Source};

/// Every value that was given, nothing of a way that is not taken, and no command that
/// would go before a secret kept in the keyring.
pub(super) fn change(call: &Call, chosen: &Chosen, profile: &Profile, kept: &[&str]) -> Change {
    let vendor = &call.vendor;
    let mut change = Change::default();
    for (name, value) in &chosen.plain {
        if chosen.sources.get(name) != Some(&Source::Default) {
            change.set.push((name.clone(), toml_of(value)));
        }
    }
    if chosen.url.is_some() {
        change.set.push(("url".to_owned(), chosen.base.as_str().into()));
    }
    if let Some(variable) = &call.variable {
        change.set.push(("variable".to_owned(), variable.into()));
    }
    for (key, span) in [("min-ttl", call.min_ttl), ("timeout", call.timeout)] {
        change
            .set
            .extend(span.map(|span| (key.to_owned(), format!("{}s", span.as_secs()).into())));
    }
    let is_secret = |name: &String| vendor.definition.field(name).is_some_and(|field| field.secret);
    // A plain field shows by itself which way is taken, and where a browser can be opened the machine does.
    if let Some(approval) = call.flags.approval {
        change.set.push(("way".to_owned(), approval.into()));
    }
    match chosen.way.first().filter(|_| chosen.way.iter().all(is_secret)) {
        Some(first) => change.set.push(("way".to_owned(), first.into())),
        None if call.flags.approval.is_none() && profile.way.as_ref().is_none_or(|way| !chosen.way.contains(way)) => {
            change.remove.push("way".to_owned());
        }
        None => {}
    }
    for field in &vendor.definition.fields {
        let name = &field.name;
        if vendor.is_in_another_way(name, &chosen.way) {
            change.remove.extend([name.clone(), format!("{name}-command")]);
        }
    }
    change.remove.extend(kept.iter().map(|name| format!("{name}-command")));
    change
}

fn toml_of(value: &Value) -> Toml {
    match value {
        Value::Text(text) => text.into(),
        Value::Integer(number) => (*number).into(),
        Value::List(items) => Toml::Array(items.iter().collect::<Array>()),
        Value::Duration(span) => format!("{}s", span.as_secs()).into(),
    }
}
