//! What this machine needs to have left for a request.
//!
//! Where it lacks file descriptors, a resolver says that there is no such host and a verifier that nobody is to be trusted;
//! where it lacks memory, the process is ended. So both are found out before. For a thread more the client would panic: names
//! are resolved on the one that is there.

use std::fs::File;
use std::io;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use ureq::unversioned::transport::time::Duration;

/// For a connection, and for what is read to find the host and to trust it.
const DESCRIPTORS: usize = 4;

/// In bytes: for a thread, its buffers and the authorities of a whole system. Nothing is written there.
const MEMORY: usize = 8 << 20;

/// Whether there is enough of both.
pub(super) fn expect_room() -> io::Result<()> {
    let mut spare = Vec::<u8>::new();
    spare
        .try_reserve_exact(MEMORY)
        .map_err(|_| io::ErrorKind::OutOfMemory)?;
    if cfg!(not(unix)) {
        return Ok(());
    }
    let spare = (0..DESCRIPTORS).map(|_| File::open("/"));
    spare.collect::<io::Result<Vec<File>>>().map(drop)
}

/// Takes as long as it takes: whoever asks for a limit waits for the thread.
#[derive(Debug)]
pub(super) struct OnThisThread;

impl Resolver for OnThisThread {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let unlimited = NextTimeout {
            after: Duration::NotHappening,
            ..timeout
        };
        DefaultResolver::default().resolve(uri, config, unlimited)
    }
}
