//! Each protocol's question in full, cut off, with more than is known and with what no program sends.

use std::cell::RefCell;

use super::*;
use crate::error::Exit;

/// Serves one host, and notes down what was asked and forgotten.
#[derive(Default)]
struct Fake {
    scheme: &'static str,
    failure: Option<Error>,
    asked: RefCell<Vec<Asked>>,
    forgotten: RefCell<Vec<Option<String>>>,
}

impl Tokens for Fake {
    fn get(&self, asked: &Asked) -> Result<Option<Credential>> {
        self.asked.borrow_mut().push(asked.clone());
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let is_served = match &asked.place {
            Place::Unknown => true,
            Place::At(places) => places.iter().any(|place| place.host() == "git.acme.com"),
        };
        Ok(is_served.then(|| Credential {
            token: Secret::new("t0ken"),
            expires_at: Some(1_767_225_600),
            user: "oauth2".into(),
            scheme: self.scheme.into(),
            header: ("Authorization".into(), Secret::new("Bearer t0ken")),
        }))
    }

    fn forget(&self, _: &Asked, token: Option<&Secret>) -> Result<()> {
        self.forgotten
            .borrow_mut()
            .push(token.map(|token| token.expose().to_owned()));
        Ok(())
    }
}

fn bearer() -> Fake {
    Fake {
        scheme: "Bearer",
        ..Fake::default()
    }
}

fn speak(protocol: &str, operation: &str, question: impl AsRef<[u8]>, tokens: &Fake) -> (Result<()>, String) {
    let (mut input, mut output) = (question.as_ref(), Vec::new());
    let outcome = (Protocol::find(protocol).unwrap().speak)(&mut Conversation {
        operation,
        input: &mut input,
        output: &mut output,
        tokens,
    });
    (outcome, String::from_utf8(output).unwrap())
}

fn answer(protocol: &str, operation: &str, question: impl AsRef<[u8]>) -> String {
    let (outcome, answer) = speak(protocol, operation, question, &bearer());
    outcome.unwrap();
    answer
}

#[test]
fn git_is_given_the_header_where_it_takes_one_and_else_a_name_and_a_password() {
    let question = "protocol=https\nhost=git.acme.com\n";
    let basic = "username=oauth2\npassword=t0ken\npassword_expiry_utc=1767225600\n\n";
    let header =
        "capability[]=authtype\nauthtype=Bearer\ncredential=t0ken\nephemeral=1\npassword_expiry_utc=1767225600\n\n";
    assert_eq!(answer("git", "get", question), basic);
    assert_eq!(answer("git", "get", format!("{question}\nnever read")), basic);
    assert_eq!(answer("git", "get", question.replace('\n', "\r\n")), basic);
    let unknown = format!("{question}wwwauth[]=Basic realm=\"x=y\"\nnew[]=1\ncapability[]=state\n");
    assert_eq!(answer("git", "get", unknown), basic);
    assert_eq!(
        answer("git", "get", format!("capability[]=authtype\n{question}\n")),
        header
    );
    for scheme in ["", "Basic", "basic"] {
        let tokens = Fake {
            scheme,
            ..Fake::default()
        };
        let (_, said) = speak("git", "get", format!("capability[]=authtype\n{question}\n"), &tokens);
        assert_eq!(said, basic, "{scheme}");
    }
}

#[test]
fn git_asks_its_next_helper_where_nobody_serves_and_nobody_else_where_the_vendor_refuses() {
    for question in [
        "protocol=https\nhost=other.acme.com\n",
        "protocol=http\nhost=git.acme.com\n",
        "protocol=https\nhost=user@git.acme.com\n",
        "protocol=https\n",
        "",
    ] {
        assert_eq!(answer("git", "get", question), "", "{question}");
    }
    let tokens = Fake {
        failure: Some(Error::refused("no")),
        ..bearer()
    };
    let (outcome, said) = speak("git", "get", "protocol=https\nhost=git.acme.com\n", &tokens);
    assert_eq!(
        (outcome.unwrap_err().exit, said.as_str()),
        (Exit::Refused, "quit=1\n\n")
    );
}

