//! Each format as a script, a program or curl gets it.

use serde_json::json;

use crate::harness::{Tok, need};
use crate::stand_in::{Server, answer, token};

const VENDORS: [&str; 6] = ["modulus", "jmvstream", "crmcom", "starship", "data8", "oauth2"];

fn ready(vendor: &str, server: &Server) -> Tok {
    Tok::new().vendor(server).knows(vendor)
}

/// modulus with a token that is in the cache.
fn with(server: &Server, value: &str) -> Tok {
    server.reset();
    server.behave(token(value));
    let tok = ready("modulus", server);
    tok.run(["modulus"]).ok().prints(&format!("{value}\n")).quiet();
    tok
}

#[test]
fn token_is_the_token_in_one_line_and_the_default() {
    let server = Server::start();
    for vendor in VENDORS {
        let tok = ready(vendor, &server);
        let printed = tok.run([vendor]).ok().quiet().token();
        tok.run([vendor, "-f", "token"])
            .ok()
            .prints(&format!("{printed}\n"))
            .quiet();
        tok.run([vendor, "--format=token"]).ok().prints(&format!("{printed}\n"));
        assert_eq!(server.requests().last().unwrap().token.as_ref(), Some(&printed));
    }
}

#[test]
fn header_is_a_whole_line_for_a_vendor_that_takes_bearer() {
    let server = Server::start();
    for vendor in ["modulus", "jmvstream", "starship", "data8", "oauth2"] {
        let tok = ready(vendor, &server);
        let token = tok.run([vendor]).ok().token();
        tok.run([vendor, "-f", "header"])
            .ok()
            .prints(&format!("Authorization: Bearer {token}\n"))
            .quiet();
    }
}

#[test]
fn header_is_exit_2_for_a_vendor_that_takes_its_token_in_the_query_and_nobody_is_asked() {
    let server = Server::start();
    ready("crmcom", &server)
        .run(["crmcom", "-f", "header"])
        .fails(2)
        .says("query");
    server.untouched();
}

#[test]
fn curl_lines_carry_the_token_past_the_arguments() {
    let server = Server::start();
    let tok = with(&server, "abc");
    tok.run(["modulus", "-f", "curl"])
        .ok()
        .prints("header = \"Authorization: Bearer abc\"\n")
        .quiet();
    let tok = with(&server, "a\"b\\c");
    tok.run(["modulus", "-f", "curl"])
        .ok()
        .prints("header = \"Authorization: Bearer a\\\"b\\\\c\"\n");
    let tok = ready("crmcom", &server);
    server.behave(token("a&b=c"));
    tok.run(["crmcom", "-f", "curl"])
        .ok()
        .prints("url-query = \"token=a&b=c\"\n");
}

#[cfg(unix)]
#[test]
fn the_real_curl_sends_what_the_lines_say() {
    if !need("curl") {
        return;
    }
    let server = Server::start();
    server.tolerate();
    for value in ["abc.def-123", "a\"b\\c$d`e'f", "~!@#$%^&*()_+{}|:<>?,./;=[]"] {
        let tok = with(&server, value);
        let script = format!(
            "tok modulus -f curl | curl -q -sS -o out -K - {}/api/things",
            server.url()
        );
        tok.sh(&script).ok().quiet();
        let request = server.requests().pop().unwrap();
        assert_eq!(request.path, "/api/things");
        assert_eq!(
            request.header("authorization"),
            Some(format!("Bearer {value}").as_str())
        );
    }
}

#[cfg(unix)]
#[test]
fn the_real_curl_puts_crmcoms_token_into_the_query() {
    if !need("curl") {
        return;
    }
    let server = Server::start();
    server.tolerate();
    let tok = ready("crmcom", &server);
    let token = tok.run(["crmcom"]).ok().token();
    let script = format!(
        "tok crmcom -f curl | curl -q -sS -o out -K - {}/api/things",
        server.url()
    );
    let output = tok.sh(&script);
    if output.stderr.contains("url-query") || output.stderr.contains("unknown") {
        // curl before 7.87.
        assert!(output.code() != Some(0), "{output}");
        return;
    }
    output.ok().quiet();
    let path = server.requests().pop().unwrap().path;
    let sent = path.strip_prefix("/api/things?token=").unwrap();
    assert_eq!(sent.replace("%2E", ".").replace("%2D", "-").replace("%5F", "_"), token);
}

