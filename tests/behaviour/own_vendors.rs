//! A user's own vendors: a file becomes a command like any other, and a broken one breaks nothing else.

use serde_json::{Value, json};

use crate::harness::Tok;
use crate::lenient::last;
use crate::protocol::account;
use crate::stand_in::{Server, answer};

const MINE: &str = r#"about = "My own API"
url = "https://{region}.mine.example/api"

[[field]]
name = "region"
help = "Where it runs"

[[field]]
name = "key-id"
help = "Name of the key"

[[field]]
name = "api-key"
help = "The key itself"
secret = true

[[field]]
name = "hours"
help = "How long it shall last"
kind = "integer"
default = "2"

[login]
path = "/v1/keys/{key-id}/token"
headers = { X-Api-Key = "{api-key}" }
json = { hours = "{hours}", who = "key {key-id}" }

[answer]
token = "/token"
lifetime = "1h"

[use]
header = "X-Token: {token}"
"#;

fn mine(server: &Server) -> Tok {
    server.tolerate();
    server.behave(answer(200, r#"{"token": "my-own-token"}"#));
    Tok::new()
        .own_vendor("mine", MINE)
        .env("TOK_MINE_URL", server.url() + "/api")
        .env("TOK_MINE_API_KEY", "my-own-key")
}

#[test]
fn a_file_becomes_a_command_with_flags_variables_and_profiles() {
    let server = Server::start();
    let tok = mine(&server).config("[mine.other]\nkey-id = 'of profile'\nhours = 7\nvariable = 'OTHER'\n");
    let output = tok.run(["mine", "--key-id", "a/b?", "--hours", "5"]).ok().quiet();
    assert_eq!(output.token(), "my-own-token");
    let request = server.only();
    assert_eq!(request.path, "/api/v1/keys/a%2Fb%3F/token");
    assert_eq!(request.header("x-api-key"), Some("my-own-key"));
    assert_eq!(request.json(), json!({"hours": 5, "who": "key a/b?"}));
    let code = tok.run(["env", "mine@other"]).ok();
    assert!(code.stdout.starts_with("OTHER="), "{code}");
    assert_eq!(last(&server), json!({"hours": 7, "who": "key of profile"}));
    let tok = tok.env("TOK_MINE_KEY_ID", "of-variable");
    let code = tok.run(["env", "mine"]).ok();
    assert!(code.stdout.starts_with("MINE_TOKEN="), "{code}");
    assert_eq!(last(&server), json!({"hours": 2, "who": "key of-variable"}));
    tok.run(["mine", "-f", "header"]).ok().prints("X-Token: my-own-token\n");
    tok.run(["mine", "--hours", "many"]).fails(2).says("--hours");
    tok.run(["mine", "--api-key=hunter22"]).fails(2).never_says("hunter22");
    tok.run(["mien"]).fails(2).says("did you mean mine?");
}

#[test]
fn its_token_is_cached_and_its_failures_are_told_like_any_other() {
    let server = Server::start();
    let tok = mine(&server).env("TOK_MINE_KEY_ID", "k");
    tok.run(["mine"]).ok();
    tok.run(["mine"]).ok();
    server.only();
    server.behave(answer(401, r#"{"error": "no my-own-key here"}"#).once());
    let output = tok
        .run(["mine", "--fresh"])
        .fails(4)
        .says("mine: ")
        .never_says("my-own-key");
    output.says("***");
    let nobody = tok.without("TOK_MINE_API_KEY");
    let output = nobody
        .run(["mine", "--fresh"])
        .fails(3)
        .says("mine: api-key is missing");
    output.says("TOK_MINE_API_KEY").says("--api-key-file");
}

#[cfg(unix)]
#[test]
fn what_it_lacks_is_asked_for() {
    let server = Server::start();
    let tok = mine(&server).without("TOK_MINE_API_KEY");
    let mut terminal = tok.terminal(["mine"]);
    terminal.answer("mine key-id: ", "k");
    terminal.answer_hidden("mine api-key: ", "some-typed-key");
    let output = terminal.wait().ok();
    assert!(!output.screen.contains("typed"), "{output}");
    assert_eq!(server.only().header("x-api-key"), Some("some-typed-key"));
}

#[test]
fn help_list_and_status_show_it_and_its_file_is_printed_as_it_stands() {
    let server = Server::start();
    let tok = mine(&server).config("[mine]\nkey-id = 'k'\n");
    tok.run(["--help"]).ok().prints_this("mine").prints_this("My own API");
    tok.run(["mine", "--help"])
        .ok()
        .prints_this("--key-id")
        .prints_this("TOK_MINE_API_KEY");
    let path = tok.config_folder().join("vendors").join("mine.toml");
    let list = tok.run(["vendors"]).ok().quiet().prints_this("My own API");
    list.prints_this(path.to_str().unwrap());
    tok.run(["vendors", "mine"]).ok().quiet().prints(MINE);
    let rows = tok.run(["status", "mine", "-f", "json"]).ok().quiet().json()["tokens"].clone();
    assert_eq!(
        (rows[0]["vendor"].as_str(), rows[0]["state"].as_str()),
        (Some("mine"), Some("none"))
    );
    server.untouched();
}

#[test]
fn a_broken_file_is_exit_2_with_file_and_line_and_breaks_only_itself() {
    let server = Server::start();
    let tok = mine(&server)
        .vendor(&server)
        .knows("modulus")
        .own_vendor("odd", "about = 'odd'\n\n[login]\npahth = '/x'\n")
        .own_vendor("worse", "about = \n");
    let folder = tok.config_folder().join("vendors");
    let odd = format!("{}:4: ", folder.join("odd.toml").display());
    tok.run(["odd"]).fails(2).says(&odd).says("pahth");
    tok.run(["odd", "--help"]).fails(2).says(&odd);
    tok.run(["env", "odd"])
        .exits(2)
        .explained()
        .prints("false;\n")
        .says(&odd);
    tok.run(["vendors", "odd"]).fails(2).says(&odd);
    tok.run(["worse"]).fails(2).says("worse.toml:1: ");
    server.behave(answer(200, r#"{"result": true, "object": "of-modulus"}"#).on("/api/cmn"));
    assert_eq!(tok.run(["modulus"]).ok().quiet().token(), "of-modulus");
    assert_eq!(tok.run(["mine", "--key-id", "k"]).ok().quiet().token(), "my-own-token");
    tok.run(["--help"]).ok().quiet().prints_this("mine");
    let list = tok.run(["vendors"]).ok().prints_this("mine").prints_this("modulus");
    list.says("tok: warning: ").says(&odd).says("worse.toml:1: ");
    tok.run(["status"]).ok().says(&odd);
    // Its profiles do not stop the others'.
    let tok = tok.config("[odd]\nwhatever = 1\n[mine]\nkey-id = 'k'\n");
    tok.run(["mine"]).ok().quiet();
}

/// Refused with these words.
#[track_caller]
fn mistake(definition: &str, why: &str) {
    let tok = Tok::new().own_vendor("mine", definition).env("TOK_TIMEOUT", "5");
    tok.run(["mine"]).fails(2).says("mine.toml").says(why);
}

#[test]
fn a_definition_that_breaks_the_rules_is_refused_with_the_reason() {
    mistake(&MINE.replace("/v1/keys/{key-id}", "/v1/{api-key}"), "api-key");
    mistake(&MINE.replace("https://{region}", "https://{api-key}"), "api-key");
    mistake(&MINE.replace("https://{region}", "http://{region}"), "https");
    mistake(&MINE.replace("{hours}", "{houres}"), "houres");
    mistake(&MINE.replace("name = \"hours\"", "name = \"timeout\""), "timeout");
    mistake(&MINE.replace("name = \"hours\"", "name = \"key-file\""), "key-file");
    mistake(&MINE.replace("name = \"hours\"", "name = \"Hours\""), "Hours");
    mistake(&MINE.replace("name = \"hours\"", "name = \"region\""), "region");
    mistake(&MINE.replace("default = \"2\"", "default = \"two\""), "two");
    mistake(&MINE.replace("lifetime = \"1h\"", "lifetime = \"soon\""), "lifetime");
    mistake(&MINE.replace("token = \"/token\"", "token = \"token\""), "pointer");
    mistake(&MINE.replace("kind = \"integer\"", "kind = \"float\""), "float");
    mistake(&MINE.replace("[login]", "[login]\nform = { a = \"b\" }"), "form");
}

#[test]
fn reserved_names_are_refused_and_a_built_in_vendor_stays_what_it_is() {
    let server = Server::start();
    let mut tok = Tok::new().vendor(&server).knows("modulus");
    for name in ["no", "cache", "config", "keyring", "profile", "seal", "timeout"] {
        tok = tok.own_vendor(name, MINE);
        tok.run([name]).fails(2).says(&format!("{name}.toml")).says("reserved");
    }
    for name in [
        "env",
        "exec",
        "login",
        "logout",
        "status",
        "vendors",
        "demo",
        "completions",
        "help",
        "modulus",
        "My-api",
    ] {
        tok = tok.own_vendor(name, MINE);
        tok.run(["vendors"])
            .ok()
            .says("tok: warning: ")
            .says(&format!("/{name}.toml: "));
    }
    let definition = tok.run(["vendors", "modulus"]).ok().stdout;
    assert!(!definition.contains("mine.example"));
    tok.run(["status"]).ok();
    tok.run(["modulus"]).ok().quiet();
    assert_eq!(server.only().json()["password"], account::MODULUS_PASSWORD);
}

#[test]
fn the_built_in_vendors_are_listed_first_and_their_definitions_can_be_built_on() {
    let tok = Tok::new().own_vendor("aaa", MINE);
    let list = tok.run(["vendors"]).ok().quiet().stdout;
    let names: Vec<&str> = list
        .lines()
        .skip(1)
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let (own, built_in) = names.split_last().unwrap();
    assert!(*own == "aaa" && built_in.is_sorted(), "{names:?}");
    for name in ["crmcom", "data8", "jmvstream", "modulus", "oauth2", "starship"] {
        assert!(built_in.contains(&name), "{names:?}");
    }
    for name in built_in {
        let definition = tok.run(["vendors", *name]).ok().quiet().stdout;
        let copy = tok.clone().own_vendor("copy", &definition);
        copy.run(["copy", "--help"]).ok().quiet();
        copy.run(["vendors", "copy"]).ok().prints(&definition);
    }
}

#[test]
fn a_copy_of_a_vendor_shares_nothing_with_it() {
    let server = Server::start();
    let tok = Tok::new()
        .vendor(&server)
        .knows("modulus")
        .env("TOK_COPY_URL", server.url());
    let definition = tok.run(["vendors", "modulus"]).ok().stdout;
    let tok = tok.own_vendor("copy", &definition);
    tok.run(["modulus"]).ok();
    let output = tok.run(["copy", "--username", account::MODULUS_USERNAMES[0]]).fails(3);
    output.says("TOK_COPY_PASSWORD");
    let tok = tok.env("TOK_COPY_PASSWORD", account::MODULUS_PASSWORD);
    let grant = tok
        .run(["copy", "--username", account::MODULUS_USERNAMES[0], "-f", "json"])
        .ok()
        .json();
    assert_eq!(
        (&grant["vendor"], &grant["source"]),
        (&Value::from("copy"), &Value::from("login"))
    );
}