#[test]
fn git_erases_the_very_token_that_was_refused_and_stores_nothing() {
    let tokens = bearer();
    let question = "protocol=https\nhost=git.acme.com\nusername=u\n";
    for more in ["password=t0ken\n", "authtype=Bearer\ncredential=t0ken\n"] {
        let (outcome, said) = speak("git", "erase", format!("{question}{more}"), &tokens);
        assert!(outcome.is_ok() && said.is_empty());
    }
    let (outcome, _) = speak("git", "erase", question, &tokens);
    outcome.unwrap();
    assert_eq!(*tokens.forgotten.borrow(), vec![Some("t0ken".to_owned()); 2]);
    for operation in ["store", "capability", "one-day"] {
        let (outcome, said) = speak("git", operation, format!("{question}password=x\n"), &tokens);
        assert!(outcome.is_ok() && said.is_empty(), "{operation}");
    }
    assert_eq!(tokens.forgotten.borrow().len(), 2);
    assert!(tokens.asked.borrow().is_empty());
}

#[test]
fn docker_is_answered_for_a_bare_server_and_told_on_standard_output_what_failed() {
    let served = "{\"ServerURL\":\"SERVER\",\"Username\":\"oauth2\",\"Secret\":\"t0ken\"}\n";
    for server in ["git.acme.com", "git.acme.com:5000", "https://git.acme.com/v1/"] {
        let expected = served.replace("SERVER", server);
        assert_eq!(answer("docker", "get", server), expected);
        assert_eq!(answer("docker", "get", format!("{server}\n")), expected);
    }
    for server in [
        "other.acme.com",
        "http://git.acme.com",
        "u@git.acme.com",
        "git.acme.com.",
    ] {
        let (outcome, said) = speak("docker", "get", server, &bearer());
        assert!(outcome.as_ref().unwrap_err().is_silent(), "{server}");
        assert_eq!(outcome.unwrap_err().exit, Exit::Other);
        assert_eq!(said, "credentials not found in native keychain\n", "{server}");
    }
    let tokens = Fake {
        failure: Some(Error::refused("no").with_hint("pay")),
        ..bearer()
    };
    let (outcome, said) = speak("docker", "get", "git.acme.com", &tokens);
    assert!(outcome.unwrap_err().is_silent());
    assert_eq!(said, "tok: no; hint: pay\n");
    let (outcome, _) = speak("docker", "erase", "git.acme.com", &tokens);
    outcome.unwrap();
    assert_eq!(*tokens.forgotten.borrow(), [None]);
    assert_eq!(
        answer("docker", "store", "{\"ServerURL\":\"git.acme.com\",\"Secret\":\"x\"}"),
        ""
    );
    assert_eq!(answer("docker", "list", ""), "{}\n");
    assert!(answer("docker", "version", "").starts_with("docker-credential-tok v"));
    assert_eq!(speak("docker", "give", "", &tokens).0.unwrap_err().exit, Exit::Usage);
}

#[test]
fn cargo_is_greeted_and_answered_line_by_line_until_the_end() {
    let get = |index: &str| {
        format!(
            "{{\"v\":1,\"kind\":\"get\",\"operation\":\"read\",\"registry\":{{\"index-url\":\"{index}\"}},\"new\":1}}\n"
        )
    };
    let served = "{\"Ok\":{\"kind\":\"get\",\"token\":\"Bearer t0ken\",\"cache\":\"expires\",\"expiration\":1767225600,\
                  \"operation_independent\":true}}\n";
    let not_served = "{\"Err\":{\"kind\":\"url-not-supported\"}}\n";
    let greeting = "{\"v\":[1]}\n";
    assert_eq!(answer("cargo", "plugin", ""), greeting);
    let questions = get("sparse+https://git.acme.com/index/") + "\n" + &get("https://other.acme.com");
    assert_eq!(
        answer("cargo", "plugin", questions),
        [greeting, served, not_served].concat()
    );
    let tokens = bearer();
    let logout = "{\"v\":1,\"kind\":\"logout\",\"registry\":{\"index-url\":\"sparse+https://git.acme.com/\"},\
                  \"args\":[\"helper\",\"cargo\",\"modulus@x\"]}\n";
    let login = logout.replace("logout", "login");
    let other = logout.replace("logout", "dance");
    let (_, said) = speak("cargo", "plugin", [logout, &login, &other].concat(), &tokens);
    let answers: Vec<&str> = said.lines().skip(1).collect();
    assert_eq!(
        answers,
        [
            "{\"Ok\":{\"kind\":\"logout\"}}",
            "{\"Ok\":{\"kind\":\"login\"}}",
            "{\"Err\":{\"kind\":\"operation-not-supported\"}}"
        ]
    );
    assert_eq!(*tokens.forgotten.borrow(), [None, None]);
}

