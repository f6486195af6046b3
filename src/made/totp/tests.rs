use data_encoding::BASE32;
use proptest::prelude::*;

use super::*;

const SEED: &str = "JBSWY3DPEHPK3PXP";

fn totp(seed: &str) -> Totp {
    Totp::new(&Secret::new(seed), Settings::default()).unwrap()
}

fn error(seed: &str) -> String {
    let Err(error) = Totp::new(&Secret::new(seed), Settings::default()) else {
        panic!("{seed} was taken");
    };
    error.to_string()
}

/// RFC 6238 appendix B. The seeds of the longer digests are longer, as its reference code has them.
#[test]
fn codes_are_those_of_the_rfc() {
    let digits = "1234567890".repeat(7);
    for (time, codes) in [
        (59, ["94287082", "46119246", "90693936"]),
        (1_111_111_109, ["07081804", "68084774", "25091201"]),
        (1_111_111_111, ["14050471", "67062674", "99943326"]),
        (1_234_567_890, ["89005924", "91819424", "93441116"]),
        (2_000_000_000, ["69279037", "90698825", "38618901"]),
        (20_000_000_000, ["65353130", "77737706", "47863826"]),
    ] {
        for ((hash, length), code) in [(Keyed::Sha1, 20), (Keyed::Sha256, 32), (Keyed::Sha512, 64)]
            .into_iter()
            .zip(codes)
        {
            let seed = Secret::new(BASE32.encode(&digits.as_bytes()[..length]));
            let settings = Settings {
                digits: 8,
                period: 30,
                hash,
            };
            let totp = Totp::new(&seed, settings).unwrap();
            assert_eq!(totp.code(totp.step(time)).expose(), code, "{hash:?} at {time}");
        }
    }
}

#[test]
fn a_code_is_good_for_its_period() {
    let totp = totp(SEED);
    assert_eq!(totp.step(59), 1);
    assert_eq!(totp.step(60), 2);
    assert_eq!(totp.begin(2), 60);
    assert_eq!(totp.begin(u64::MAX), u64::MAX);
    assert_eq!(totp.code(1).expose().len(), 6);
}

#[test]
fn a_seed_is_read_as_people_copy_it() {
    for seed in [
        "jbswy3dpehpk3pxp",
        "JBSW Y3DP EHPK 3PXP",
        "JBSW-Y3DP-EHPK-3PXP",
        " JBSWY3DPEHPK3PXP=== ",
        "otpauth://totp/Example:alice@example.com?secret=JBSWY3DPEHPK3PXP&issuer=Example",
        "otpauth://totp/?issuer=a%20b&secret=jbsw%20y3dp%20ehpk%203pxp&digits=6&period=30&algorithm=sha1",
    ] {
        assert_eq!(totp(seed).code(7).expose(), totp(SEED).code(7).expose(), "{seed}");
    }
    // Ten random letters, as some servers make them: the last two bits belong to no byte.
    assert_eq!(totp("ABCDEFGHIJ").code(0).expose().len(), 6);
}

#[test]
fn the_settings_of_a_url_count_before_others() {
    let totp = totp("otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&digits=8&period=60&algorithm=SHA256");
    assert_eq!(
        totp.settings,
        Settings {
            digits: 8,
            period: 60,
            hash: Keyed::Sha256
        }
    );
}

#[test]
fn what_is_no_seed_is_refused_without_being_shown() {
    for (seed, said) in [
        ("hunter2!", "neither base32 nor"),
        ("10890", "neither base32 nor"),
        ("=", "neither base32 nor"),
        ("A", "neither base32 nor"),
        ("https://example.com/?secret=JBSWY3DPEHPK3PXP", "neither base32 nor"),
        (
            "otpauth://hotp/a?secret=JBSWY3DPEHPK3PXP&counter=1",
            "not one of type 'totp'",
        ),
        ("otpauth://totp/JBSWY3DPEHPK3PXP", "not one of type 'totp'"),
        ("otpauth://totp/a?secrets=JBSWY3DPEHPK3PXP", "has no 'secret'"),
        ("otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&digits=x", "a 'digits' that"),
        ("otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&digits=5", "6, 7 or 8 digits"),
        ("otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&digits=10", "6, 7 or 8 digits"),
        (
            "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&period=0",
            "period cannot be 0",
        ),
        ("otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&period=-1", "a 'period' that"),
        (
            "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP&algorithm=MD5",
            "a 'algorithm' that",
        ),
    ] {
        let error = error(seed);
        assert!(error.contains(said), "{seed}: {error}");
        assert!(!error.contains("JBSW") && !error.contains("hunter2"), "{error}");
    }
}

proptest! {
    #[test]
    fn no_seed_makes_it_panic(seed in ".{1,60}", query in "[a-z]{0,6}=.{0,20}", step in any::<u64>()) {
        for seed in [seed.clone(), format!("otpauth://totp/{seed}?{query}&secret={SEED}")] {
            if let Ok(totp) = Totp::new(&Secret::new(seed), Settings::default()) {
                prop_assert_eq!(totp.code(step).expose().len(), totp.settings.digits as usize);
                let _ = totp.step(totp.begin(step));
            }
        }
    }
}
