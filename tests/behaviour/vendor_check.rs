//! What `tok vendors check` says of a vendor's file, and whom a broken one concerns.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{Output, Tok};
use crate::stand_in::{Server, answer};

/// The manual's example.
const ACME: &str = include_str!("../../src/cli/man/acme.toml");

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/behaviour/vendors");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// What is said of a file with this text in the folder where tok runs.
fn check(file: &str, text: &str) -> Output {
    Tok::new()
        .write(&format!("home/{file}"), text)
        .run(["vendors", "check", file])
}

#[test]
fn a_right_file_is_said_to_be_right() {
    check("acme.toml", ACME)
        .ok()
        .quiet()
        .prints("acme.toml: 3 examples are read as documented\n");
    let one = ACME.match_indices("\n[[example]]").nth(1).unwrap().0;
    check("acme.toml", &ACME[..one])
        .ok()
        .quiet()
        .prints("acme.toml: 1 example is read as documented\n");
}

#[test]
fn the_readmes_example_is_right() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let blocks = readme.split("```toml\n").filter_map(|rest| rest.split("```").next());
    let whole: Vec<&str> = blocks.filter(|block| block.starts_with("about = ")).collect();
    assert!(!whole.is_empty());
    for text in whole {
        check("acme.toml", text).ok().quiet();
    }
}

#[test]
fn a_file_without_an_example_is_right_but_remarked_on() {
    let none = ACME.find("\n[[example]]").unwrap();
    let output = check("acme.toml", &ACME[..none])
        .ok()
        .prints("acme.toml: nothing is wrong\n");
    assert_eq!(
        output.stderr,
        "tok: warning: acme.toml: there is no [[example]], so nothing shows that an answer is read as the vendor means it\n"
    );
}

#[test]
fn a_login_that_does_not_say_who_logs_in_is_right_but_remarked_on() {
    let output = check("acme.toml", &ACME.replace("person = true\n", ""))
        .ok()
        .prints("acme.toml: 3 examples are read as documented\n");
    assert_eq!(
        output.stderr,
        "tok: warning: acme.toml: no required field with 'person = true' says who logs in, so the secrets do, and are \
         looked up for every call; 'username' looks like it\n"
    );
}

#[test]
fn every_fixture_passes_and_is_shown_at_work() {
    for file in fixtures() {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let checked = Tok::new().run(["vendors".as_ref(), "check".as_ref(), file.as_os_str()]);
        checked.ok().quiet();
        let tok = Tok::new().own_vendor(&name, &fs::read_to_string(&file).unwrap());
        let demo = tok.run(["demo", &name]).ok().quiet();
        assert!(demo.stdout.contains("held back, no request"), "{demo}");
        assert_eq!(
            tok.run(["vendors", &name]).ok().quiet().stdout,
            fs::read_to_string(&file).unwrap()
        );
    }
}

#[test]
fn every_mistake_is_one_line() {
    let text = ACME
        .replace("about =", "abot =")
        .replace("{username}", "{usrname}")
        .replace("secret = true", "secret = 'yes'")
        .replace("/v1/refresh", "v1/refresh")
        .replace("lifetime = \"1h\"", "lifetime = \"20m\"");
    let line = |start: &str| text.lines().position(|line| line.starts_with(start)).unwrap() + 1;
    let refresh = line("[refresh]") + 1;
    let output = check("acme.toml", &text).fails(2);
    assert_eq!(
        output.stderr,
        format!(
            "tok: acme.toml:1: unknown key 'abot', did you mean 'about'?\n\
             tok: acme.toml:{}: 'secret' in [[field]] takes true or false\n\
             tok: acme.toml:{}: [login] 'json' names no field: '{{usrname}}', did you mean '{{username}}'?\n\
             tok: acme.toml:{refresh}: [refresh] 'path' starts with '/'\n",
            line("secret ="),
            line("json = { user"),
        )
    );
    let text = ACME
        .replace("lifetime = \"1h\"", "lifetime = \"20m\"")
        .replace("exit = 4", "exit = 6");
    let lines = text.lines().enumerate();
    let examples: Vec<usize> = lines
        .filter(|(_, line)| *line == "[[example]]")
        .map(|(at, _)| at + 1)
        .collect();
    let difference = "the example is read otherwise than documented";
    let lifetime = format!("{difference}: lifetime: 1 h is read, 20m is documented");
    assert_eq!(
        check("acme.toml", &text).fails(2).stderr,
        format!(
            "tok: acme.toml:{}: {lifetime}\ntok: acme.toml:{}: {difference}: exit: 4 is read, 6 is documented\n\
             tok: acme.toml:{}: {lifetime}\n",
            examples[0], examples[1], examples[2]
        )
    );
}

