//! A CI job's own identity as the source of a secret: whether the job has one, and whom it asks for a token that proves it.
//!
//! GitHub Actions tells a job by two variables. Other systems hand the token itself over, in a variable or a file, which are
//! sources as for any secret. The token is not fetched here, since it is of one request alone.

use super::{Chosen, Settings, variable};
use crate::definition::Catalogue;
use crate::definition::schema::Field;
use crate::error::{Error, Result};
use crate::origin::address::Address;
use crate::secret::Secret;

/// The address and the bearer.
const VARIABLES: [&str; 2] = ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"];

/// What no program inherits that a token is not asked from: variables that may hold secrets of any vendor, and those by which
/// it could prove that it is the job.
pub(crate) fn hidden_variables(catalogue: &Catalogue) -> Vec<String> {
    let secret = catalogue.secret_variables().into_iter();
    secret.chain(VARIABLES.map(str::to_owned)).collect()
}

/// What a token is asked for with.
pub(crate) struct Giver {
    pub(crate) address: Address,
    pub(crate) bearer: Secret,
}

/// A secret that can be the job's token.
#[derive(Debug, Clone)]
pub(crate) struct IdentityToken {
    pub(crate) field: String,
    /// For whom it is to be.
    pub(crate) audience: String,
    /// Whether it is fetched; else the secret comes from where any other does.
    pub(crate) fetched: bool,
}

impl Giver {
    /// Exit 2 where the address is none that a bearer may go to, exit 3 where one of the variables is missing.
    pub(crate) fn of_job() -> Result<Self> {
        let [url, token] = VARIABLES;
        let read = |name: &str| {
            variable::read(name)?.ok_or_else(|| Error::credential(format!("{name} is not set, and {} is", other(name))))
        };
        let address = Address::parse(&read(url)?).map_err(|reason| Error::usage(format!("{url}: it {reason}")))?;
        Ok(Self {
            address,
            bearer: Secret::new(read(token)?),
        })
    }
}

fn other(name: &str) -> &'static str {
    let [url, token] = VARIABLES;
    if name == url { token } else { url }
}

/// Whether this is a job that has a token of its own.
fn is_offered() -> bool {
    VARIABLES.into_iter().any(variable::is_set)
}

impl Settings<'_> {
    /// Whether a field can be the job's token, and the job has one.
    pub(crate) fn has_identity_token(&self, field: &Field) -> bool {
        field.identity_token.is_some() && self.variables && is_offered()
    }

    /// The same where no source before it has the secret.
    pub(crate) fn fetches(&self, field: &Field, is_own_origin: bool) -> bool {
        self.has_identity_token(field) && self.source_of_secret(&field.name, is_own_origin).is_none()
    }

    /// Those of a choice, in the definition's order.
    pub(super) fn identity_tokens(&self, chosen: &Chosen) -> Result<Vec<IdentityToken>> {
        let fields = self.vendor.secret_fields();
        let fields = fields.filter(|field| !self.vendor.is_in_another_way(&field.name, &chosen.way));
        let tokens = fields.filter_map(|field| Some((field, field.identity_token.as_deref()?)));
        tokens
            .map(|(field, template)| {
                let audience = chosen.site().render(template, &chosen.plain);
                let named = |error: Error| error.of(format_args!("{}: {}", self.vendor.name, field.name));
                Ok(IdentityToken {
                    field: field.name.clone(),
                    audience: audience.map_err(named)?,
                    fetched: self.fetches(field, self.is_own_origin(chosen)),
                })
            })
            .collect()
    }
}
