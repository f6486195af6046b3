use proptest::prelude::*;

use super::*;
use crate::error::Error;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("fixtures/", $name))
    };
}

fn kind(text: &str) -> &'static str {
    match read(text) {
        Ok(key) => key.kind(),
        Err(error) => panic!("{error}"),
    }
}

fn error(text: &str) -> Error {
    match read(text) {
        Ok(key) => panic!("it was read as {}", key.kind()),
        Err(error) => error,
    }
}

#[test]
fn a_key_is_read_in_every_wrapping() {
    for (text, kind_of_it) in [
        (fixture!("rsa.pkcs8.pem"), RSA),
        (fixture!("rsa.pkcs1.pem"), RSA),
        (fixture!("rsa.jwk"), RSA),
        (fixture!("p256.pkcs8.pem"), P256),
        (fixture!("p256.sec1.pem"), P256),
        (fixture!("p256.jwk"), P256),
        (fixture!("p384.pkcs8.pem"), P384),
        (fixture!("p384.sec1.pem"), P384),
        (fixture!("ed25519.pkcs8.pem"), ED25519),
        (fixture!("ed25519.jwk"), ED25519),
        (r#"{"kty":"oct","k":"AA"}"#, SHARED),
    ] {
        assert_eq!(kind(text), kind_of_it);
    }
}

#[test]
fn line_ends_and_text_around_a_key_do_no_harm() {
    let pem = fixture!("p256.pkcs8.pem");
    for text in [
        pem.replace('\n', "\r\n"),
        pem.trim_end().to_owned(),
        pem.replace('\n', "\\n"),
        format!("{}{pem}", fixture!("rsa.public.pem")),
        format!("Bag Attributes\n    friendlyName: key\n{pem}"),
    ] {
        assert_eq!(kind(&text), P256, "{text}");
    }
}

#[test]
fn an_encrypted_key_is_refused_with_the_command_that_decrypts_it() {
    for text in [fixture!("rsa.pkcs8-encrypted.pem"), fixture!("rsa.pkcs1-encrypted.pem")] {
        assert_eq!(
            error(text).to_string(),
            "tok: the key is encrypted\nhint: openssl pkcs8 -topk8 -nocrypt -in ENCRYPTED -out KEY decrypts it"
        );
    }
}

#[test]
fn an_ec_key_without_its_point_is_refused_with_the_command_that_adds_it() {
    for text in [
        fixture!("p256.sec1-without-point.pem"),
        fixture!("p256.pkcs8-without-point.pem"),
    ] {
        let error = error(text);
        assert_eq!(error.text(), "the EC key lacks its public point");
        assert!(error.hint().unwrap().starts_with("openssl ec -in KEY"));
    }
}

#[test]
fn what_is_no_key_to_sign_with_is_refused_with_the_reason() {
    let pem = fixture!("p256.pkcs8.pem");
    let jwk = fixture!("p256.jwk");
    let first_line = pem.lines().next().unwrap();
    for (text, why) in [
        ("", "it is no PEM"),
        ("hunter2", "it is no PEM"),
        (first_line, "its PEM is cut off"),
        (&pem.replace('\n', " "), "its PEM is broken"),
        (&pem.replacen("MI", "M!", 1), "its PEM is broken"),
        (&pem.replacen("MI", "AA", 1), "the key is broken"),
        (&pem.replace("PRIVATE", "EC PRIVATE"), "the key is broken"),
        (&pem.replace("PRIVATE", "RSA PRIVATE"), "the key is broken"),
        (
            &pem.replace("jpsQ", "jpsR"),
            "the parts of the key do not belong together",
        ),
        (fixture!("rsa.public.pem"), "it is PEM, but not of a private key"),
        (
            fixture!("ed25519.openssh.pem"),
            "the key is written in OpenSSH's own way",
        ),
        (fixture!("rsa-1024.pkcs8.pem"), "an RSA key must have 2048"),
        (fixture!("p521.pkcs8.pem"), "it is a key of another kind"),
        (fixture!("x25519.pkcs8.pem"), "it is a key of another kind"),
        ("{", "it begins like a JWK"),
        (r#"{"type":"service_account"}"#, "it is JSON, but no JWK"),
        (r#"{"kty":"EC","crv":"secp256k1"}"#, "it is a key of another kind"),
        (r#"{"kty":"oct"}"#, "its JWK has no 'k'"),
        (r#"{"kty":"oct","k":"+/"}"#, "its JWK has no 'k' in base64url"),
        (&jwk.replace("\"d\"", "\"D\""), "its JWK has no 'd'"),
        (
            &jwk.replace("jpsQ", "jpsR"),
            "the parts of the key do not belong together",
        ),
        (&jwk.replace("jpsQ", ""), "the key is broken"),
        (&fixture!("rsa.jwk").replace("\"dp\"", "\"DP\""), "its JWK has no 'dp'"),
        (
            &fixture!("rsa.jwk").replace("4BzE", "4BzG"),
            "the parts of the key do not belong together",
        ),
        (
            &fixture!("ed25519.jwk").replace("nWGx", "nWGy"),
            "the parts of the key do not belong together",
        ),
    ] {
        let error = error(text);
        assert!(error.text().starts_with(why), "{text}: {error}");
    }
}

#[test]
fn nothing_of_a_broken_key_is_shown() {
    let keys = [
        fixture!("rsa.pkcs8.pem"),
        fixture!("p256.sec1.pem"),
        fixture!("ed25519.jwk"),
        fixture!("rsa.jwk"),
    ];
    for key in keys {
        for at in (0..key.len()).step_by(7) {
            let (before, after) = key.split_at(at);
            for broken in [
                before.to_owned(),
                format!("{before}!{after}"),
                before.replace('\n', " "),
                format!("-----BEGIN {after}"),
            ] {
                if let Err(error) = read(&broken) {
                    let said = format!("{error} {error:?}");
                    let shown = key
                        .lines()
                        .flat_map(|line| line.split('"'))
                        .filter(|part| part.len() > 12);
                    for part in shown.filter(|part| !part.contains("-----")) {
                        assert!(!said.contains(&part[..12]), "{said}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_document_of_a_mebibyte_is_refused_like_a_short_one() {
    let body = "A".repeat(1 << 20);
    for (text, why) in [
        (body.clone(), "it is no PEM"),
        (
            format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"),
            "the key is broken",
        ),
        ("-----BEGIN PRIVATE KEY-----\n".repeat(1 << 15), "its PEM is cut off"),
        (format!(r#"{{"kty":"RSA","n":"{body}"}}"#), "its JWK has no 'e'"),
    ] {
        assert!(error(&text).text().starts_with(why), "{}", error(&text));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), label in "(RSA |EC |)PRIVATE KEY", text in ".{0,80}") {
        use base64::Engine as _;
        let body = base64::engine::general_purpose::STANDARD.encode(&bytes);
        for text in [
            format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----"),
            format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----"),
            String::from_utf8_lossy(&bytes).into_owned(),
            format!("{{{text}"),
        ] {
            let _ = read(&text);
        }
    }

    /// One byte of a good key changed: read as another key or refused.
    #[test]
    fn no_damage_makes_it_panic(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;
        for (label, pem) in [("PRIVATE KEY", fixture!("p256.pkcs8.pem")), ("RSA PRIVATE KEY", fixture!("rsa.pkcs1.pem"))] {
            let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
            let mut der = STANDARD.decode(body).unwrap();
            let place = at.index(der.len());
            der[place] = byte;
            let _ = read(&format!("-----BEGIN {label}-----\n{}\n-----END {label}-----", STANDARD.encode(der)));
        }
    }
}