#[test]
fn json_carries_every_character_of_a_token() {
    let server = Server::start();
    let visible: String = ('!'..='~').collect();
    let tok = with(&server, &visible);
    let output = tok.run(["modulus", "-f", "json"]).ok().quiet();
    assert_eq!(output.stdout.lines().count(), 1, "{output}");
    let given = output.json();
    assert_eq!(given["token"], visible);
    assert_eq!((&given["schema"], &given["source"]), (&json!(1), &json!("cache")));
    assert_eq!(
        (&given["variable"], &given["profile"]),
        (&json!("MODULUS_TOKEN"), &json!(null))
    );
    tok.run(["env", "modulus", "-f", "json"]).ok();
    assert_eq!(
        tok.run(["env", "modulus", "-f", "json"]).ok().json(),
        json!({"MODULUS_TOKEN": visible})
    );
}

#[test]
fn claims_are_those_of_a_jwt_and_exit_6_where_there_is_none() {
    let server = Server::start();
    let tok = ready("starship", &server);
    let claims = tok.run(["starship", "-f", "claims"]).ok().quiet().json();
    assert_eq!(claims["header"], json!({"alg": "HS256", "typ": "JWT"}));
    assert!(claims["claims"]["jti"].is_string(), "{claims}");
    for value in [
        "abc",
        "a.b.c",
        "..",
        "eyJ.eyJ.x",
        "eyJhbGciOiJub25lIn0.W10.x",
        "eyJhbGciOiJub25lIn0.e30",
        "e30.e30.x.y.z",
    ] {
        with(&server, value)
            .run(["modulus", "-f", "claims"])
            .fails(6)
            .says("JWT")
            .never_says(value);
    }
}

#[test]
fn a_format_that_does_not_exist_is_exit_2_and_nobody_is_asked() {
    let server = Server::start();
    let tok = ready("modulus", &server);
    for format in ["yaml", "TOKEN", "posix", "", "env"] {
        tok.run(["modulus", "-f", format]).fails(2).says("token");
    }
    for format in ["yaml", "header", "curl", "claims"] {
        tok.run(["env", "modulus", "-f", format]).exits(2).says("posix");
    }
    server.untouched();
}

#[test]
fn every_format_of_env_sets_the_vendors_variable() {
    let server = Server::start();
    let tok = with(&server, "a.B-9_~+/=");
    for (formats, text) in [
        (
            &["posix", "sh", "bash", "zsh"][..],
            "MODULUS_TOKEN='a.B-9_~+/=';export MODULUS_TOKEN;\n",
        ),
        (&["dotenv"], "MODULUS_TOKEN=a.B-9_~+/=\n"),
        (&["nushell", "nu", "json"], "{\"MODULUS_TOKEN\":\"a.B-9_~+/=\"}\n"),
        (&["powershell", "pwsh"], "$env:MODULUS_TOKEN = 'a.B-9_~+/='\n"),
        (&["tcsh"], "setenv MODULUS_TOKEN 'a.B-9_~+/=';\n"),
        (
            &["azure"],
            "##vso[task.setvariable variable=MODULUS_TOKEN;issecret=true]a.B-9_~+/=\n",
        ),
    ] {
        for format in formats {
            tok.run(["env", "modulus", "-f", format]).ok().prints(text).quiet();
        }
    }
    for format in ["fish", "elvish", "cmd"] {
        let output = tok.run(["env", "modulus", "-f", format]).ok().quiet();
        assert!(
            output.stdout.contains("MODULUS_TOKEN") && output.stdout.contains("a.B-9_~+/="),
            "{output}"
        );
    }
    tok.run(["env", "modulus"])
        .ok()
        .prints("MODULUS_TOKEN='a.B-9_~+/=';export MODULUS_TOKEN;\n");
}

