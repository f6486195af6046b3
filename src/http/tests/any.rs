//! Whatever a vendor sends, and whatever stands in a header.

use proptest::prelude::*;

use super::*;

/// A line of a head as a vendor might send it, right or wrong.
fn head_line() -> impl Strategy<Value = Vec<u8>> {
    let name = prop_oneof![
        Just("Date".to_owned()),
        Just("Retry-After".to_owned()),
        Just("Content-Length".to_owned()),
        Just("Transfer-Encoding".to_owned()),
        Just("Location".to_owned()),
        "[A-Za-z-]{0,9}",
    ];
    let value = prop_oneof![
        Just(b"Thu, 01 Jan 2026 00:00:00 GMT".to_vec()),
        Just(b"chunked".to_vec()),
        "[0-9]{1,20}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..40),
    ];
    prop_oneof![
        (name, value).prop_map(|(name, value)| [name.as_bytes(), b": ", &value].concat()),
        proptest::collection::vec(any::<u8>(), 0..40),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_head_is_read_or_refused(
        status in "(HTTP/1.1 [0-9]{1,4} OK|\\PC{0,20})", lines in proptest::collection::vec(head_line(), 0..6),
        body in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut answer = status.into_bytes();
        answer.extend(lines.iter().flat_map(|line| [b"\r\n", line.as_slice()].concat()));
        answer.extend([b"\r\n\r\n", body.as_slice()].concat());
        let vendor = Vendor::start(move |mut stream| {
            let _ = stream.write_all(&answer);
        });
        match send(&vendor.get(), &within(20), QUIET) {
            Ok(answer) => {
                let heads = [answer.header("date"), answer.header("retry-after")];
                prop_assert!(heads.iter().flatten().all(|text| text.is_ascii() && !text.contains(['\r', '\n'])));
            }
            Err(error) => {
                prop_assert!(matches!(error.exit, Exit::Vendor | Exit::Unreachable), "{}", error);
                // A thread that panics gives no answer either.
                prop_assert!(!error.text().contains("no complete answer") && !error.text().contains('\n'), "{}", error);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_value_goes_into_a_header_unchanged_or_not_at_all(value in prop_oneof![any::<String>(), "[ -~\t]{0,40}"]) {
        match to_header("X-Key", &Secret::new(value.as_str())) {
            Ok((_, header)) => {
                prop_assert_eq!(header.to_str().unwrap(), &value);
                prop_assert_eq!(value.trim_matches([' ', '\t']), &value);
            }
            Err(error) => prop_assert_eq!(error.exit, Exit::Usage),
        }
    }
}
