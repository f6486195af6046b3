//! Base URLs and the checks of fields: nothing is sent before every value has passed.

use crate::harness::Tok;
use crate::lenient::lenient;
use crate::protocol::account;
use crate::stand_in::Server;

/// All that a vendor needs but the URL; nothing waits long for a machine that is not there.
fn nowhere(vendor: &str) -> Tok {
    Tok::new().knows(vendor).env("TOK_TIMEOUT", "5")
}

/// Refused wherever it is given, with the place and the reason, before the secret is looked for.
#[track_caller]
fn refused_url(url: &str, why: &str) {
    let tok = nowhere("modulus").without("TOK_MODULUS_PASSWORD").may_leak();
    let refused = |tok: &Tok, arguments: &[&str], place: &str| {
        let output = tok.run([&["modulus"], arguments].concat()).fails(2);
        output.says(place).says(why).never_says("hunter22");
    };
    refused(&tok, &["--url", url], "--url: ");
    refused(&tok.clone().env("TOK_MODULUS_URL", url), &[], "TOK_MODULUS_URL: ");
    let tok = tok.config(&format!("[modulus]\nurl = '{url}'\n"));
    refused(&tok, &[], "config.toml: url in [modulus]: ");
}

#[test]
fn a_password_goes_to_another_machine_by_https_only() {
    for host in [
        "example.com",
        "10.0.0.1",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "localhost.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "loopback",
        "127.0.0.1:80.example.com",
        "[::1].example.com",
    ] {
        let tok = nowhere("modulus");
        let output = tok.run(["modulus", "--url", &format!("http://{host}/")]).fails(2);
        output.says("--url: ");
    }
    refused_url("http://example.com", "https");
    refused_url("HTTP://example.com", "https");
}

#[test]
fn a_url_with_user_info_a_query_or_a_fragment_is_refused_and_not_shown() {
    refused_url("https://me:hunter22@example.com", "user info");
    refused_url("https://hunter22@example.com/x", "user info");
    refused_url("https://localhost:80@example.com", "user info");
    refused_url("https://example.com/?key=hunter22", "query");
    refused_url("https://example.com?", "query");
    refused_url("https://example.com/#hunter22", "fragment");
    refused_url("https://example.com/%", "percent-encoded");
}

#[test]
fn what_is_no_web_address_is_refused() {
    for url in [
        "example.com",
        "ftp://example.com",
        "https://",
        "https:///x",
        "https://a b",
        "//example.com",
        "file:///etc/passwd",
    ] {
        refused_url(url, "");
    }
    nowhere("modulus")
        .run(["modulus", "--url", ""])
        .fails(2)
        .says("--url: ");
}

#[test]
fn http_goes_to_this_machine_and_by_each_of_its_names() {
    let server = lenient();
    server.tolerate();
    let tok = Tok::new().knows("modulus");
    for host in ["127.0.0.1", "localhost", "LOCALHOST"] {
        let url = format!("http://{host}:{}", server.port());
        tok.run(["modulus", "--no-cache", "--url", &url]).ok();
    }
    // Nobody listens there, but it may be tried.
    for host in ["127.255.0.9", "[::1]"] {
        let url = format!("http://{host}:{}", server.port());
        let output = tok.run(["modulus", "--no-cache", "--url", &url]);
        assert!([Some(0), Some(5)].contains(&output.code()), "{output}");
    }
}

#[test]
fn a_trailing_slash_is_dropped_and_a_path_is_kept() {
    let server = lenient();
    server.tolerate();
    let tok = Tok::new().knows("modulus");
    for path in ["", "/", "//", "/proxy/modulus", "/proxy/modulus/", "/a%20b/@c"] {
        let url = server.url() + path;
        tok.run(["modulus", "--no-cache", "--url", &url]).ok();
    }
    server.expect(&[
        "POST /api/cmn/AuthenticateToken",
        "POST /api/cmn/AuthenticateToken",
        "POST /api/cmn/AuthenticateToken",
        "POST /proxy/modulus/api/cmn/AuthenticateToken",
        "POST /proxy/modulus/api/cmn/AuthenticateToken",
        "POST /a%20b/@c/api/cmn/AuthenticateToken",
    ]);
}

#[test]
fn two_spellings_of_one_url_share_a_token() {
    let server = Server::start();
    let tok = Tok::new().knows("modulus");
    let token = tok.run(["modulus", "--url", &server.url()]).ok().token();
    let other = server.url().replace("http", "HTTP") + "/";
    assert_eq!(tok.run(["modulus", "--url", &other]).ok().token(), token);
    server.only();
}

#[test]
fn an_account_is_neither_needed_nor_looked_at_where_the_url_is_given() {
    let server = lenient();
    let tok = Tok::new().vendor(&server).knows("modulus");
    tok.run(["modulus"]).ok();
    let tok = tok.env("TOK_MODULUS_ACCOUNT", "not a label");
    tok.run(["modulus"]).ok();
    server.only();
}