#[test]
fn another_variable_can_be_named_and_a_wrong_name_is_exit_2() {
    let server = Server::start();
    let tok = with(&server, "abc");
    tok.run(["env", "modulus", "--variable", "_My_1"])
        .ok()
        .prints("_My_1='abc';export _My_1;\n");
    for name in ["1A", "A-B", "A B", "A;id", "", "Ä", "A=1", "$A", "A\nB"] {
        tok.run(["env", "modulus", "--variable", name])
            .exits(2)
            .prints("false;\n");
        tok.run(["modulus", "--variable", name]).fails(2);
    }
    tok.clone()
        .config("[modulus]\nvariable = \"x;id\"\n")
        .run(["env", "modulus"])
        .exits(2)
        .prints("false;\n");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_token_that_a_format_cannot_carry_is_exit_1_and_not_printed() {
    let server = Server::start();
    for (format, value) in [("dotenv", "a'b\"c$d`e\\f"), ("cmd", "100%PATH%"), ("cmd", "a\"b")] {
        let tok = with(&server, value);
        let output = tok.run(["env", "modulus", "-f", format]).exits(1).says(format);
        output.never_says(value);
    }
}

#[test]
fn failing_env_prints_code_that_fails_where_a_shell_reads_it_and_nothing_elsewhere() {
    let server = Server::start();
    server.behave(answer(500, "broken"));
    let tok = ready("modulus", &server);
    for format in ["posix", "sh", "bash", "zsh"] {
        let output = tok.run(["env", "modulus", "-f", format]).exits(6);
        output.explained().prints("unset MODULUS_TOKEN; false;\n");
    }
    for format in ["fish", "powershell", "elvish", "tcsh", "cmd"] {
        let output = tok.run(["env", "modulus", "-f", format]).exits(6).explained();
        assert!(output.stdout.contains("MODULUS_TOKEN"), "{output}");
    }
    for format in ["nushell", "dotenv", "json", "azure"] {
        tok.run(["env", "modulus", "-f", format]).fails(6);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_is_exit_1() {
    let server = Server::start();
    let tok = with(&server, "abc").env("TOK_OAUTH2_URL", server.url());
    for command in [
        "modulus",
        "modulus -f json",
        "env modulus",
        "env modulus -f dotenv",
        "status",
        "vendors",
        "vendors modulus",
        "--help",
        "modulus --help",
        "--version",
    ] {
        let output = tok.sh(&format!("tok {command} > /dev/full")).exits(1);
        output.says("standard output").explained();
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_gone_is_met_without_a_word() {
    if !need("bash") {
        return;
    }
    let server = Server::start();
    let tok = with(&server, "abc");
    for command in ["modulus", "env modulus", "status", "vendors", "--help"] {
        let script = format!("set -o pipefail; {{ sleep 0.3; tok {command}; }} | true");
        tok.program("bash", ["-c", &script]).exits(1).quiet().prints("");
    }
}

#[cfg(unix)]
#[test]
fn a_closed_or_read_only_standard_output_is_exit_1_and_harms_no_file() {
    let server = Server::start();
    let tok = ready("modulus", &server);
    for redirection in [
        ">&-",
        "<&- >&-",
        "1</dev/null",
        "1</etc/passwd",
        ">&- 2>&-",
        "<&- >&- 2>&-",
    ] {
        let output = tok
            .sh(&format!("tok modulus --fresh {redirection}"))
            .exits(1)
            .prints("");
        if redirection.contains("2>") {
            output.quiet();
        } else {
            output.explained().says("tok: standard output: ");
        }
        let token = server.requests().pop().unwrap().token.unwrap();
        tok.run(["modulus"]).ok().quiet().prints(&format!("{token}\n"));
    }
    for command in [
        "env modulus",
        "status",
        "vendors",
        "vendors modulus",
        "--help",
        "--version",
        "completions bash",
    ] {
        tok.sh(&format!("tok {command} >&-"))
            .exits(1)
            .explained()
            .says("standard output");
    }
}

/// Some starters open it for reading as well, as the standard library does where standard output is closed.
#[cfg(unix)]
#[test]
fn output_that_is_thrown_away_is_none_the_less_written() {
    let server = Server::start();
    let tok = ready("modulus", &server);
    for redirection in [">/dev/null", "1<>/dev/null", "<&- >/dev/null", "2>&- 1<>/dev/null"] {
        tok.sh(&format!("tok modulus {redirection}")).ok().quiet();
    }
}
