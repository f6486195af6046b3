//! The values that were set: from the first that has one of flag, named profile, variable, default profile and default.

use super::{Settings, Source};
use crate::definition::schema::Field;
use crate::definition::value::{Kind, Value};
use crate::error::Result;

impl Settings<'_> {
    pub(super) fn url(&self) -> Result<Option<(String, Source)>> {
        let from_profile = || self.profile.url.clone();
        self.first(self.flags.url.clone(), from_profile, "url")
    }

    /// Whichever of flag, named profile, variable and profile has it.
    fn first<T: From<String>>(
        &self,
        flag: Option<T>,
        profile: impl Fn() -> Option<T>,
        field: &str,
    ) -> Result<Option<(T, Source)>> {
        if let Some(value) = flag {
            return Ok(Some((value, Source::Flag)));
        }
        if self.named
            && let Some(value) = profile()
        {
            return Ok(Some((value, Source::NamedProfile)));
        }
        if let Some(text) = self.variable(field)? {
            return Ok(Some((T::from(text), Source::Variable)));
        }
        Ok(profile().map(|value| (value, self.profile_source())))
    }

    /// The texts of a plain field, unchecked.
    pub(super) fn given(&self, field: &Field) -> Result<Option<(Vec<String>, Source)>> {
        struct Texts(Vec<String>);
        impl From<String> for Texts {
            fn from(text: String) -> Self {
                Self(vec![text])
            }
        }
        let flag = self.flags.plain.get(&field.name).cloned().map(Texts);
        let from_profile = || self.profile.plain.get(&field.name).cloned().map(Texts);
        let found = self
            .first(flag, from_profile, &field.name)?
            .map(|(Texts(texts), source)| match (source, texts.as_slice()) {
                (Source::Variable, [text]) => (field.kind.split(text), source),
                _ => (texts, source),
            });
        Ok(found.or_else(|| {
            let default = field.default.as_ref()?;
            Some((field.kind.split(default), Source::Default))
        }))
    }

    pub(super) fn check(&self, name: &str, kind: Kind, given: &[String], source: Source) -> Result<Value> {
        kind.read(given).map_err(|reason| self.wrong(name, source, &reason))
    }
}
