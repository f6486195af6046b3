//! The program under test in a world of its own: an empty environment, a home, a config and a cache folder, no keyring.
//!
//!     let tok = Tok::new().vendor(&server).knows("modulus");
//!     let token = tok.run(["modulus"]).ok().token();
//!
//! A `Tok` can be run often, and its clones share the folders: `tok.clone().env("TOK_TIMEOUT", "1")`. All waiting ends. What
//! a process says is checked for secrets each time.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{self, File};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::{NamedTempFile, TempDir};

use crate::protocol::account;
use crate::stand_in::Server;

/// No process of a test runs longer.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A key for what is kept, so that no test puts one into a keyring of who runs it.
pub(crate) const SEAL_KEY: &str = "YSBrZXkgdGhhdCBubyBvdGhlciB1c2VyIHdpbGwgZ3U=";

const VENDORS: [&str; 6] = ["modulus", "jmvstream", "crmcom", "starship", "data8", "oauth2"];

#[derive(Debug, Clone)]
pub(crate) struct Tok {
    folder: Arc<TempDir>,
    pub(crate) environment: BTreeMap<OsString, OsString>,
    stdin: Option<Vec<u8>>,
    may_leak: bool,
}

impl Tok {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        let mut environment = BTreeMap::new();
        // Windows starts no program without SystemRoot.
        for name in ["SystemRoot", "TMPDIR"] {
            environment.extend(std::env::var_os(name).map(|value| (name.into(), value)));
        }
        let own = Path::new(env!("CARGO_BIN_EXE_tok")).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([own].into_iter().chain(std::env::split_paths(&path))).unwrap();
        environment.insert("PATH".into(), path);
        let tok = Self {
            folder: Arc::new(folder),
            environment,
            stdin: None,
            may_leak: false,
        };
        let (home, config, cache) = (tok.home(), tok.config_folder(), tok.cache_folder());
        tok.env("HOME", home)
            .env("TOK_CONFIG_DIR", config)
            .env("TOK_CACHE_DIR", cache)
            .env("TOK_KEYRING", "off")
            .env("TOK_SEAL_KEY", SEAL_KEY)
    }

    /// What is kept is kept in clear, as a test reads it.
    pub(crate) fn in_clear(self) -> Self {
        self.without("TOK_SEAL_KEY").env("TOK_SEAL", "off")
    }

    /// Every vendor's URL leads to the server.
    pub(crate) fn vendor(mut self, server: &Server) -> Self {
        for vendor in VENDORS {
            self = self.env(format!("TOK_{}_URL", vendor.to_uppercase()), server.url_of(vendor));
        }
        self
    }

    /// The variables hold what the vendor's first user has.
    pub(crate) fn knows(self, vendor: &str) -> Self {
        self.knows_as(vendor, 0)
    }

    /// The same for the first (0) or second (1) user.
    pub(crate) fn knows_as(mut self, vendor: &str, user: usize) -> Self {
        for (field, value) in fields(vendor, user) {
            let name = format!(
                "TOK_{}_{}",
                vendor.to_uppercase(),
                field.to_uppercase().replace('-', "_")
            );
            self = self.env(name, value);
        }
        self
    }

    pub(crate) fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.environment.remove(OsStr::new(name));
        self
    }

    pub(crate) fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(text.into());
        self
    }

    /// The output may carry a secret: the test is about that.
    pub(crate) fn may_leak(mut self) -> Self {
        self.may_leak = true;
        self
    }

    /// Writes `config.toml`.
    pub(crate) fn config(self, text: &str) -> Self {
        self.write("config/config.toml", text)
    }

    /// Writes `vendors/NAME.toml`.
    pub(crate) fn own_vendor(self, name: &str, text: &str) -> Self {
        self.write(&format!("config/vendors/{name}.toml"), text)
    }

    /// Writes a file below the test's folder, for this user's eyes only.
    pub(crate) fn write(self, path: &str, text: &str) -> Self {
        let path = self.folder().join(path);
        private_folders(path.parent().unwrap());
        fs::write(&path, text).unwrap();
        mode(&path, 0o600);
        self
    }

    /// All that the test may use.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder().join("home")
    }

    pub(crate) fn config_folder(&self) -> PathBuf {
        self.folder().join("config")
    }

    pub(crate) fn cache_folder(&self) -> PathBuf {
        self.folder().join("cache")
    }

    /// The files in the cache folder, sorted, without locks and the tag.
    pub(crate) fn cached(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.cache_folder()).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = files.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
        files.retain(|path| {
            path.extension().is_none_or(|e| e != "lock") && path.file_name().is_none_or(|n| n != "CACHEDIR.TAG")
        });
        files.sort();
        files
    }

    /// Runs tok.
    #[track_caller]
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Output {
        self.start(arguments).wait()
    }

    /// Starts tok and does not wait.
    pub(crate) fn start<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Running {
        self.start_program(env!("CARGO_BIN_EXE_tok"), arguments)
    }

    /// Runs another program in the same world, where `tok` is found by its name.
    #[track_caller]
    pub(crate) fn program<A: AsRef<OsStr>>(&self, program: &str, arguments: impl IntoIterator<Item = A>) -> Output {
        self.start_program(program, arguments).wait()
    }

    /// Runs a script in `sh`.
    #[track_caller]
    pub(crate) fn sh(&self, script: &str) -> Output {
        self.program("sh", ["-c", script])
    }

    pub(crate) fn start_program<A: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Running {
        let (mut command, files) = self.command(program, arguments);
        let line = line(&command);
        command
            .stdin(files.stdin())
            .stdout(files.stdout())
            .stderr(files.stderr());
        // In a group of its own it is not in the foreground of the terminal that the tests were started from, so that
        // nothing can prompt there.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().unwrap_or_else(|error| panic!("{line}: {error}"));
        Running {
            child,
            began: Instant::now(),
            line,
            files,
            forbidden: self.forbidden(),
        }
    }

    /// Starts `count` at once and waits for all.
    #[track_caller]
    pub(crate) fn parallel(&self, count: usize, arguments: &[&str]) -> Vec<Output> {
        let running: Vec<Running> = (0..count).map(|_| self.start(arguments)).collect();
        running.into_iter().map(Running::wait).collect()
    }

    /// The command with its environment, and the files for its streams.
    pub(crate) fn command<A: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> (Command, Files) {
        let files = Files {
            stdin: self.stdin.as_ref().map(|text| {
                let mut file = tempfile::tempfile().unwrap();
                file.write_all(text).unwrap();
                file.rewind().unwrap();
                file
            }),
            stdout: NamedTempFile::new().unwrap(),
            stderr: NamedTempFile::new().unwrap(),
        };
        #[cfg(target_os = "linux")]
        catch_what_is_ignored();
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(&self.environment)
            .current_dir(self.home());
        (command, files)
    }

    /// What no output may contain: the vendors' secrets and those in the variables.
    pub(crate) fn forbidden(&self) -> Vec<String> {
        if self.may_leak {
            return Vec::new();
        }
        let mut forbidden: Vec<String> = VENDORS
            .iter()
            .filter_map(|v| fields(v, 0).pop())
            .map(|(_, s)| s.to_owned())
            .collect();
        forbidden.extend(account::CRMCOM_AUTHENTICATION_CODES.map(str::to_owned));
        forbidden.push(account::CRMCOM_PASS_CODE.to_owned());
        let secret = |name: &str| {
            ["_PASSWORD", "_SECRET", "_CODE", "_KEY"]
                .iter()
                .any(|end| name.ends_with(end))
        };
        for (name, value) in &self.environment {
            // A shorter one may stand in any text by chance.
            if name.to_str().is_some_and(secret) && value.len() >= 8 {
                forbidden.extend(value.to_str().map(str::to_owned));
            }
        }
        forbidden
    }
}

