use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, KeyPair as _, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::json;

use super::*;

const RSA: [&str; 3] = [
    include_str!("../key/fixtures/rsa.jwk"),
    include_str!("../key/fixtures/rsa.pkcs8.pem"),
    include_str!("../key/fixtures/rsa.pkcs1.pem"),
];
const P256: [&str; 3] = [
    include_str!("../key/fixtures/p256.jwk"),
    include_str!("../key/fixtures/p256.pkcs8.pem"),
    include_str!("../key/fixtures/p256.sec1.pem"),
];
const P384: [&str; 2] = [
    include_str!("../key/fixtures/p384.pkcs8.pem"),
    include_str!("../key/fixtures/p384.sec1.pem"),
];
const ED25519: [&str; 2] = [
    include_str!("../key/fixtures/ed25519.jwk"),
    include_str!("../key/fixtures/ed25519.pkcs8.pem"),
];

fn named(name: &str) -> Algorithm {
    serde_json::from_value(name.into()).unwrap()
}

fn signature(algorithm: &str, key: &str, input: &str) -> Vec<u8> {
    named(algorithm).signature(&Secret::new(key), input.as_bytes()).unwrap()
}

fn object(json: &Json) -> Map<String, Json> {
    json.as_object().unwrap().clone()
}

fn public_key(key: &str) -> Vec<u8> {
    match key::read(key) {
        Ok(Key::Rsa(pair)) => pair.public_key().as_ref().to_vec(),
        Ok(Key::P256(pair) | Key::P384(pair)) => pair.public_key().as_ref().to_vec(),
        _ => panic!("it has no public key"),
    }
}

/// RFC 7515 appendix A.1.
#[test]
fn hs256_is_that_of_the_rfc() {
    let key =
        r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#;
    let input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    assert_eq!(
        URL_SAFE_NO_PAD.encode(signature("HS256", key, input)),
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
}

/// RFC 7515 appendix A.2.
#[test]
fn rs256_is_that_of_the_rfc() {
    let input = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    for key in RSA {
        assert_eq!(
            URL_SAFE_NO_PAD.encode(signature("RS256", key, input)),
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
        );
    }
}

/// RFC 8037 appendix A.4.
#[test]
fn eddsa_is_that_of_the_rfc() {
    let input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    for key in ED25519 {
        assert_eq!(
            URL_SAFE_NO_PAD.encode(signature("EdDSA", key, input)),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }
}

/// RFC 7515 appendix A.3: its public key takes its own signature and ours, which differ at every call.
#[test]
fn signatures_with_a_random_part_are_taken_by_the_public_key() {
    let rfc_input = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let rfc_signature = URL_SAFE_NO_PAD
        .decode("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")
        .unwrap();
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public_key(P256[0]));
    assert_eq!(public.verify(rfc_input.as_bytes(), &rfc_signature), Ok(()));

    let verified: [(&str, &[&str], &'static dyn VerificationAlgorithm); 5] = [
        ("ES256", &P256, &ECDSA_P256_SHA256_FIXED),
        ("ES384", &P384, &ECDSA_P384_SHA384_FIXED),
        ("PS256", &RSA, &RSA_PSS_2048_8192_SHA256),
        ("RS384", &RSA, &RSA_PKCS1_2048_8192_SHA384),
        ("RS512", &RSA, &RSA_PKCS1_2048_8192_SHA512),
    ];
    for (algorithm, keys, verification) in verified {
        let public = UnparsedPublicKey::new(verification, public_key(keys[0]));
        for key in keys {
            let signature = signature(algorithm, key, rfc_input);
            assert_eq!(public.verify(rfc_input.as_bytes(), &signature), Ok(()), "{algorithm}");
            assert!(public.verify(b"another", &signature).is_err(), "{algorithm}");
        }
    }
}

#[test]
fn a_jwt_says_its_algorithm_and_keeps_the_types_of_its_claims() {
    let header = object(&json!({"kid": "7", "typ": "client-authentication+jwt", "alg": "none"}));
    let claims = object(&json!({"iss": "a", "iat": 1_700_000_000, "aud": ["b", "c"], "ok": true}));
    let algorithm = named("HS512");
    let jwt = sign(algorithm, &Secret::new("key"), &header, &claims).unwrap();
    let read = crate::jwt::Jwt::decode(jwt.expose()).unwrap();
    assert_eq!(
        Json::Object(read.header),
        json!({"alg": "HS512", "typ": "client-authentication+jwt", "kid": "7"})
    );
    assert_eq!(read.claims, claims);
    let (input, signed) = jwt.expose().rsplit_once('.').unwrap();
    assert_eq!(
        signed,
        URL_SAFE_NO_PAD.encode(Keyed::Sha512.sign(b"key", input.as_bytes()))
    );

    let jwt = sign(algorithm, &Secret::new("key"), &Map::new(), &claims).unwrap();
    let read = crate::jwt::Jwt::decode(jwt.expose()).unwrap();
    assert_eq!(Json::Object(read.header), json!({"alg": "HS512", "typ": "JWT"}));
}

#[test]
fn a_key_of_the_wrong_kind_is_refused_by_name() {
    let said = |algorithm: &str, key: &str| {
        let error = named(algorithm).signature(&Secret::new(key), b"");
        error.unwrap_err().to_string()
    };
    for (algorithm, key, why) in [
        (
            "ES256",
            RSA[1],
            "ES256 signs with an EC key on P-256, and this is an RSA key",
        ),
        (
            "ES256",
            P384[0],
            "ES256 signs with an EC key on P-256, and this is an EC key on P-384",
        ),
        (
            "ES384",
            P256[0],
            "ES384 signs with an EC key on P-384, and this is an EC key on P-256",
        ),
        (
            "RS256",
            ED25519[1],
            "RS256 signs with an RSA key, and this is an Ed25519 key",
        ),
        (
            "EdDSA",
            RSA[0],
            "EdDSA signs with an Ed25519 key, and this is an RSA key",
        ),
        (
            "HS256",
            P256[1],
            "HS256 signs with a shared secret, and this is an EC key on P-256",
        ),
        (
            "PS256",
            r#"{"kty":"oct","k":"AA"}"#,
            "PS256 signs with an RSA key, and this is a shared secret",
        ),
    ] {
        assert_eq!(said(algorithm, key), format!("tok: {why}"));
    }
    assert!(said("RS256", "hunter2").contains("it is no PEM"));
}

#[test]
fn an_rsa_key_whose_exponents_are_another_one_s_is_refused() {
    let mixed = RSA[0].replace("BwKfV3Akq5", "BwKfV3Akq6");
    let error = named("RS256").signature(&Secret::new(mixed), b"");
    assert_eq!(
        error.unwrap_err().to_string(),
        "tok: the parts of the key do not belong together"
    );
}
