//! Secrets that are whole documents: whether one has the shape that its kind promises, before anything is done with it.

use serde_json::Value as Json;

use super::key;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// A private key in PEM that something can be signed with.
pub(crate) fn check_pem(document: &Secret) -> Result<()> {
    key::pem(document.expose()).map(|_| ())
}

/// A JSON object.
pub(crate) fn check_json(document: &Secret) -> Result<()> {
    match serde_json::from_str(document.expose()) {
        Ok(Json::Object(_)) => Ok(()),
        Ok(_) => Err(Error::usage("it is JSON, but not an object")),
        Err(error) if error.is_eof() => Err(Error::usage("its JSON ends too early")),
        Err(error) => Err(Error::usage(format!("it is not JSON: line {} is wrong", error.line()))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_json_document_is_an_object() {
        let said = |text: &str| check_json(&Secret::new(text)).map_err(|error| error.text().to_owned());
        assert_eq!(said(" {\"a\": 1}\n"), Ok(()));
        for (text, why) in [
            ("[1]", "it is JSON, but not an object"),
            ("\"hunter2\"", "it is JSON, but not an object"),
            ("{\"type\":", "its JSON ends too early"),
            ("", "its JSON ends too early"),
            ("{\n  hunter2\n}", "it is not JSON: line 2 is wrong"),
            ("{} {}", "it is not JSON: line 1 is wrong"),
        ] {
            assert_eq!(said(text), Err(why.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_pem_document_is_a_private_key() {
        let said = |text: &str| check_pem(&Secret::new(text));
        assert_eq!(said(include_str!("key/fixtures/rsa.pkcs1.pem")), Ok(()));
        assert!(said(include_str!("key/fixtures/rsa.jwk")).is_err());
        assert!(said(include_str!("key/fixtures/rsa.public.pem")).is_err());
    }

    proptest! {
        #[test]
        fn no_document_makes_it_panic(text in ".*") {
            let _ = check_pem(&Secret::new(text.as_str()));
            let _ = check_json(&Secret::new(text));
        }
    }
}