#[test]
fn a_file_that_is_no_text_or_no_toml_is_told_of() {
    let tok = Tok::new();
    fs::write(tok.home().join("acme.toml"), b"about = 'x'\ndocs = '\xff'\n").unwrap();
    let run = |file: &str| tok.run(["vendors", "check", file]);
    run("acme.toml").fails(2).says("tok: acme.toml:2: it is not UTF-8\n");
    run("missing.toml").fails(2).says("tok: missing.toml: ");
    run("").fails(2);
    check("acme.toml", "about = 'x'\n[login\n")
        .fails(2)
        .says("tok: acme.toml:2: ");
    check("acme.toml", "")
        .fails(2)
        .says("tok: acme.toml:1: [login] is missing\n");
}

#[test]
fn a_vendor_can_be_checked_by_its_name() {
    let tok = Tok::new().own_vendor("acme", ACME).own_vendor("shop", "about = 'x'\n");
    let path = |name: &str| tok.config_folder().join(format!("vendors/{name}.toml"));
    let check = |name: &str| tok.run(["vendors", "check", name]);
    check("acme").ok().quiet().prints(&format!(
        "{}: 3 examples are read as documented\n",
        path("acme").display()
    ));
    check("shop")
        .fails(2)
        .says(&format!("tok: {}:1: [answer] is missing\n", path("shop").display()));
    for (vendor, count) in [("modulus", 3), ("starship", 8), ("oauth2", 3)] {
        let said = format!("{vendor}: {count} examples are read as documented\n");
        check(vendor).ok().quiet().prints(&said);
    }
    check("modulsu")
        .fails(2)
        .says("tok: there is no vendor 'modulsu'\nhint: did you mean modulus?");
    // A file beside it has its ending.
    let tok = tok.clone().write("home/shop.toml", ACME).write("home/other", ACME);
    tok.run(["vendors", "check", "shop.toml"]).ok().quiet();
    tok.run(["vendors", "check", "other"])
        .fails(2)
        .says("tok: other: a vendor's file is called NAME.toml");
}

#[test]
fn a_pointer_that_finds_nothing_is_named() {
    let text = ACME.replace("/data/token", "/data/tokn");
    let output = check("acme.toml", &text).fails(2);
    let said = "the example is read otherwise than documented: exit: 6 is read, 0 is documented; 'token' finds nothing at \
                '/data/tokn'\n";
    assert_eq!(output.stderr.matches(said).count(), 2, "{output}");
    check("acme.toml", &ACME.replace("/data/expires_in", "/expires_in"))
        .fails(2)
        .says("lifetime: none is read, 1h is documented; 'expires_in' finds nothing at '/expires_in'\n");
    check("acme.toml", &ACME.replace("/error/message", "/message"))
        .fails(2)
        .says("\"wrong password\" is documented; 'error' finds nothing at '/message'\n");
    // What an example need not show is only remarked on.
    let output = check("acme.toml", &ACME.replace("\"/data/refresh\"", "\"/refresh\"")).ok();
    assert_eq!(
        output.stderr,
        "tok: warning: acme.toml: [answer] 'refresh_token' finds nothing at '/refresh' in any [[example]]\n"
    );
}

