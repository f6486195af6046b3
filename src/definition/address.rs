//! What a person is told of a vendor's address, in the help and where it is asked for.

use super::Vendor;

impl Vendor {
    /// In one line, with an example where the user gives it.
    pub(crate) fn url_help(&self) -> String {
        let name = &self.name;
        match (&self.definition.url, self.definition.path()) {
            (None, _) if self.definition.discovers() => {
                format!("The issuer, as https://{name}.example.com; the addresses come from its discovery document")
            }
            (Some(own), "") => format!("Address that logins are sent to, {own} by default"),
            (Some(own), _) => format!("Base URL of the API, {own} by default"),
            (None, "") => format!("Address that logins are sent to, as https://{name}.example.com/token"),
            (None, path) => {
                format!("Base URL of the API, as https://{name}.example.com/api; logins go to {path} below it")
            }
        }
    }
}