#[test]
fn cargo_hears_of_a_failure_in_an_answer() {
    let tokens = Fake {
        failure: Some(Error::refused("modulus: refused").with_hint("check")),
        ..bearer()
    };
    let get = "{\"v\":1,\"kind\":\"get\",\"registry\":{\"index-url\":\"https://git.acme.com\"},\"args\":ARGS}\n";
    let questions = [
        get.replace("ARGS", "[]"),
        get.replace("ARGS", "[\"x\"]"),
        get.replace("\"v\":1", "\"v\":2").replace("ARGS", "[]"),
        "{\"v\":1\n".to_owned(),
    ];
    let (outcome, said) = speak("cargo", "plugin", questions.concat(), &tokens);
    outcome.unwrap();
    let answers: Vec<&str> = said.lines().skip(1).collect();
    assert_eq!(
        answers[0],
        "{\"Err\":{\"kind\":\"other\",\"message\":\"tok: modulus: refused\",\"caused-by\":[\"check\"]}}"
    );
    assert_eq!(answers.len(), 4);
    assert!(
        answers
            .iter()
            .all(|answer| answer.starts_with("{\"Err\":{\"kind\":\"other\"")),
        "{said}"
    );
    assert_eq!(tokens.asked.borrow().len(), 1);
}

#[test]
fn bazel_is_given_the_headers_of_a_request_and_no_header_where_nobody_serves() {
    let served = "{\"headers\":{\"Authorization\":[\"Bearer t0ken\"]},\"expires\":\"2026-01-01T00:00:00Z\"}\n";
    for uri in ["https://git.acme.com", "https://git.acme.com/a/b.zip?c=d&e#f"] {
        let question = format!("{{\"uri\":\"{uri}\",\"headers\":{{}},\"new\":[1]}}");
        assert_eq!(answer("bazel", "get", question), served);
    }
    for uri in ["https://other.acme.com", "http://git.acme.com", "", "x"] {
        assert_eq!(answer("bazel", "get", format!("{{\"uri\":\"{uri}\"}}")), "{}\n");
    }
    assert_eq!(speak("bazel", "put", "{}", &bearer()).0.unwrap_err().exit, Exit::Usage);
}

#[test]
fn what_no_program_sends_is_exit_2_and_not_shown() {
    let long = vec![b'x'; usize::try_from(MOST).unwrap() + 1];
    let questions: [&[u8]; 4] = [b"hush\0", b"hush\xff", b"{\"hush\"", &long];
    for question in questions {
        for (protocol, operation) in [("git", "get"), ("git", "erase"), ("bazel", "get")] {
            let tokens = bearer();
            let (outcome, said) = speak(protocol, operation, question, &tokens);
            let error = outcome.unwrap_err();
            assert_eq!(error.exit, Exit::Usage, "{protocol}");
            assert!(!error.text().contains("hush") && said.is_empty(), "{protocol}: {error}");
            assert!(tokens.asked.borrow().is_empty());
        }
        let (outcome, said) = speak("docker", "get", question, &bearer());
        assert_eq!(outcome.unwrap_err().exit, Exit::Other);
        assert!(!said.contains("hush"), "{said}");
    }
    let mib = vec![b'\n'; usize::try_from(MOST).unwrap()];
    assert_eq!(answer("git", "get", mib), "");
}

#[test]
fn each_protocol_has_lines_to_paste_for_what_it_can_be_told() {
    let addresses = ["https://git.acme.com:8443", "https://*.acme.com/api"].map(str::to_owned);
    let lines = |protocol: &str| (Protocol::find(protocol).unwrap().lines)("modulus@work", &addresses);
    assert_eq!(
        lines("git"),
        "git config --global credential.https://git.acme.com:8443.helper '!tok helper git modulus@work'\n\
         git config --global credential.https://*.acme.com/api.helper '!tok helper git modulus@work'\n\
         git config --global credential.https://*.acme.com.useHttpPath true\n"
    );
    assert!(lines("docker").ends_with(
        "{ \"credHelpers\": { \"git.acme.com:8443\": \"tok\" } }\n# https://*.acme.com/api: each server is named by itself\n"
    ));
    assert!(lines("kubernetes").contains("[helper, kubernetes, modulus@work]"));
    assert!(lines("cargo").contains("sparse+https://git.acme.com:8443/\""));
    assert!(lines("bazel").ends_with(
        "common --credential_helper=git.acme.com=bazel-credential-tok\n\
         common --credential_helper=*.acme.com=bazel-credential-tok\n"
    ));
}