#[test]
fn an_account_that_is_not_one_dns_label_is_refused_wherever_it_stands() {
    let long = "x".repeat(64);
    for account in [
        "a.b",
        "evil.example/",
        "evil.example#",
        "a@b",
        "a:1",
        "-a",
        "a-",
        "",
        "ä",
        "%41",
        &long,
    ] {
        let tok = nowhere("modulus");
        tok.run(["modulus", "--account", account]).fails(2).says("account");
        if !account.is_empty() {
            let variable = tok.clone().env("TOK_MODULUS_ACCOUNT", account);
            variable.run(["modulus"]).fails(2).says("account");
        }
        let profile = tok.config(&format!("[modulus]\naccount = '{account}'\n"));
        profile.run(["modulus"]).fails(2).says("account");
    }
}

/// Refused from flag, variable and profile, each named.
#[track_caller]
fn refused(vendor: &str, field: &str, value: &str) {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows(vendor);
    let variable = format!(
        "TOK_{}_{}",
        vendor.to_uppercase(),
        field.to_uppercase().replace('-', "_")
    );
    let flag = format!("--{field}");
    tok.run([vendor, &flag, value]).fails(2).says(&flag);
    let set = tok.clone().env(&variable, value);
    set.run([vendor]).fails(2).says(&variable);
    // The variable of the same name would go first.
    let profile = tok
        .without(&variable)
        .config(&format!("[{vendor}]\n{field} = '{value}'\n"));
    profile.run([vendor]).fails(2).says(&format!("{field} in [{vendor}]"));
    server.untouched();
}

#[test]
fn a_uuid_must_be_one() {
    refused("jmvstream", "resource", "my-app");
    refused("jmvstream", "resource", "0b9fc5a63f5b4d0e9d7c2a4f0f6a1c11");
    refused("jmvstream", "resource", &account::JMVSTREAM_RESOURCE.replace('a', "g"));
}

#[test]
fn an_address_must_be_one() {
    refused("data8", "client-ip", "300.1.2.3");
    refused("data8", "client-ip", "192.0.2.7/24");
    refused("data8", "client-ip", "example.com");
}

#[test]
fn a_number_must_be_whole() {
    refused("data8", "max-credits", "ten");
    refused("data8", "max-credits", "1.5");
    refused("data8", "max-credits", "99999999999999999999");
}

#[test]
fn a_duration_must_be_one() {
    refused("data8", "lifetime", "soon");
    refused("data8", "lifetime", "-1h");
    refused("data8", "lifetime", "1.5h");
}

#[test]
fn a_list_must_hold_something() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("data8");
    let output = tok.run(["data8", "--allowed-method", ""]).fails(2);
    output.says("--allowed-method");
    tok.clone()
        .env("TOK_DATA8_ALLOWED_METHOD", " , ")
        .run(["data8"])
        .fails(2)
        .says("TOK_DATA8_ALLOWED_METHOD");
    tok.config("[data8]\nallowed-method = []\n")
        .run(["data8"])
        .fails(2)
        .says("allowed-method in [data8]");
    server.untouched();
}

#[test]
fn a_plain_text_holds_no_control_character_and_something() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    for username in ["", "a\nb", "a\rb", "a\u{7}b", "a\u{85}b"] {
        tok.run(["modulus", "--username", username]).fails(2).says("--username");
    }
    server.untouched();
}

#[test]
fn a_field_of_kind_url_follows_the_rules_of_the_base_url() {
    let definition = "about = 'mine'\nurl = 'https://mine.example'\n[[field]]\nname = 'callback'\nhelp = 'x'\nkind = 'url'\n\
                      [[field]]\nname = 'key'\nhelp = 'x'\nsecret = true\n\
                      [login]\njson = { to = '{callback}', key = '{key}' }\n[answer]\ntoken = '/token'\n";
    let tok = Tok::new()
        .own_vendor("mine", definition)
        .env("TOK_MINE_KEY", "some-key")
        .env("TOK_TIMEOUT", "5");
    for url in [
        "http://example.com",
        "https://u@example.com",
        "example.com",
        "https://example.com/?x",
    ] {
        tok.run(["mine", "--callback", url]).fails(2).says("--callback");
    }
}

#[test]
fn options_are_checked_like_fields() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    for (arguments, name) in [
        (["--min-ttl=-5m", "-v"], "--min-ttl"),
        (["--min-ttl", "x"], "--min-ttl"),
        (["--timeout", "1.5"], "--timeout"),
        (["--timeout", ""], "--timeout"),
        (["--variable", "1X"], "1X"),
        (["--variable", "A-B"], "A-B"),
        (["--variable", ""], "variable"),
        (["--variable", "A;rm"], "A;rm"),
    ] {
        tok.run([&["modulus"], &arguments[..]].concat()).fails(2).says(name);
        let output = tok.run([&["env", "modulus"], &arguments[..]].concat()).exits(2);
        output.prints("false;\n").says(name);
    }
    tok.clone()
        .env("TOK_TIMEOUT", "soon")
        .run(["modulus"])
        .fails(2)
        .says("TOK_TIMEOUT");
    server.untouched();
}
