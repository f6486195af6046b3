//! Holds a definition against the answers and the values that it documents.

mod answer;
mod sample;
mod value;

use super::mistake::{Mistake, Place};
use super::schema::{Definition, Example, Of};

pub(super) use answer::read;
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

/// The first example of a table that is answered with a token or, if `good` is false, refused.
pub(crate) fn first(definition: &Definition, of: Of, good: bool) -> Option<&Example> {
    let exit = if good { 0 } else { 4 };
    definition
        .examples
        .iter()
        .find(|example| example.of == of && example.exit == exit)
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
            for of in [true, false] {
                assert!(first(&vendor.definition, Of::Login, of).is_some(), "{}", vendor.name);
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
