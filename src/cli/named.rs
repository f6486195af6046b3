//! An argument whose value is one of a few names.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command};

use crate::text::suggest;

/// Takes one of these names, or an alias that is not told of.
#[derive(Debug, Clone)]
pub(super) struct Named<T> {
    pub(super) find: fn(&str) -> Option<T>,
    pub(super) names: Vec<&'static str>,
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Named<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<T, clap::Error> {
        let named = self.clone();
        let parse = move |text: &str| {
            (named.find)(text).ok_or_else(|| {
                let near = suggest::nearest(text, named.names.iter().copied());
                let near = near.map(|near| format!(", did you mean {near}?")).unwrap_or_default();
                format!(
                    "'{}' is not one of {}{near}",
                    text.escape_debug(),
                    named.names.join(", ")
                )
            })
        };
        parse.parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.names.iter().map(PossibleValue::new)))
    }
}
