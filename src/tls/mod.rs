//! TLS for whoever speaks over it: whom to trust, and in words why it failed.
//!
//! Certificates are checked against the roots of the system. What is said over it is left to others.

mod roots;
mod told;

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use ureq::tls::RootCerts;

use crate::error::{Error, Result};

pub(crate) use roots::trusted;
pub(crate) use told::{Remedy, told};

/// For what is not HTTP. Exit 5 where nobody can be trusted.
pub(crate) fn config() -> Result<Arc<ClientConfig>> {
    let wrong = |error: rustls::Error| Error::unreachable(error.to_string());
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(wrong)?;
    let builder = match trusted()? {
        RootCerts::Specific(certificates) => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(certificates.iter().map(|certificate| certificate.der().into()));
            builder.with_root_certificates(roots)
        }
        _ => builder.with_platform_verifier().map_err(wrong)?,
    };
    Ok(Arc::new(builder.with_no_client_auth()))
}
