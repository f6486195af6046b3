//! Holds a definition against the answers and the values that it documents.

mod answer;
mod sample;
mod value;

use super::mistake::{Mistake, Place};
use super::plan::Plan;
use super::schema::{Definition, Example, Of};
use answer::exchange;

pub(super) use answer::{answer, read};
#[cfg(test)]
pub(crate) use sample::samples;
pub(crate) use sample::{given, sample};

/// Every example that is read otherwise than it says, or that says nothing.
pub(crate) fn mistakes(definition: &Definition) -> Vec<Mistake> {
    let mut found = Vec::new();
    for (nth, example) in definition.examples.iter().enumerate() {
        if example.status == 0 && example.of != Of::Let {
            // Its shape has told of it.
            continue;
        }
        let mut say = |key: &'static str, words: &str| {
            found.push(Place::nth("example", nth, key).mistake(format!("the example {words}")));
        };
        let rules = match example.of {
            Of::Let => value::rules(definition, example),
            _ => answer::rules(definition, example),
        };
        for (_, key, words) in rules.iter().filter(|(broken, ..)| *broken) {
            say(key, words);
        }
        if rules.iter().all(|(broken, ..)| !broken)
            && let Err(difference) = check(definition, example)
        {
            say("", &format!("is read otherwise than documented: {difference}"));
        }
    }
    found
}

/// What was read or made differs from what the example says; one sentence.
pub(crate) fn check(definition: &Definition, example: &Example) -> Result<(), String> {
    match example.of {
        Of::Let => value::check(definition, example),
        _ => answer::check(definition, example),
    }
}

/// The answers to a plan's requests: to each the first example that exits 0, to the last one, if `good` is false, the first
/// that refuses it. The error names what has no such example.
pub(crate) fn answers<'a>(definition: &'a Definition, plan: &Plan, good: bool) -> Result<Vec<&'a Example>, String> {
    plan.sent()
        .map(|wanted| {
            let exit = if good || !std::ptr::eq(wanted, plan.last) { 0 } else { 4 };
            let is_of = |example: &&Example| exchange(definition, example).is_some_and(|own| std::ptr::eq(own, wanted));
            let mut examples = definition.examples.iter().filter(is_of);
            examples.find(|example| example.exit == exit).ok_or_else(|| {
                let mut exchanges = definition.exchanges();
                let found = exchanges.find(|(.., exchange)| std::ptr::eq(*exchange, wanted));
                let (of, place) = found.map_or((Of::Login, 0), |(of, place, _)| (of, place));
                let which = if place > 0 {
                    format!(" {}", place + 1)
                } else {
                    String::new()
                };
                format!(
                    "the definition has no [[example]] of a {}{which} that exits {exit}",
                    of.table()
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::definition::Catalogue;
    use crate::definition::check;

    use super::*;

    #[test]
    fn every_documented_answer_of_every_built_in_vendor_is_read_as_documented() {
        let (vendors, broken) = Catalogue::new(None).all();
        assert!(broken.is_empty(), "{broken:?}");
        assert!(vendors.len() >= 6);
        for vendor in vendors {
            for good in [true, false] {
                let plan = vendor.definition.login(vendor.definition.first_way());
                assert!(answers(&vendor.definition, &plan, good).is_ok(), "{}", vendor.name);
            }
            for example in &vendor.definition.examples {
                assert_eq!(
                    check(&vendor.definition, example),
                    Ok(()),
                    "{}: {}",
                    vendor.name,
                    example.body
                );
            }
        }
    }

    #[test]
    fn every_built_in_definition_keeps_the_rules_of_the_schema() {
        for vendor in Catalogue::new(None).all().0 {
            assert_eq!(
                check::mistakes(&vendor.definition),
                Vec::<Mistake>::new(),
                "{}",
                vendor.name
            );
        }
    }
}