/// The fields of a vendor's user, as on the command line; the secret comes last.
pub(crate) fn fields(vendor: &str, user: usize) -> Vec<(&'static str, &'static str)> {
    match vendor {
        "modulus" => vec![
            ("username", account::MODULUS_USERNAMES[user]),
            ("password", account::MODULUS_PASSWORD),
        ],
        "jmvstream" => vec![
            ("email", account::JMVSTREAM_EMAILS[user]),
            ("resource", account::JMVSTREAM_RESOURCE),
            ("password", account::JMVSTREAM_PASSWORD),
        ],
        "crmcom" => vec![
            ("organisation", account::CRMCOM_ORGANISATION),
            ("username", account::CRMCOM_USERNAMES[user]),
            ("password", account::CRMCOM_PASSWORD),
        ],
        "starship" => vec![
            ("username", account::STARSHIP_USERNAMES[user]),
            ("password", account::STARSHIP_PASSWORD),
        ],
        "data8" => vec![
            ("username", account::DATA8_USERNAMES[user]),
            ("password", account::DATA8_PASSWORD),
        ],
        "oauth2" => vec![
            ("client-id", account::OAUTH2_CLIENT_IDS[user]),
            ("client-secret", account::OAUTH2_CLIENT_SECRET),
        ],
        other => panic!("no such vendor: {other}"),
    }
}

