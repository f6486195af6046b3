//! Against the real thing: gnome-keyring on a session bus of its own. The bus is found through the environment, so every
//! test runs itself again in a child process that has another bus and does what [`INSIDE`] names.

use std::collections::HashMap;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process_group};
use secret_service::EncryptionType;
use secret_service::blocking::SecretService;

use super::*;
use crate::error::Exit;
use crate::output::env::tests::present;

const USER: &str = r#"["modulus","https://a.example:443","me","password"]"#;
const UNLOCK: &str = "printf pw | gnome-keyring-daemon --unlock --components=secrets >&2; ";
/// A bus that nobody offers anything on.
const BARE: &str = r#"<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>"#;

/// Names what the child does.
const INSIDE: &str = "TOK_TEST_KEYRING_INSIDE";

/// Where a child runs.
#[derive(Debug, Clone, Copy)]
enum Bus {
    None,
    /// A fresh session bus, on which this script starts what it needs first.
    Fresh(&'static str),
    Bare,
}

/// In the child does `inside`. In the parent runs the test of this name again as a child, in an empty home and on this bus.
fn within(test: &str, name: &str, bus: Bus, inside: impl FnOnce()) {
    match std::env::var(INSIDE) {
        Ok(wanted) if wanted == name => inside(),
        Ok(_) => {}
        Err(_) => run(test, name, bus),
    }
}

fn run(test: &str, name: &str, bus: Bus) {
    for tool in ["dbus-run-session", "gnome-keyring-daemon", "dbus-send"] {
        if !present(tool) {
            return;
        }
    }
    let home = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let session = |config: Option<&str>, before: &str| {
        let mut command = Command::new("dbus-run-session");
        if let Some(config) = config {
            let path = home.path().join("bus.conf");
            std::fs::write(&path, config).unwrap();
            command.arg("--config-file").arg(path);
        }
        let script = format!("{before}exec \"$0\" \"$@\"");
        command.args(["--", "sh", "-c", &script]).arg(&program);
        command
    };
    let mut command = match bus {
        Bus::None => Command::new(&program),
        Bus::Fresh(before) => session(None, before),
        Bus::Bare => session(Some(BARE), ""),
    };
    // A service that the bus started may outlive it with the outputs still open, so nobody waits for their end.
    let said = tempfile::NamedTempFile::new().unwrap();
    let mut child = command
        .args(["--exact", &format!("inputs::keyring::tests::{test}")])
        .env(INSIDE, name)
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .stdout(said.as_file().try_clone().unwrap())
        .stderr(said.as_file().try_clone().unwrap())
        .process_group(0)
        .spawn()
        .unwrap();
    let group = Pid::from_child(&child);
    let status = child.wait().unwrap();
    let _ = kill_process_group(group, Signal::KILL);
    let said = std::fs::read_to_string(said.path()).unwrap();
    assert!(status.success() && said.contains("1 passed"), "{name}: {said}");
}

fn in_time() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

fn found(ask: bool) -> std::result::Result<String, String> {
    match read(USER, ask, &in_time()) {
        Ok(Found::Secret(secret)) => Ok(secret.expose().to_owned()),
        Ok(Found::Absent(why)) => Err(why),
        Err(error) => {
            assert_eq!(error.exit, Exit::Credential);
            Err(error.text().to_owned())
        }
    }
}

fn keep(value: &str) -> std::result::Result<(), String> {
    write(USER, &Secret::new(value), false, &in_time()).map_err(|error| error.text().to_owned())
}

#[test]
fn a_secret_is_kept_replaced_found_and_forgotten() {
    within(
        "a_secret_is_kept_replaced_found_and_forgotten",
        "unlocked",
        Bus::Fresh(UNLOCK),
        unlocked,
    );
}

fn unlocked() {
    is_there(false, &in_time()).unwrap();
    assert_eq!(found(false).unwrap_err(), "no entry");
    assert!(!delete(USER, false, &in_time()).unwrap());
    keep("first").unwrap();
    keep("pässwörd ").unwrap();
    assert_eq!(found(false).unwrap(), "pässwörd ");
    assert_eq!(found(true).unwrap(), "pässwörd ");
    assert!(delete(USER, false, &in_time()).unwrap());
    assert_eq!(found(true).unwrap_err(), "no entry");
}

#[test]
fn a_locked_keyring_is_broken_at_once() {
    within(
        "a_locked_keyring_is_broken_at_once",
        "locked",
        Bus::Fresh(UNLOCK),
        locked,
    );
}

fn locked() {
    keep("first").unwrap();
    let service = SecretService::connect(EncryptionType::Plain).unwrap();
    service.get_default_collection().unwrap().lock().unwrap();
    let locked = "the keyring is locked";
    assert_eq!(is_there(false, &in_time()), Err(Lack::Broken(locked.into())));
    assert_eq!(found(false).unwrap_err(), locked);
    assert_eq!(keep("second").unwrap_err(), locked);
    let error = delete(USER, false, &in_time()).unwrap_err();
    assert_eq!(error.text(), locked);
    assert_eq!(is_there(true, &in_time()), Ok(()));
}

#[test]
fn an_entry_that_is_no_text_is_broken_and_not_shown() {
    within(
        "an_entry_that_is_no_text_is_broken_and_not_shown",
        "not text",
        Bus::Fresh(UNLOCK),
        not_text,
    );
}

fn not_text() {
    let service = SecretService::connect(EncryptionType::Plain).unwrap();
    let collection = service.get_default_collection().unwrap();
    let attributes = HashMap::from([("service", SERVICE), ("username", USER)]);
    for (value, why) in [
        (&b"\xff\xfe"[..], "the entry is not UTF-8"),
        (b"", "the entry is empty"),
    ] {
        let item = collection.create_item("x", attributes.clone(), value, true, "text/plain");
        item.unwrap();
        assert_eq!(found(false).unwrap_err(), format!("the keyring: {why}"));
    }
}

#[test]
fn a_silent_keyring_is_not_waited_for() {
    within(
        "a_silent_keyring_is_not_waited_for",
        "silent",
        Bus::Fresh(UNLOCK),
        silent,
    );
}

fn silent() {
    is_there(false, &in_time()).unwrap();
    let daemon = Command::new("dbus-send")
        .args(["--session", "--print-reply=literal"])
        .args(["--dest=org.freedesktop.DBus", "/"])
        .arg("org.freedesktop.DBus.GetConnectionUnixProcessID")
        .arg("string:org.freedesktop.secrets")
        .output()
        .unwrap();
    let daemon = String::from_utf8(daemon.stdout).unwrap();
    let daemon = daemon.split_whitespace().last().unwrap();
    let send = |signal| Command::new("kill").args([signal, daemon]).status();
    send("-STOP").unwrap();
    let began = Instant::now();
    let nobody = found(false);
    let somebody = is_there(true, &Deadline::after(Duration::from_millis(100)));
    let took = began.elapsed();
    // Before anything can fail, since the session would wait for a stopped keyring.
    send("-KILL").unwrap();
    assert_eq!(nobody.unwrap_err(), "the keyring did not answer within 3 s");
    assert_eq!(
        somebody,
        Err(Lack::Broken("the keyring did not answer within 0.1 s".into()))
    );
    assert!(took < Duration::from_secs(6), "{took:?}");
}

#[test]
fn no_bus_and_no_service_are_absent() {
    let within = |name, bus, inside: fn()| within("no_bus_and_no_service_are_absent", name, bus, inside);
    within("no bus", Bus::None, || nothing_here("no session bus here"));
    within("no service", Bus::Bare, || nothing_here("no keyring service here"));
    within("no collection", Bus::Fresh(""), no_collection);
}

fn nothing_here(why: &str) {
    assert_eq!(is_there(true, &in_time()), Err(Lack::Absent(why.into())));
    assert_eq!(found(false).unwrap_err(), why);
    assert_eq!(found(true).unwrap_err(), why);
    assert_eq!(keep("x").unwrap_err(), format!("the keyring: {why}"));
    assert!(!delete(USER, false, &in_time()).unwrap());
}

fn no_collection() {
    let why = "no default collection to keep it in";
    assert_eq!(is_there(true, &in_time()), Err(Lack::Absent(why.into())));
    assert_eq!(keep("x").unwrap_err(), format!("the keyring: {why}"));
    assert_eq!(found(false).unwrap_err(), "no entry");
}
