//! Whatever stands in a file, it is read or explained.

use jiff::Timestamp;
use proptest::prelude::*;

use crate::definition::request::{self, Inputs, Site, TOKENS};
use crate::definition::schema::Definition;
use crate::definition::{Catalogue, check, example};
use crate::error::Exit;
use crate::origin::BaseUrl;
use crate::secret::Secret;

use super::*;

/// The manual's files that have values of their own.
const WITH_VALUES: [&str; 3] = [
    include_str!("../../../cli/man/service.toml"),
    include_str!("../../../cli/man/signed.toml"),
    include_str!("../../../cli/man/code.toml"),
];

/// A whole file of which some lines were lost, doubled or cut, or took each other's place.
fn damaged() -> impl Strategy<Value = String> {
    let built_in = Catalogue::new(None).all().0.into_iter();
    let mut texts: Vec<String> = built_in.map(|vendor| vendor.text.into_owned()).collect();
    texts.extend(WITH_VALUES.map(str::to_owned));
    let damage = proptest::collection::vec((0..4, any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..6);
    (prop::sample::select(texts), damage).prop_map(|(text, damage)| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (kind, one, other) in damage {
            let (one, other) = (one.index(lines.len()), other.index(lines.len()));
            match kind {
                0 if lines.len() > 1 => drop(lines.remove(one)),
                1 => lines.insert(one, lines[other].clone()),
                2 => lines[one] = lines[one].chars().take(other).collect(),
                _ => lines.swap(one, other),
            }
        }
        lines.join("\n")
    })
}

/// What is read without a word keeps shape and rules; what is not is explained.
fn holds(text: &str) {
    match prove(text) {
        Ok(_) => {
            let definition: Definition = toml::from_str(text).unwrap();
            assert_eq!(check::mistakes(&definition), []);
            asks(&definition);
        }
        Err(faults) => {
            assert!(!faults.is_empty());
            let lines = text.lines().count().max(1) + 1;
            assert!(
                faults
                    .iter()
                    .all(|fault| (1..=lines).contains(&fault.line) && !fault.words.is_empty()),
                "{faults:?}"
            );
            let from_serde = [
                "invalid type",
                "unknown field",
                "missing field",
                "unknown variant",
                "did not match",
            ];
            let of_serde = |fault: &Fault| from_serde.iter().any(|start| fault.words.starts_with(start));
            assert!(!faults.iter().any(of_serde), "{faults:?}");
        }
    }
}

/// Every request can be made, or one of its values is told of.
fn asks(definition: &Definition) {
    let secrets = definition.fields.iter().filter(|field| field.secret);
    let names = secrets.map(|field| field.name.as_str()).chain(TOKENS);
    let plain = example::samples(definition);
    let secrets = names.map(|name| (name.to_owned(), Secret::new("x"))).collect();
    let mut inputs = Inputs::new(&plain, secrets, Timestamp::UNIX_EPOCH);
    inputs.taken = definition.taken().map(|name| (name.to_owned(), None)).collect();
    let base = BaseUrl::parse("https://x.example").unwrap();
    let site = Site {
        base: &base,
        given: false,
    };
    for (_, _, exchange) in definition.exchanges() {
        request::renew(&definition.lets, &mut inputs, Timestamp::UNIX_EPOCH);
        if let Err(error) = request::build(&definition.lets, exchange, &site, &mut inputs) {
            // The latter where an address is taken that no step gave.
            assert!(matches!(error.exit, Exit::Usage | Exit::Vendor), "{error}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_explained(text in "(?s).*") {
        holds(&text);
    }

    #[test]
    fn any_toml_is_explained(text in r#"((\[{0,2}(login|answer|field|x)\]{0,2}|(about|token|json|ways|status)) ?=? ?('a'|"[{}/]*"|1|true|\[\['a'\]\]|\{ a = '\{b\}' \}|2020-01-01)?\n){0,12}"#) {
        holds(&text);
    }

    #[test]
    fn any_damage_is_explained(text in damaged()) {
        holds(&text);
    }
}