/// What a process reads from and writes to: files, so that nobody waits on a pipe.
#[derive(Debug)]
pub(crate) struct Files {
    stdin: Option<File>,
    stdout: NamedTempFile,
    stderr: NamedTempFile,
}

impl Files {
    pub(crate) fn stdin(&self) -> Stdio {
        self.stdin
            .as_ref()
            .map_or_else(Stdio::null, |file| file.try_clone().unwrap().into())
    }

    pub(crate) fn stdout(&self) -> Stdio {
        self.stdout.as_file().try_clone().unwrap().into()
    }

    pub(crate) fn stderr(&self) -> Stdio {
        self.stderr.as_file().try_clone().unwrap().into()
    }

    pub(crate) fn stdout_path(&self) -> PathBuf {
        self.stdout.path().to_owned()
    }

    /// By handles of our own: the process's place in the file stays where it is.
    fn read(&self) -> [Vec<u8>; 2] {
        [&self.stdout, &self.stderr].map(|file| fs::read(file.path()).unwrap())
    }
}

/// A process that was started; it is killed where the test forgets it.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) began: Instant,
    pub(crate) line: String,
    pub(crate) files: Files,
    pub(crate) forbidden: Vec<String>,
}

impl Running {
    /// The process has [`LIMIT`] to end.
    #[track_caller]
    pub(crate) fn wait(mut self) -> Output {
        let status = self.status();
        self.output(status, String::new())
    }

    /// None where it had to be killed.
    pub(crate) fn status(&mut self) -> Option<ExitStatus> {
        let end = self.began + LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            if Instant::now() > end {
                let _ = self.child.kill();
                let _ = self.child.wait();
                return None;
            }
            thread::sleep(Duration::from_millis(3));
        }
    }

    #[track_caller]
    pub(crate) fn output(&self, status: Option<ExitStatus>, screen: String) -> Output {
        let [bytes, stderr] = self.files.read();
        let output = Output {
            line: self.line.clone(),
            status,
            stdout: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
            screen,
            took: self.began.elapsed(),
        };
        assert!(output.status.is_some(), "still running after {LIMIT:?}\n{output}");
        for secret in &self.forbidden {
            let json = serde_json::to_string(secret).unwrap();
            for form in [secret.as_str(), json.trim_matches('"')] {
                let said = [&output.stdout, &output.stderr, &output.screen]
                    .iter()
                    .any(|text| text.contains(form));
                assert!(!said, "a secret was said: {form}\n{output}");
            }
        }
        output
    }

    /// What it has written so far.
    pub(crate) fn stderr(&self) -> String {
        let [_, stderr] = self.files.read();
        String::from_utf8_lossy(&stderr).into_owned()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a process ended and what it said. Every check shows all of it when it fails.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    line: String,
    status: Option<ExitStatus>,
    pub(crate) stdout: String,
    /// Standard output, byte by byte.
    pub(crate) bytes: Vec<u8>,
    pub(crate) stderr: String,
    /// What stood on the terminal, where there was one.
    pub(crate) screen: String,
    pub(crate) took: Duration,
}