#[test]
fn a_vendor_that_names_no_end_is_told_that_nothing_is_kept() {
    let text = ACME
        .replace("expires_in = \"/data/expires_in\"\n", "")
        .replace("lifetime = \"1h\"\n", "");
    let output = check("acme.toml", &text)
        .ok()
        .says("every call logs in")
        .says("'lifetime'");
    assert_eq!(output.stderr.lines().count(), 1, "{output}");
    let server = Server::start();
    server.tolerate();
    server.behave(answer(200, r#"{"data": {"token": "abc"}}"#));
    let tok = Tok::new()
        .own_vendor("acme", &text)
        .env("TOK_ACME_URL", server.url())
        .env("TOK_ACME_USERNAME", "jo")
        .env("TOK_ACME_PASSWORD", "some-password");
    let path = tok.config_folder().join("vendors/acme.toml");
    let without_a_keyring = tok.clone().without("TOK_KEYRING");
    without_a_keyring.run(["login", "acme", "--username", "jo"]).ok().says(&format!(
        "tok: warning: acme: the vendor does not say how long the token lasts, so it is not kept, and every call logs in; \
         'lifetime' in [answer] of {} can say it\n",
        path.display()
    ));
    // A script that calls every minute is not told every minute.
    tok.run(["acme"]).ok().prints("abc\n").quiet();
    assert_eq!(server.requests().len(), 2);
    assert!(tok.cached().is_empty());
}

/// Nothing is waited for and memory does not run out, which `timeout` would tell of.
#[cfg(target_os = "linux")]
#[test]
fn only_a_regular_file_of_a_bounded_size_is_read() {
    let tok = Tok::new();
    tok.program("mkfifo", ["acme.toml"]).ok();
    fs::write(tok.home().join("large.toml"), vec![b'#'; (1 << 20) + 1]).unwrap();
    let check = |file: &str| {
        let script = "ulimit -v 4000000; exec timeout 20 tok vendors check \"$1\"";
        tok.program("sh", ["-c", script, "sh", file]).fails(2)
    };
    for file in ["/dev/zero", "acme.toml", "."] {
        check(file).says(&format!("tok: {file}: it is not a regular file\nhint: "));
    }
    check("large.toml").says("tok: large.toml: it is larger than 1 MiB\n");
    // What comes through a pipe has no name that a vendor could have.
    let piped = tok.clone().stdin(ACME).sh("cat | tok vendors check /dev/stdin");
    piped.fails(2).says("NAME.toml");
}

#[test]
fn a_file_needs_a_name_that_a_vendor_can_have() {
    for (file, why) in [
        ("modulus.toml", "'modulus' is built in"),
        ("status.toml", "'status' is a command"),
        ("cache.toml", "'cache' is reserved"),
        ("Acme.toml", "'Acme' cannot be a vendor's name"),
        ("my-api.toml", "'my-api' cannot be a vendor's name"),
        ("acme.tml", "a vendor's file is called NAME.toml"),
    ] {
        check(file, ACME).fails(2).says(&format!("tok: {file}: {why}"));
    }
    // The rest is told of as well.
    let output = check("env.toml", &ACME.replace("about =", "abot =")).fails(2);
    assert_eq!(output.stderr.lines().count(), 2, "{output}");
}

#[test]
fn check_can_be_a_vendor_too() {
    Tok::new()
        .run(["vendors", "check"])
        .fails(2)
        .says("tok: vendors check: no file is given\nhint: ");
    let tok = Tok::new().own_vendor("check", ACME).write("home/acme.toml", ACME);
    tok.run(["vendors", "check"]).ok().quiet().prints(ACME);
    tok.run(["vendors", "check", "acme.toml"]).ok().quiet();
    tok.run(["vendors", "acme", "acme.toml"])
        .fails(2)
        .says("it takes one name");
}

#[test]
fn a_broken_file_breaks_only_its_own_vendor() {
    let server = Server::start();
    let tok = Tok::new()
        .vendor(&server)
        .knows("modulus")
        .own_vendor(
            "acme",
            "about = 'x'\n\n[login]\npth = '/'\n[answer]\ntoken = '/t'\nx = 1\n",
        )
        .own_vendor("shop", ACME);
    let path = tok.config_folder().join("vendors/acme.toml");
    let mistake = format!(
        "{}:4: unknown key 'pth' in [login], did you mean 'path'?\n",
        path.display()
    );

    tok.run(["modulus"]).ok().quiet();
    tok.run(["env", "modulus"]).ok().quiet();
    tok.run(["exec", "modulus", "--", "tok", "--version"]).ok().quiet();
    let help = tok.run(["--help"]).ok().quiet();
    assert!(
        help.stdout.contains("\n  shop ") && !help.stdout.contains("\n  acme "),
        "{help}"
    );
    for words in [["vendors"].as_slice(), &["status"], &["demo"]] {
        let output = tok.run(words).ok();
        assert_eq!(output.stderr, format!("tok: warning: {mistake}"), "{output}");
        assert!(output.stdout.contains("modulus"), "{output}");
    }
    assert!(tok.run(["vendors"]).stdout.contains("\nshop "));

    let said = format!(
        "tok: {mistake}hint: `tok vendors check {}` tells 1 more\n",
        path.display()
    );
    for words in [
        ["acme"].as_slice(),
        &["acme", "--help"],
        &["login", "acme"],
        &["logout", "acme"],
        &["exec", "acme", "--", "true"],
        &["vendors", "acme"],
        &["status", "acme"],
        &["demo", "acme"],
    ] {
        assert_eq!(tok.run(words).fails(2).stderr, said, "{words:?}");
    }
    assert_eq!(tok.run(["env", "acme"]).exits(2).prints("false;\n").stderr, said);
}

#[test]
fn an_example_that_is_read_otherwise_breaks_nothing_but_its_demo() {
    let text = ACME
        .replace("token = \"abc123\"", "token = \"b\"")
        .replace("/data/token\"", "/data/tokn\"");
    let tok = Tok::new().own_vendor("acme", &text);
    tok.run(["vendors"]).ok().quiet();
    let output = tok.run(["demo"]).ok().says("tok: warning: demo of acme: ");
    assert!(output.stdout.contains("modulus: "), "{output}");
    tok.run(["demo", "acme"]).exits(6).explained();
}

#[test]
fn a_file_with_a_name_that_is_taken_is_told_of_and_not_used() {
    let server = Server::start();
    let mut tok = Tok::new().vendor(&server).knows("modulus");
    for name in ["modulus", "env", "keyring", "My-api"] {
        tok = tok.own_vendor(name, ACME);
    }
    tok = tok.write("config/vendors/README.md", "not a vendor");
    tok.run(["modulus"]).ok().quiet();
    let output = tok.run(["vendors"]).ok();
    for (name, why) in [
        ("modulus", "'modulus' is built in"),
        ("env", "'env' is a command"),
        ("keyring", "'keyring' is reserved"),
        ("My-api", "'My-api' cannot be a vendor's name"),
    ] {
        let path = tok.config_folder().join(format!("vendors/{name}.toml"));
        let warning = format!("tok: warning: {}: {why}", path.display());
        assert_eq!(output.stderr.matches(&warning).count(), 1, "{warning}\n{output}");
    }
    assert_eq!(output.stderr.lines().count(), 4, "{output}");
    assert!(!output.stdout.contains("Acme warehouse"), "{output}");
    tok.run(["keyring"]).fails(2).says("'keyring' is reserved");
    tok.run(["env", "modulus"]).ok().quiet();
}

#[test]
fn a_vendor_of_ones_own_is_a_command_like_any_other() {
    let tok = Tok::new().own_vendor("acme", ACME);
    let help = tok.run(["acme", "--help"]).ok().quiet();
    for part in [
        "--site",
        "--username",
        "--password-file",
        "TOK_ACME_PASSWORD",
        "https://docs.acme.example/login",
    ] {
        assert!(help.stdout.contains(part), "{part}\n{help}");
    }
    tok.run(["acne"]).fails(2).says("did you mean acme?");
    tok.run(["acme", "--no-input"]).fails(3).says("TOK_ACME_USERNAME");
}

#[test]
fn an_optional_secret_is_neither_needed_nor_asked_for() {
    let definition = "about = 'x'\n[[field]]\nname = 'key'\nhelp = 'x'\nsecret = true\noptional = true\n\
                      [login]\nmethod = 'GET'\nheaders = { x-key = '{key}' }\n[answer]\ntoken = '/t'\n";
    let tok = Tok::new()
        .own_vendor("acme", definition)
        .env("TOK_ACME_URL", "http://127.0.0.1:1")
        .env("TOK_TIMEOUT", "5");
    // It gets as far as the request, with it or without.
    tok.run(["acme"]).fails(5);
    let with = tok.env("TOK_ACME_KEY", "12345678").run(["acme", "-v"]).exits(5);
    with.says("key: from the variable TOK_ACME_KEY");
}

#[test]
fn a_files_requests_are_shown_without_secrets_and_nothing_is_sent() {
    let file = r#"about = "Shown"
url = "https://{site}.shown.example"
field = [
    { name = "site", help = "x" },
    { name = "username", help = "x", person = true },
    { name = "password", help = "x", secret = true },
    { name = "unit", help = "x", optional = true },
]
[[step]]
method = "GET"
path = "/csrf"
take = { csrf = "cookie:csrf", next = "/next" }
[[step]]
path = "/first/{csrf}"
basic = "{username}:{password}"
[login]
url = "{next}"
headers = { X-Csrf = "{csrf}", X-Unit = "{unit}" }
form = { user = "{username}", password = "{password}" }
[refresh]
method = "PUT"
path = "/refresh"
json = { refresh = "{refresh-token}", unit = "{unit}" }
[answer]
token = "/token"
refresh_token = "/refresh"
lifetime = "1h"
"#;
    let tok = Tok::new()
        .write("home/shown.toml", file)
        .env("TOK_SHOWN_PASSWORD", "password-canary");
    let shown = tok
        .run([
            "vendors",
            "check",
            "--show",
            "shown.toml",
            "--site",
            "north",
            "--username=a b",
        ])
        .ok()
        .stdout;
    let expected = "# login, 1 of 3
GET https://north.shown.example/csrf

# login, 2 of 3
POST https://north.shown.example/first/{csrf}
Authorization: Basic ***

# login, 3 of 3
POST {next}
X-Csrf: {csrf}
Content-Type: application/x-www-form-urlencoded

user=a+b&password=***

# refresh
PUT https://north.shown.example/refresh
Content-Type: application/json

{\"refresh\":\"***\"}

";
    assert_eq!(shown, expected);
    let sampled = tok
        .run(["vendors", "check", "shown.toml", "--show", "--unit", "7"])
        .ok();
    sampled
        .prints_this("https://demo-site.shown.example")
        .prints_this("X-Unit: 7");
    tok.run(["vendors", "check", "--show", "shown.toml", "--usrename", "x"])
        .fails(2)
        .says("--username");
    tok.run(["vendors", "check", "--show", "shown.toml", "--site", "a.b"])
        .fails(2)
        .says("site");
    tok.run(["vendors", "check", "shown.toml", "--site", "north"])
        .fails(2)
        .says("--show");
    let wrong = file.replace("X-Csrf = \"{csrf}\"", "X-Csrf = \"{crsf}\"");
    let tok = tok.write("home/shown.toml", &wrong);
    tok.run(["vendors", "check", "--show", "shown.toml"])
        .fails(2)
        .says("did you mean '{csrf}'?");
}

#[test]
fn the_requests_of_an_approval_are_shown_with_the_one_that_the_browser_makes() {
    for (words, shown) in [
        (
            vec!["oidc"],
            "# login, 2 of 3, by the browser\nGET {authorization-endpoint}?client_id=demo-client-id&code_challenge={code-challenge}&",
        ),
        (
            vec!["oidc", "--browser"],
            "grant_type=authorization_code&client_id=demo-client-id&code={code}&code_verifier={code-verifier}&redirect_uri={redirect-uri}\n",
        ),
        (
            vec!["oidc", "--device"],
            "device_code&client_id=demo-client-id&device_code={device-code}\n",
        ),
    ] {
        let output = Tok::new().run([vec!["vendors", "check", "--show"], words].concat());
        output.ok().quiet().prints_this(shown);
    }
}
