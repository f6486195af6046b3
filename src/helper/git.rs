//! git's credential helpers: `gitcredentials(7)`, and `git-credential(1)` for the lines.
//!
//! Where git says that it can, since 2.46, it is given the value of `Authorization`; else a name and the token as a password.
//! A vendor that refuses, or a credential that is missing, ends git's search: another helper or a question could not do better.

use std::fmt::Write as _;

use super::{Asked, Conversation, Credential, Place, Protocol, not_understood};
use crate::error::Result;
use crate::origin::BaseUrl;
use crate::secret::Secret;

pub(super) const GIT: Protocol = Protocol {
    name: "git",
    about: "git's credential helpers",
    program: None,
    variable: None,
    goes_on: false,
    operations: &["get", "store", "erase"],
    lines: |target, addresses| addresses.iter().map(|address| line(target, address)).collect(),
    speak,
    line: None,
};

/// git tells a path only where it is told to.
fn line(target: &str, address: &str) -> String {
    let (origin, path) = match address
        .find("://")
        .and_then(|at| address.get(at + 3..)?.find('/').map(|end| at + 3 + end))
    {
        Some(end) => address.split_at(end),
        None => (address, ""),
    };
    let helper = format!("git config --global credential.{address}.helper '!tok helper git {target}'\n");
    if path.is_empty() {
        helper
    } else {
        format!("{helper}git config --global credential.{origin}.useHttpPath true\n")
    }
}

fn speak(conversation: &mut Conversation) -> Result<()> {
    match conversation.operation {
        "get" => {
            let question = Question::read(conversation)?;
            let answer = match conversation.tokens.get(&question.asked()) {
                Ok(None) => return Ok(()),
                Ok(Some(credential)) => question.answer(&credential),
                Err(error) => {
                    conversation.say("quit=1\n\n")?;
                    return Err(error);
                }
            };
            conversation.say(&answer)
        }
        "erase" => {
            let question = Question::read(conversation)?;
            let token = question.credential.as_ref().or(question.password.as_ref());
            match token {
                Some(token) => conversation.tokens.forget(&question.asked(), Some(token)),
                None => Ok(()),
            }
        }
        "store" => conversation.read().map(drop),
        // What git may ask of helpers one day is no mistake.
        _ => Ok(()),
    }
}

/// What is known of the credential that is asked for.
#[derive(Default)]
struct Question {
    protocol: String,
    /// With the port, where it is not the protocol's own.
    host: String,
    path: String,
    username: Option<String>,
    password: Option<Secret>,
    /// What `Authorization` had behind its scheme.
    credential: Option<Secret>,
    takes_schemes: bool,
}

impl Question {
    /// Up to a blank line or the end.
    fn read(conversation: &mut Conversation) -> Result<Self> {
        let mut question = Self::default();
        loop {
            let line = conversation.line()?;
            let line = line.strip_suffix('\n').unwrap_or(&line);
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.is_empty() {
                return Ok(question);
            }
            let (key, value) = line.split_once('=').ok_or_else(|| not_understood("a line has no ="))?;
            let text = value.to_owned();
            match key {
                "protocol" => question.protocol = text,
                "host" => question.host = text,
                "path" => question.path = text,
                "username" => question.username = Some(text),
                "password" => question.password = Some(Secret::new(text)),
                "credential" => question.credential = Some(Secret::new(text)),
                "capability[]" if value == "authtype" => question.takes_schemes = true,
                _ => {}
            }
        }
    }

    fn asked(&self) -> Asked {
        let path = self.path.trim_start_matches('/');
        let may_ask = std::env::var_os("GIT_TERMINAL_PROMPT").is_none_or(|value| !is_off(&value));
        // A host that brings a path along, as `a.example/.b.example`, is another's.
        let place = match BaseUrl::parse(&format!("{}://{}", self.protocol, self.host)) {
            Ok(base) if !self.host.contains('/') => Place::of(&format!("{}/{path}", base.origin())),
            _ => Place::At(Vec::new()),
        };
        Asked {
            user: self.username.clone(),
            may_ask,
            ..Asked::at(place)
        }
    }

    fn answer(&self, credential: &Credential) -> String {
        let token = credential.token.expose();
        let mut answer = if self.takes_schemes && !credential.is_basic() && !credential.scheme.is_empty() {
            let scheme = &credential.scheme;
            format!("capability[]=authtype\nauthtype={scheme}\ncredential={token}\nephemeral=1\n")
        } else {
            format!("username={}\npassword={token}\n", credential.user)
        };
        if let Some(end) = credential.expires_at {
            let _ = writeln!(answer, "password_expiry_utc={end}");
        }
        answer.push('\n');
        answer
    }
}

/// As git reads a switch.
fn is_off(value: &std::ffi::OsStr) -> bool {
    ["0", "false", "no", "off", ""]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word))
}
