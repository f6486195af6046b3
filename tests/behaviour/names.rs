//! Host names are resolved as the system is told to, which a statically linked program does not do of itself.
//!
//! Whichever way tok was linked is tested. The way that README installs on Linux:
//!
//!     cargo test --config .cargo/static.toml --target host-tuple --test behaviour names

use std::process::Command;

use crate::harness::{Output, Tok, given, need};
use crate::stand_in::Server;

/// The name in the stand-in's certificate.
const HOST: &str = "elsewhere.example";

/// Logs in at the stand-in by a name that only this `/etc/hosts` knows. `None` where a process cannot have files of its own.
fn log_in(server: &Server, nsswitch: &str) -> Option<Output> {
    let own_files = ["--map-root-user", "--mount"];
    let mount = ["mount", "--bind", "/etc/hosts", "/etc/hosts"];
    let tried = || Command::new("unshare").args(own_files).args(mount).output();
    if !need("unshare") || !given(tried().is_ok_and(|o| o.status.success()), "unshare may not mount here") {
        return None;
    }
    let tok = Tok::new()
        .knows("modulus")
        .env("TOK_MODULUS_URL", format!("https://{HOST}:{}", server.port()))
        .env("SSL_CERT_FILE", server.ca())
        .write("etc/hosts", &format!("127.0.0.1 {HOST}\n"))
        .write("etc/nsswitch.conf", nsswitch)
        // Where nobody answers, and says so at once.
        .write(
            "etc/resolv.conf",
            "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
        );
    let script = format!(
        "cd '{}' && for file in *; do mount --bind $file /etc/$file || exit 99; done; exec tok modulus --timeout 10",
        tok.folder().join("etc").display()
    );
    Some(tok.program("unshare", [own_files[0], own_files[1], "sh", "-c", &script]))
}

#[test]
fn a_name_in_etc_hosts_is_found() {
    let server = Server::tls_with("wrong-name");
    // The vendor itself knows no such host and says so; it matters that it was asked.
    server.tolerate();
    if log_in(&server, "hosts: files dns\n").is_some() {
        let host = format!("{HOST}:{}", server.port());
        assert_eq!(server.only().header("host"), Some(host.as_str()));
    }
}

#[test]
fn nsswitch_conf_says_whether_etc_hosts_counts() {
    let server = Server::tls_with("wrong-name");
    if let Some(output) = log_in(&server, "hosts: dns\n") {
        output.fails(5).says(HOST);
        server.untouched();
    }
}
