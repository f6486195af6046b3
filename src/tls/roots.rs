//! Whom to trust: the authorities of the system or, where it is set, those of the file that `SSL_CERT_FILE` names.
//!
//! The verifier would read that file itself, whatever it is and however large, and would not say what is wrong with it. On
//! macOS and Windows it does not look at the variable at all.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

use crate::error::{Error, Result};
use crate::text::file;

/// The authorities of a whole system take less than one.
const LARGEST_MIB: u64 = 16;

/// Exit 5 where the file gives no authority, since nobody can be trusted then.
pub(crate) fn trusted() -> Result<RootCerts> {
    let file = env::var_os("SSL_CERT_FILE").filter(|_| cfg!(all(unix, not(target_vendor = "apple"))));
    match file {
        None => Ok(RootCerts::PlatformVerifier),
        Some(file) => {
            let folders = env::var_os("SSL_CERT_DIR").unwrap_or_default();
            named(Path::new(&file), &folders).map(|certificates| RootCerts::new_with_certs(&certificates))
        }
    }
}

/// Those of the file, and of the folders that `SSL_CERT_DIR` names beside it.
fn named(file: &Path, folders: &OsStr) -> Result<Vec<Certificate<'static>>> {
    let wrong = |why: &str| {
        Error::unreachable(format!("SSL_CERT_FILE: {why}"))
            .with_hint("it names a file with the certificates of the authorities to trust, in PEM form")
    };
    let mut certificates = in_file(file).map_err(|why| wrong(&why))?;
    let folders = env::split_paths(folders).filter_map(|folder| fs::read_dir(folder).ok());
    let more = folders.flatten().filter_map(|entry| in_file(&entry.ok()?.path()).ok());
    certificates.extend(more.flatten());
    Ok(certificates)
}

/// At least one; an item that is none is passed over.
fn in_file(path: &Path) -> std::result::Result<Vec<Certificate<'static>>, String> {
    let pem = file::bytes(path, LARGEST_MIB).map_err(|unread| unread.at(path))?;
    let items = parse_pem(&pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    let is_one = |certificate: &Certificate| {
        let der = CertificateDer::from(certificate.der());
        RootCertStore::empty().add(der).is_ok()
    };
    let certificates: Vec<_> = items.filter(is_one).collect();
    if certificates.is_empty() {
        return Err(format!("{}: it holds no certificate", path.display()));
    }
    Ok(certificates)
}