impl Output {
    /// None where a signal ended it.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.and_then(|status| status.code())
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self) -> Option<i32> {
        self.status
            .and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status))
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code(), Some(code), "exit status {code} was expected\n{self}");
        self
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.exits(0)
    }

    /// tok failed as it should: this code, nothing on standard output, the reason in one line on standard error, perhaps
    /// after warnings and before a hint.
    #[track_caller]
    pub(crate) fn fails(self, code: i32) -> Self {
        let output = self.exits(code);
        assert!(output.stdout.is_empty(), "standard output should be empty\n{output}");
        output.explained()
    }

    /// Every line on standard error is tok's, the last one the reason or a hint after it.
    #[track_caller]
    pub(crate) fn explained(self) -> Self {
        let lines: Vec<&str> = self.stderr.lines().collect();
        let whole = lines
            .iter()
            .all(|line| line.starts_with("tok: ") || line.starts_with("hint: "));
        let hints = lines.iter().filter(|line| line.starts_with("hint: ")).count();
        let reason = lines.iter().rfind(|line| line.starts_with("tok: "));
        let said = reason.is_some_and(|line| !line.starts_with("tok: warning: ")) && self.stderr.ends_with('\n');
        let last = hints == 0 || hints == 1 && lines.last().is_some_and(|line| line.starts_with("hint: "));
        assert!(
            whole && said && last,
            "one line `tok: what failed: why` and perhaps a hint were expected\n{self}"
        );
        self
    }

    /// Standard error contains this.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(
            self.stderr.contains(text),
            "{text:?} was expected on standard error\n{self}"
        );
        self
    }

    #[track_caller]
    pub(crate) fn never_says(self, text: &str) -> Self {
        let said = self.stderr.contains(text) || self.stdout.contains(text);
        assert!(!said, "{text:?} was not expected\n{self}");
        self
    }

    /// Standard output is this, word for word.
    #[track_caller]
    pub(crate) fn prints(self, text: &str) -> Self {
        assert_eq!(self.stdout, text, "standard output was expected to be {text:?}\n{self}");
        self
    }

    /// Standard output contains this.
    #[track_caller]
    pub(crate) fn prints_this(self, text: &str) -> Self {
        assert!(
            self.stdout.contains(text),
            "{text:?} was expected on standard output\n{self}"
        );
        self
    }

    /// Standard error is empty.
    #[track_caller]
    pub(crate) fn quiet(self) -> Self {
        assert!(self.stderr.is_empty(), "nothing was expected on standard error\n{self}");
        self
    }

    /// The one line on standard output.
    #[track_caller]
    pub(crate) fn token(&self) -> String {
        let token = self.stdout.strip_suffix('\n').unwrap_or_default();
        assert!(
            !token.is_empty() && !token.contains('\n'),
            "one line was expected on standard output\n{self}"
        );
        token.to_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("not JSON: {error}\n{self}"))
    }
}

impl fmt::Display for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self
            .status
            .map_or_else(|| "killed".to_owned(), |status| status.to_string());
        write!(
            formatter,
            "$ {}\n{status}, {:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.line, self.took, self.stdout, self.stderr
        )?;
        if self.screen.is_empty() {
            Ok(())
        } else {
            write!(formatter, "\n--- screen\n{}", self.screen)
        }
    }
}

/// Whether a tool is here. Where not, the test is to return at once; with `TOK_TEST_REQUIRE=all` it fails instead.
#[track_caller]
pub(crate) fn need(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let name = format!("{tool}{}", std::env::consts::EXE_SUFFIX);
    let found = std::env::split_paths(&path).any(|folder| folder.join(&name).is_file());
    given(found, &format!("{tool} is not here"))
}

/// The same for anything else that a test needs.
#[track_caller]
pub(crate) fn given(is_so: bool, lack: &str) -> bool {
    if !is_so {
        let required = std::env::var_os("TOK_TEST_REQUIRE").is_some_and(|value| value == "all");
        assert!(!required, "{lack}, and TOK_TEST_REQUIRE=all asks for it");
        let test = thread::current().name().unwrap_or("a test").to_owned();
        // Past the capture of a passing test's output, or nobody would see it.
        let _ = writeln!(std::io::stderr(), "skipped: {test}: {lack}");
    }
    is_so
}

/// Looks again and again until it is so.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < end, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn line(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A signal that is ignored where the tests are started, as `nohup` and a script's `&` do it, would be ignored by every
/// program under test as well. One that is caught is not, and here it does as little.
#[cfg(target_os = "linux")]
fn catch_what_is_ignored() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
            if ignored_signals() >> (signal - 1) & 1 == 1 {
                signal_hook::flag::register(signal, Arc::default()).unwrap();
            }
        }
    });
}

/// One bit for each, the lowest for signal 1.
#[cfg(target_os = "linux")]
fn ignored_signals() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:\t")).unwrap();
    u64::from_str_radix(mask, 16).unwrap()
}

fn private_folders(folder: &Path) {
    if !folder.exists() {
        private_folders(folder.parent().unwrap());
        fs::create_dir(folder).unwrap();
        mode(folder, 0o700);
    }
}

#[cfg(unix)]
pub(crate) fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
pub(crate) fn mode(_: &Path, _: u32) {}
