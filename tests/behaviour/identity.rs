//! A CI job's own identity: its token is fetched as GitHub documents it, sent to the vendor, and leaves no trace.

use std::fs;
use std::io::Write as _;
use std::sync::{Arc, Mutex};

use percent_encoding::percent_decode_str;

use crate::harness::Tok;
use crate::peer::{Peer, read_request};
use crate::stand_in::{Server, answer};

const BEARER: &str = "request-token-canary";

/// GitHub's part, to the letter.
struct Job {
    peer: Peer,
    audiences: Arc<Mutex<Vec<String>>>,
}

impl Job {
    fn start() -> Self {
        let audiences = Arc::new(Mutex::new(Vec::new()));
        let asked = Arc::clone(&audiences);
        let peer = Peer::start(move |mut stream| {
            let request = read_request(&mut stream);
            let (status, body) = match audience(&request) {
                None => ("401 Unauthorized", r#"{"message": "not understood"}"#.to_owned()),
                Some(audience) => {
                    let mut asked = asked.lock().unwrap();
                    asked.push(audience);
                    let token = format!("identity.canary.{}", asked.len());
                    ("200 OK", format!(r#"{{"count": 1, "value": "{token}"}}"#))
                }
            };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
        });
        Self { peer, audiences }
    }

    fn audiences(&self) -> Vec<String> {
        self.audiences.lock().unwrap().clone()
    }
}

/// None where GitHub would not have understood the request.
fn audience(request: &str) -> Option<String> {
    let mut lines = request.lines();
    let target = lines
        .next()?
        .strip_prefix("GET /45//idtoken/a1b2?api-version=2.0&audience=")?;
    let value = target.strip_suffix(" HTTP/1.1")?;
    let bearer = format!("authorization: Bearer {BEARER}");
    let is_whole = lines.clone().any(|line| line == bearer) && lines.any(|line| line == "accept: application/json");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
    let decoded = percent_decode_str(value).decode_utf8().ok()?.into_owned();
    (is_whole && value.bytes().all(plain)).then_some(decoded)
}

fn vendor() -> Server {
    let server = Server::start();
    server.tolerate();
    server.behave(answer(200, r#"{"access_token": "given", "expires_in": 3600}"#));
    server
}

fn in_job(tok: Tok, job: &str) -> Tok {
    tok.env(
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        format!("{job}/45//idtoken/a1b2?api-version=2.0"),
    )
    .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", BEARER)
}

fn exchange(server: &Server) -> Tok {
    Tok::new().env("TOK_EXCHANGE_URL", server.url() + "/sts")
}

/// The pairs of a form that came.
fn form(body: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8()
            .unwrap()
            .into_owned()
    };
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn sent(server: &Server, name: &str) -> Vec<String> {
    let requests = server.requests();
    let pairs = requests.iter().flat_map(|request| form(&request.body));
    pairs.filter(|(own, _)| own == name).map(|(_, value)| value).collect()
}

#[test]
fn the_jobs_token_is_exchanged_and_fetched_anew_for_each_exchange() {
    let (server, job) = (vendor(), Job::start());
    let tok = in_job(exchange(&server), &job.peer.url()).env("TOK_EXCHANGE_AUDIENCE", "api");
    assert_eq!(tok.run(["exchange"]).ok().quiet().token(), "given");
    tok.run(["exchange"]).ok().quiet();
    tok.run(["exchange", "--fresh"]).ok().quiet();
    let url = server.url() + "/sts";
    assert_eq!(job.audiences(), [url.clone(), url]);
    let first = form(&server.requests()[0].body);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let wanted = [
        pair("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        pair("subject_token", "identity.canary.1"),
        pair("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
        pair("audience", "api"),
    ];
    assert_eq!(first, wanted);
    assert_eq!(sent(&server, "subject_token")[1], "identity.canary.2");
}

#[test]
fn a_client_of_the_exchange_says_who_it_is() {
    let server = vendor();
    let tok = exchange(&server)
        .env("TOK_EXCHANGE_SUBJECT_TOKEN", "subject-canary")
        .env("TOK_EXCHANGE_CLIENT_ID", "robot");
    tok.run(["exchange"]).ok();
    tok.env("TOK_EXCHANGE_CLIENT_SECRET", "some-secret")
        .run(["exchange"])
        .ok();
    let requests = server.requests();
    assert_eq!(sent(&server, "client_id"), ["robot", "robot"]);
    assert_eq!(requests[0].header("authorization"), None);
    assert_eq!(
        requests[1].header("authorization"),
        Some("Basic cm9ib3Q6c29tZS1zZWNyZXQ=")
    );
}

#[test]
fn the_jobs_token_is_masked_before_it_is_used_and_stays_nowhere() {
    let (server, job) = (vendor(), Job::start());
    let tok = in_job(exchange(&server), &job.peer.url()).env("GITHUB_ACTIONS", "true");
    let output = tok.run(["exchange", "-v"]).ok();
    let at = |text: &str| {
        output
            .stderr
            .find(text)
            .unwrap_or_else(|| panic!("no {text}\n{output}"))
    };
    assert!(
        at("::add-mask::identity.canary.1\n") < at("::add-mask::given\n"),
        "{output}"
    );
    assert_eq!(output.stderr.matches("identity.canary").count(), 1, "{output}");
    assert!(
        !output.stderr.contains(BEARER) && output.stdout == "given\n",
        "{output}"
    );

    // The vendor sends back what it was sent, and refuses it.
    server.behave(answer(401, r#"{"error": "not for identity.canary.2"}"#));
    tok.run(["exchange", "--fresh", "-v"]).exits(4).says("not for ***");
    for file in fs::read_dir(tok.cache_folder()).unwrap().flatten() {
        let kept = fs::read_to_string(file.path()).unwrap_or_default();
        assert!(!kept.contains("identity.canary") && !kept.contains(BEARER), "{kept}");
        assert!(!kept.contains("\"digest\""), "{kept}");
    }
}

#[test]
fn a_refused_token_is_no_reason_to_keep_the_next_one_back() {
    let (server, job) = (vendor(), Job::start());
    let tok = in_job(exchange(&server), &job.peer.url());
    for status in [401, 400] {
        server.behave(answer(status, r#"{"error": "not yet trusted"}"#).once());
        let refused = tok.run(["exchange"]).fails(4).says("not yet trusted");
        refused.never_says("held back");
        tok.run(["exchange", "--no-cache"]).ok();
    }
    assert_eq!(job.audiences().len(), 4);
}

#[test]
fn a_secret_of_the_client_is_still_held_back() {
    let (server, job) = (vendor(), Job::start());
    server.behave(answer(401, r#"{"error": "invalid_client"}"#));
    let tok = in_job(exchange(&server), &job.peer.url())
        .env("TOK_EXCHANGE_CLIENT_ID", "robot")
        .env("TOK_EXCHANGE_CLIENT_SECRET", "some-secret");
    tok.run(["exchange"]).fails(4);
    tok.run(["exchange"]).fails(4).says("not sent again");
    server.only();
}

#[test]
fn many_calls_of_a_job_fetch_one_token() {
    let (server, job) = (vendor(), Job::start());
    let tok = in_job(exchange(&server), &job.peer.url());
    for output in tok.parallel(12, &["exchange"]) {
        output.ok();
    }
    assert_eq!(job.audiences().len(), 1);
    server.only();
}

#[test]
fn each_request_of_a_login_has_a_token_of_its_own() {
    let (server, job) = (vendor(), Job::start());
    let definition = "about = 'x'\n[[field]]\nname = 'tenant'\nhelp = 'x'\n[[field]]\nname = 'proof'\nhelp = 'x'\nsecret = true\n\
                      identity-token = 'api://{tenant}?at={url}'\n[[step]]\npath = '/first'\njson = { proof = '{proof}' }\n\
                      [login]\npath = '/second'\njson = { proof = '{proof}' }\n[answer]\ntoken = '/access_token'\nlifetime = '1h'\n";
    let tok = in_job(Tok::new().own_vendor("acme", definition), &job.peer.url())
        .env("TOK_ACME_URL", server.url())
        .env("TOK_ACME_TENANT", "a&b");
    tok.run(["acme"]).ok();
    let proofs: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.json()["proof"].clone())
        .collect();
    assert_eq!(proofs, ["identity.canary.1", "identity.canary.2"]);
    assert_eq!(
        job.audiences(),
        [(); 2].map(|()| format!("api://a&b?at={}", server.url()))
    );
    tok.run(["acme"]).ok();
    assert_eq!(job.audiences().len(), 2);
    // Both stay hidden where both come back.
    let words = r#"{"error": "identity.canary.3 and identity.canary.4"}"#;
    server.behave(answer(401, words).on("/second"));
    let output = tok.run(["acme", "--fresh"]).fails(4);
    output.says("*** and ***").never_says("identity.canary");
}

#[test]
fn a_token_belongs_to_its_audience() {
    let (server, job) = (vendor(), Job::start());
    let definition = |audience: &str| {
        format!(
            "about = 'x'\n[[field]]\nname = 'proof'\nhelp = 'x'\nsecret = true\nidentity-token = '{audience}'\n[login]\njson = {{ \
             proof = '{{proof}}' }}\n[answer]\ntoken = '/access_token'\nlifetime = '1h'\n"
        )
    };
    let tok = in_job(Tok::new(), &job.peer.url()).env("TOK_ACME_URL", server.url());
    for audience in ["one", "two", "one"] {
        tok.clone().own_vendor("acme", &definition(audience)).run(["acme"]).ok();
    }
    assert_eq!(job.audiences(), ["one", "two"]);
}

#[test]
fn what_is_given_goes_before_the_job_and_its_token_is_its_own() {
    let (server, job) = (vendor(), Job::start());
    let tok = in_job(exchange(&server), &job.peer.url());
    tok.run(["exchange"]).ok();
    let given = tok.clone().env("TOK_EXCHANGE_SUBJECT_TOKEN", "of-the-variable");
    given.run(["exchange"]).ok();
    given.run(["exchange"]).ok();
    given
        .env("TOK_EXCHANGE_SUBJECT_TOKEN", "of-another")
        .run(["exchange"])
        .ok();
    let stdin = tok.clone().stdin("of-stdin\n");
    stdin.run(["exchange", "--fresh", "--subject-token-stdin"]).ok();
    let wanted = ["identity.canary.1", "of-the-variable", "of-another", "of-stdin"];
    assert_eq!(sent(&server, "subject_token"), wanted);
}

#[test]
fn without_a_job_the_other_sources_go_on_and_github_is_told_of_the_permission() {
    let server = vendor();
    let tok = exchange(&server).env("ACTIONS_ID_TOKEN_REQUEST_URL", "");
    let missing = tok
        .run(["exchange"])
        .fails(3)
        .says("exchange: subject-token is missing");
    missing.never_says("id-token: write");
    let missing = tok.env("GITHUB_ACTIONS", "true").run(["exchange"]).fails(3);
    missing
        .says("`permissions: id-token: write`")
        .says("TOK_EXCHANGE_SUBJECT_TOKEN");
    server.untouched();
}

#[test]
fn half_of_a_job_is_said_to_be_one() {
    let (server, job) = (vendor(), Job::start());
    let tok = in_job(exchange(&server), &job.peer.url());
    tok.clone()
        .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")
        .run(["exchange"])
        .fails(3)
        .says("exchange: subject-token: ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set");
    tok.without("ACTIONS_ID_TOKEN_REQUEST_URL")
        .run(["exchange"])
        .fails(3)
        .says("exchange: subject-token: ACTIONS_ID_TOKEN_REQUEST_URL is not set");
    server.untouched();
    assert_eq!(job.peer.connections(), 0);
}

#[test]
fn the_bearer_goes_over_https_or_to_this_machine_alone() {
    let server = vendor();
    for url in [
        "http://github.example/idtoken",
        "ftp://127.0.0.1/x",
        "token",
        "https://user@github.example/x",
    ] {
        let tok = in_job(exchange(&server), "").env("ACTIONS_ID_TOKEN_REQUEST_URL", url);
        let output = tok.run(["exchange"]).fails(2);
        output
            .says("exchange: subject-token: ACTIONS_ID_TOKEN_REQUEST_URL: it ")
            .never_says(BEARER);
    }
    server.untouched();
}

fn http(status: &str, more: &str, body: &str) -> Peer {
    Peer::saying(format!(
        "HTTP/1.1 {status}\r\n{more}content-length: {}\r\n\r\n{body}",
        body.len()
    ))
}

#[test]
fn what_is_no_token_is_exit_6_and_nothing_reaches_the_vendor() {
    let server = vendor();
    let elsewhere = Peer::silent();
    let location = format!("location: {}/\r\n", elsewhere.url());
    let endless = Peer::start(|mut stream| {
        read_request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n{\"value\": \"");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    let refusal = format!(r#"{{"message": "no {BEARER} here"}}"#);
    for (peer, words) in [
        (
            http("403 Forbidden", "", &refusal),
            "no identity token is given: status 403: no *** here",
        ),
        (
            http("302 Found", &location, ""),
            "no identity token is given: status 302",
        ),
        (http("500 Oh", "", "no"), "no identity token is given: status 500"),
        (
            http("200 OK", "", "<html>"),
            "the answer has no identity token at '/value'",
        ),
        (
            http("200 OK", "", r#"{"value": 7}"#),
            "the answer has no identity token at '/value'",
        ),
        (http("200 OK", "", r#"{"value": ""}"#), "visible ASCII"),
        (http("200 OK", "", r#"{"value": "a b"}"#), "visible ASCII"),
        (endless, "larger than 1 MiB"),
    ] {
        let output = in_job(exchange(&server), &peer.url()).run(["exchange"]).fails(6);
        output.says("exchange: subject-token: ").says(words);
    }
    assert_eq!(elsewhere.connections(), 0);
    server.untouched();
}

#[test]
fn a_job_that_asks_for_a_pause_is_exit_7_and_left_alone_meanwhile() {
    let server = vendor();
    let peer = http("429 Too Many", "retry-after: 60\r\n", "");
    let tok = in_job(exchange(&server), &peer.url());
    tok.run(["exchange"])
        .fails(7)
        .says("no identity token is given: status 429");
    tok.run(["exchange"]).fails(7).says("asked for a pause");
    assert_eq!(peer.connections(), 1);
    server.expect(&[]);
}

#[test]
fn a_job_that_does_not_answer_is_exit_5_in_time() {
    let server = vendor();
    let silent = Peer::silent();
    let tok = in_job(exchange(&server), &silent.url()).env("TOK_TIMEOUT", "1");
    tok.run(["exchange"])
        .fails(5)
        .says("exchange: subject-token: 127.0.0.1:");
    let gone = format!("http://127.0.0.1:{}", crate::peer::free_port());
    in_job(exchange(&server), &gone)
        .run(["exchange"])
        .fails(5)
        .says("exchange: subject-token: ");
    server.untouched();
}

#[cfg(unix)]
#[test]
fn a_program_gets_the_token_and_not_the_jobs_identity_and_a_command_for_a_secret_keeps_it() {
    let (server, job) = (vendor(), Job::start());
    let tok = in_job(exchange(&server), &job.peer.url());
    for words in [
        &["exec", "exchange", "--", "env"][..],
        &["exec", "--keep", "exchange", "--", "env"],
    ] {
        let output = tok.run(words).ok();
        assert!(output.stdout.contains("EXCHANGE_TOKEN"), "{output}");
        assert!(!output.stdout.contains("ACTIONS_ID_TOKEN_REQUEST"), "{output}");
    }
    // A password manager may be logged in to with it.
    let command = format!(
        "[exchange]\nurl = '{}'\nsubject-token-command = 'echo $ACTIONS_ID_TOKEN_REQUEST_URL'\n",
        server.url()
    );
    tok.config(&command).without("TOK_EXCHANGE_URL").run(["exchange"]).ok();
    assert!(sent(&server, "subject_token")[1].contains("//idtoken"));
}

#[test]
fn status_and_login_tell_of_the_jobs_token() {
    let (server, job) = (vendor(), Job::start());
    let tok = in_job(exchange(&server), &job.peer.url());
    let wanted = format!("subject-token: the job's identity token for '{}/sts'", server.url());
    tok.run(["exchange"]).ok();
    tok.run(["status", "exchange", "-v"]).ok().prints_this(&wanted);
    let output = tok.run(["login", "exchange"]).ok();
    output
        .says("subject-token is not kept")
        .says("exchange: kept [exchange] in ");
    assert_eq!(job.audiences().len(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn the_job_is_asked_over_tls_as_a_vendor_is() {
    let (server, job) = (vendor(), Server::tls());
    job.tolerate();
    job.behave(answer(200, r#"{"value": "identity.canary.tls"}"#));
    let tok = in_job(exchange(&server), &job.url());
    tok.run(["exchange"])
        .fails(5)
        .says("exchange: subject-token: localhost:");
    server.untouched();
    tok.env("SSL_CERT_FILE", job.ca()).run(["exchange"]).ok().quiet();
    assert_eq!(sent(&server, "subject_token"), ["identity.canary.tls"]);
    assert_eq!(job.only().header("authorization"), Some("Bearer request-token-canary"));
}

#[test]
fn a_logout_forgets_what_the_jobs_token_was_exchanged_for() {
    let (server, job) = (vendor(), Job::start());
    let tok = in_job(exchange(&server), &job.peer.url());
    tok.run(["exchange"]).ok();
    tok.run(["status", "exchange"]).ok().prints_this("valid");
    tok.run(["logout", "exchange"]).ok().says("forgot 1 token");
    assert_eq!(tok.cached().len(), 0);
}

fn oauth2(server: &Server) -> Tok {
    Tok::new()
        .env("TOK_OAUTH2_URL", server.url() + "/token")
        .env("TOK_OAUTH2_CLIENT_ID", "robot")
}

#[test]
fn a_job_without_a_client_secret_logs_in_with_its_identity() {
    let (server, job) = (vendor(), Job::start());
    let tok = in_job(oauth2(&server), &job.peer.url());
    tok.run(["oauth2"]).ok().quiet();
    assert_eq!(job.audiences(), [server.url() + "/token"]);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let wanted = [
        pair("grant_type", "client_credentials"),
        pair("client_id", "robot"),
        pair("client_assertion_type", kind),
        pair("client_assertion", "identity.canary.1"),
    ];
    assert_eq!(form(&server.only().body), wanted);
    // Another way has a token of its own.
    let secret = tok.env("TOK_OAUTH2_CLIENT_SECRET", "some-secret");
    secret.run(["oauth2"]).ok();
    assert_eq!(job.audiences().len(), 1);
    assert_eq!(
        form(&server.requests()[1].body),
        [pair("grant_type", "client_credentials")]
    );
}

#[test]
fn a_job_that_may_not_have_an_identity_is_told_that_one_would_do() {
    let server = vendor();
    let tok = oauth2(&server).env("GITHUB_ACTIONS", "true");
    tok.run(["oauth2"]).fails(3).says("`permissions: id-token: write`");
    let named = tok.config("[oauth2]\nway = 'private-key'\n");
    named.run(["oauth2"]).fails(3).never_says("id-token: write");
    server.untouched();
}

#[test]
fn the_way_is_the_one_that_is_given_or_named() {
    let (server, job) = (vendor(), Job::start());
    let tok = in_job(oauth2(&server), &job.peer.url());
    let tokens = [
        ("TOK_OAUTH2_CLIENT_SECRET", "some-secret"),
        ("TOK_OAUTH2_IDENTITY_TOKEN", "some-token"),
    ];
    let both = tokens
        .iter()
        .fold(tok.clone(), |tok, (name, value)| tok.env(*name, *value));
    both.run(["oauth2"])
        .fails(2)
        .says("client-secret and identity-token belong to different ways to log in");
    let named = tok.config("[oauth2]\nway = 'client-secret'\n");
    named.run(["oauth2"]).fails(3).says("oauth2: client-secret is missing");
    named.config("[oauth2]\nway = 'identity-token'\n").run(["oauth2"]).ok();
    assert_eq!(job.audiences().len(), 1);
}

#[test]
fn the_key_is_checked() {
    let check = |line: &str| {
        let file = format!(
            "about = 'x'\n[[field]]\nname = 'proof'\nhelp = 'x'\nsecret = true\n{line}\n[[field]]\nname = 'area'\nhelp = 'x'\n\
             optional = true\n[login]\njson = {{ proof = '{{proof}}', area = '{{area}}' }}\n[answer]\ntoken = '/t'\nlifetime = '1h'\n"
        );
        Tok::new()
            .write("home/acme.toml", &file)
            .run(["vendors", "check", "acme.toml"])
    };
    check("identity-token = '{url}/x'").ok();
    for (line, words) in [
        (
            "identity-token = 7",
            "'identity-token' in [[field]] takes a text in quotes",
        ),
        (
            "identity-token = '{urn}'",
            "'identity-token' names no field: '{urn}', did you mean '{url}'?",
        ),
        (
            "identity-token = '{proof}'",
            "'identity-token' holds the secret 'proof'",
        ),
        (
            "identity-token = '{area}'",
            "'identity-token' holds 'area', which is optional",
        ),
        ("identity-token = '{'", "'identity-token': '{' without '}'"),
        ("identity_token = 'x'", "did you mean 'identity-token'?"),
        (
            "identity-token = 'x'\nkind = 'pem'",
            "'identity-token' is for a secret that is no document",
        ),
    ] {
        check(line).exits(2).says("acme.toml:6: ").says(words);
    }
}
