//! Private keys in PEM (RFC 7468).

use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;

use super::der;
use super::pair::{Key, unsupported};
use crate::error::{Error, Result};

/// The first private key in a text. Line feeds may be written as `\n`, as they come out of some CI systems' variables.
pub(in crate::made) fn read(text: &str) -> Result<Key> {
    let text = text.replace("\\n", "\n");
    match PrivateKeyDer::from_pem_slice(text.as_bytes()) {
        Ok(PrivateKeyDer::Pkcs8(key)) => der::pkcs8(key.secret_pkcs8_der()),
        Ok(PrivateKeyDer::Pkcs1(key)) => der::pkcs1(key.secret_pkcs1_der()),
        Ok(PrivateKeyDer::Sec1(key)) => der::sec1(key.secret_sec1_der(), None),
        Ok(_) => Err(unsupported()),
        // What it says quotes the text.
        Err(_) => Err(unreadable(&text)),
    }
}

fn unreadable(text: &str) -> Error {
    const ENCRYPTED: [&str; 2] = ["-----BEGIN ENCRYPTED PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED"];
    let has = |label: &str| text.contains(&format!("-----BEGIN {label}-----"));
    if ENCRYPTED.iter().any(|mark| text.contains(mark)) {
        Error::usage("the key is encrypted")
            .with_hint("openssl pkcs8 -topk8 -nocrypt -in ENCRYPTED -out KEY decrypts it")
    } else if has("OPENSSH PRIVATE KEY") {
        Error::usage("the key is written in OpenSSH's own way")
            .with_hint("ssh-keygen -p -m PKCS8 -f COPY rewrites a copy of it, if it is an RSA or EC key")
    } else if !text.contains("-----BEGIN ") {
        Error::usage("it is no PEM: no line is '-----BEGIN PRIVATE KEY-----' or the like")
    } else if !text.contains("PRIVATE KEY-----") {
        Error::usage("it is PEM, but not of a private key")
    } else if !text.contains("-----END ") {
        Error::usage("its PEM is cut off: no line is '-----END PRIVATE KEY-----' or the like")
    } else {
        Error::usage("its PEM is broken")
    }
}
