//! What is right in a vendor's file and may yet not be meant so.

use super::pointers::{self, Sought};
use super::reader::Reading;
use super::schema::{Definition, Example, Of};
use super::{example, person, way};
use crate::text::words;

/// One sentence each, fit for a message.
pub(crate) fn remarks(definition: &Definition) -> Vec<String> {
    let mut remarks = person::remarks(definition);
    remarks.extend(way::remarks(definition));
    let first = definition.first_way();
    if definition.examples.is_empty() {
        remarks
            .push("there is no [[example]], so nothing shows that an answer is read as the vendor means it".to_owned());
    } else if example::answers(definition, &definition.login(first), true).is_err() {
        remarks.push("no [[example]] shows a login that gives a token, which `tok demo` would need".to_owned());
    }
    let sought = pointers::of(&definition.answer).into_iter();
    let vain = sought.filter(|sought| is_vain(sought, definition));
    remarks.extend(vain.map(|sought| format!("[answer] {} in any [[example]]", sought.finds_nothing())));
    if !has_end(definition) {
        remarks.push(
            "[answer] does not say how long a token lasts: one that does not say so itself, as a JWT can, is not kept, and \
             every call logs in; 'lifetime' says it"
                .to_owned(),
        );
    }
    remarks.iter().map(|remark| words::one_line(remark)).collect()
}

fn gives(example: &Example) -> bool {
    matches!(example.of, Of::Login | Of::Refresh) && example.exit == 0
}

/// Whether there are examples that could show what is sought, and none does.
fn is_vain(sought: &Sought, definition: &Definition) -> bool {
    let could = |example: &&Example| match sought.key {
        "success" => true,
        "error" => example.exit != 0,
        // What is shown where it is there need not be in any documented answer.
        "extras" => false,
        _ => gives(example),
    };
    let examples = definition
        .examples
        .iter()
        .filter(|example| example.of != Of::Let)
        .filter(could);
    let answers: Vec<_> = examples.map(example::answer).collect();
    let readings = answers.iter().map(Reading::of);
    let mut readings = readings.filter(|reading| sought.applies(reading)).peekable();
    readings.peek().is_some() && !readings.any(|reading| sought.finds_something(&reading))
}

/// Whether a token's end is known, as far as the examples show it.
fn has_end(definition: &Definition) -> bool {
    let rules = &definition.answer;
    let mut examples = definition.examples.iter().filter(|example| gives(example)).peekable();
    if rules.lifetime.is_some() {
        true
    } else if examples.peek().is_none() {
        [&rules.expires_at, &rules.expires_in, &rules.expires_in_ms]
            .into_iter()
            .any(Option::is_some)
    } else {
        let read = |example| example::read(definition, example).ok().flatten();
        examples.any(|example| read(example).is_some_and(|grant| grant.lifetime.is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::{Catalogue, lint};

    const REQUEST: &str = "about = 'x'\n[login]\n[answer]\ntoken = '/t'\n";
    const NO_END: &str = "[answer] does not say how long a token lasts";

    fn said(rules: &str, bodies: &[&str]) -> Vec<String> {
        let examples = bodies.iter().map(|body| {
            let exit = if body.contains("\"t\"") {
                "token = 'a'"
            } else {
                "exit = 6"
            };
            format!("[[example]]\nstatus = 200\nbody = '{body}'\n{exit}\n")
        });
        let text = format!("{REQUEST}{rules}\n{}", examples.collect::<String>());
        remarks(&lint::prove(&text).unwrap())
    }

    #[test]
    fn a_built_in_vendor_leaves_nothing_to_remark_on_but_a_way_that_is_only_a_secret() {
        for vendor in Catalogue::new(None).all().0 {
            let known = match vendor.name.as_str() {
                "crmcom" => "the way 'authentication-code': no required field with 'person = true'",
                "exchange" | "google" => "no required field with 'person = true'",
                _ => "nothing",
            };
            let is_known = |remark: &String| remark.starts_with(known);
            assert!(remarks(&vendor.definition).iter().all(is_known), "{}", vendor.name);
        }
    }

    #[test]
    fn an_example_is_missed() {
        let none = said("lifetime = '1h'", &[]);
        assert!(
            none.len() == 1 && none[0].starts_with("there is no [[example]]"),
            "{none:?}"
        );
        let refusal = said("lifetime = '1h'", &["{}"]);
        assert!(
            refusal.len() == 1 && refusal[0].starts_with("no [[example]] shows"),
            "{refusal:?}"
        );
        assert_eq!(said("lifetime = '1h'", &[r#"{"t": "a"}"#]), [""; 0]);
    }

    #[test]
    fn a_pointer_that_finds_nothing_in_any_example_is_named() {
        let token = r#"{"t": "a", "in": 60, "id": null}"#;
        for (rules, said_first) in [
            (
                "expires_in = '/in'\nrefresh_token = ['/r', '/d/r']",
                "'refresh_token' finds nothing at '/r' or '/d/r'",
            ),
            (
                "expires_in = '/in'\nsuccess = { '/ok' = true }",
                "'success' finds nothing at '/ok'",
            ),
            (
                "expires_at = '/at'\nexpires_in = '/in'",
                "'expires_at' finds nothing at '/at'",
            ),
            (
                "expires_in = '/in'\nerror = ['/e', '/m']",
                "'error' finds nothing at '/e' or '/m'",
            ),
        ] {
            let remarks = said(rules, &[token, "{}"]);
            assert_eq!(
                remarks,
                [format!("[answer] {said_first} in any [[example]]")],
                "{rules}"
            );
        }
        // Only what an example could show.
        assert_eq!(said("expires_in = '/in'\nerror = ['/e']", &[token]), [""; 0]);
        assert_eq!(said("expires_in = '/in'\nextras = { id = '/id' }", &[token]), [""; 0]);
    }

    #[test]
    fn a_vendor_that_names_no_end_is_remarked_on() {
        let ends = |rules: &str, body: &str| !said(rules, &[body]).iter().any(|remark| remark.starts_with(NO_END));
        assert!(!ends("", r#"{"t": "a"}"#));
        assert!(!ends("expires_in = '/in'", r#"{"t": "a"}"#));
        assert!(ends("expires_in = '/in'", r#"{"t": "a", "in": 60}"#));
        assert!(ends("lifetime = '1h'", r#"{"t": "a"}"#));
        let none = said("", &[]);
        assert!(none.iter().any(|remark| remark.starts_with(NO_END)), "{none:?}");
        assert_eq!(said("expires_in = '/in'", &[]).len(), 1);
    }
}
