//! What a JWT says about itself.

use serde_json::json;

use super::Given;
use crate::error::{Error, Result};
use crate::jwt::Jwt;

pub(super) fn render(given: &Given) -> Result<String> {
    let Some(Jwt { header, claims }) = Jwt::decode(given.token.expose()) else {
        return Err(Error::vendor(format!(
            "format claims: the token of {} is not a JWT",
            given.vendor
        )));
    };
    Ok(format!("{}\n", json!({"header": header, "claims": claims})))
}

#[cfg(test)]
mod tests {
    use super::super::Usage;
    use super::super::tests::given;
    use super::*;
    use crate::error::Exit;

    #[test]
    fn a_jwt_is_decoded_and_anything_else_is_the_vendors_fault() {
        let jwt = given(
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSIsImV4cCI6MX0.",
            Usage::Query(String::new()),
        );
        assert_eq!(
            render(&jwt).unwrap(),
            "{\"header\":{\"alg\":\"none\"},\"claims\":{\"sub\":\"me\",\"exp\":1}}\n"
        );
        let opaque = given("opaque", Usage::Query(String::new()));
        assert_eq!(render(&opaque).unwrap_err().exit, Exit::Vendor);
    }
}
