//! Whether a definition says who logs in, for whoever writes it.

use super::schema::{Definition, Field};
use super::value::Kind;

/// What a field that names a person is called, the likeliest first.
const LIKELY: [&str; 8] = [
    "username",
    "user",
    "login",
    "email",
    "mail",
    "member",
    "client",
    "identifier",
];

/// One remark for each way in which secrets alone tell one person from another.
pub(super) fn remarks(definition: &Definition) -> Vec<String> {
    if definition.ways().next().is_none() {
        return remark(definition, &[]).into_iter().collect();
    }
    // Who approved, the profile says.
    let ways = definition.ways().filter(|way| definition.approval(way).is_none());
    ways.filter_map(|way| remark(definition, way)).collect()
}

fn remark(definition: &Definition, way: &[String]) -> Option<String> {
    let in_another = |name: &String| !way.contains(name) && definition.ways().any(|way| way.contains(name));
    let of_way = || definition.fields.iter().filter(|field| !in_another(&field.name));
    let required = || of_way().filter(|field| !field.secret && field.is_required());
    let sent = definition.login(way).names();
    let has_secret = of_way().any(|field| field.secret && sent.contains(&field.name.as_str()));
    if !has_secret || required().any(|field| field.person) {
        return None;
    }
    let which = match way {
        [] => String::new(),
        way => format!("the way '{}': ", way.join("+")),
    };
    let likely = required().filter_map(|field| Some((rank(field)?, &field.name)));
    let likely = likely.min().map(|(_, name)| format!("; '{name}' looks like it"));
    Some(format!(
        "{which}no required field with 'person = true' says who logs in, so the secrets do, and are looked up for every call{}",
        likely.unwrap_or_default()
    ))
}

fn rank(field: &Field) -> Option<usize> {
    let is_name = matches!(field.kind, Kind::Text | Kind::Integer | Kind::Uuid);
    let is = |likely: &str| field.name.split('-').any(|word| word == likely);
    LIKELY.iter().position(|likely| is(likely)).filter(|_| is_name)
}
