//! Whose fault it is that no request can be made.

use super::*;

#[test]
fn what_the_vendor_gave_and_no_request_can_carry_is_the_vendors_fault() {
    for (toml, name, value) in [
        ("headers = { X-Key = \"{x}\" }", "x", "a\nb"),
        ("path = \"/a/{x}\"", "x", ".."),
        ("basic = \"{x}:{secret}\"", "x", "a:b"),
    ] {
        let values = plain(&[(name, text(value))]);
        if let Err(error) = built(toml, &values) {
            assert_eq!(error.exit, Exit::Usage, "{toml}");
        }
        let base = BaseUrl::parse("https://api.example.com/v1").unwrap();
        let site = Site {
            base: &base,
            given: false,
        };
        let none = BTreeMap::new();
        let mut inputs = inputs(&none);
        let taken = Taken {
            value: json!(value),
            discovered: false,
        };
        inputs.taken.insert(name.to_owned(), Some(taken));
        let error = build(&Lets::default(), &exchange(toml), &site, &mut inputs)
            .err()
            .unwrap();
        assert_eq!(error.exit, Exit::Vendor, "{toml}");
    }
}

#[test]
fn the_vendors_tokens_and_what_is_made_of_its_answers_are_its_fault_as_well() {
    let base = BaseUrl::parse("https://api.example.com/v1").unwrap();
    let site = Site {
        base: &base,
        given: false,
    };
    let none = BTreeMap::new();
    let exit = |toml: &str, lets: &str, inputs: &mut Inputs| {
        let lets: Lets = toml::from_str(lets).unwrap();
        build(&lets, &exchange(toml), &site, inputs).err().unwrap().exit
    };
    for (name, at_fault) in [
        ("refresh-token", Exit::Vendor),
        ("token", Exit::Vendor),
        ("lasting-token", Exit::Vendor),
        ("other", Exit::Usage),
    ] {
        let mut inputs = inputs(&none);
        inputs.secrets.insert(name.to_owned(), Secret::new("a:b"));
        let basic = format!("basic = \"{{{name}}}:x\"");
        assert_eq!(exit(&basic, "", &mut inputs), at_fault, "{name}");
    }
    for (seed, at_fault) in [("taken", Exit::Vendor), ("secret", Exit::Usage)] {
        let mut inputs = inputs(&none);
        let taken = Taken {
            value: json!("no seed!"),
            discovered: false,
        };
        inputs.taken.insert("taken".to_owned(), Some(taken));
        let lets = format!("code.totp.seed = \"{{{seed}}}\"");
        assert_eq!(
            exit("json = { code = \"{code}\" }", &lets, &mut inputs),
            at_fault,
            "{seed}"
        );
    }
}
