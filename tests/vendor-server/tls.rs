//! A private root and a leaf for this run.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

pub(crate) fn config(folder: &Path, fault: Option<&str>) -> Arc<ServerConfig> {
    let trusted = root("tok test root");
    fs::write(folder.join("ca.pem"), trusted.as_ref().pem()).expect("a folder to write ca.pem into");
    let issuer = match fault {
        Some("untrusted") => root("another root"),
        _ => trusted,
    };
    let names: &[&str] = match fault {
        Some("wrong-name") => &["elsewhere.example"],
        Some("expired" | "untrusted" | "self-signed") | None => &["localhost", "127.0.0.1", "vendor.test"],
        Some(other) => panic!("no such fault: {other}"),
    };
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let (from, until) = match fault {
        Some("expired") => (today - 60.days(), today - 30.days()),
        _ => (today - 1.day(), today + 90.days()),
    };

    let day = |date: Date| {
        rcgen::date_time_ymd(
            date.year().into(),
            date.month().unsigned_abs(),
            date.day().unsigned_abs(),
        )
    };
    let key = KeyPair::generate().expect("a key");
    let mut leaf = CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>()).expect("names");
    leaf.not_before = day(from);
    leaf.not_after = day(until);
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let leaf = if fault == Some("self-signed") {
        // As openssl makes one.
        leaf.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        leaf.self_signed(&key)
    } else {
        leaf.signed_by(&key, &issuer)
    };
    let leaf = leaf.expect("a certificate");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .expect("a matching key")
        .into()
}

/// None where the peer goes away, as one does that does not trust the certificate.
pub(crate) fn handshake(
    mut stream: TcpStream,
    config: &Arc<ServerConfig>,
) -> Option<StreamOwned<ServerConnection, TcpStream>> {
    let mut connection = ServerConnection::new(Arc::clone(config)).ok()?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream).ok()?;
    }
    Some(StreamOwned::new(connection, stream))
}

fn root(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut root = CertificateParams::default();
    root.distinguished_name.push(rcgen::DnType::CommonName, name);
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(root, KeyPair::generate().expect("a key")).expect("a root")
}
