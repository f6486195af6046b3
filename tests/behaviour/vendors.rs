//! Each vendor through the program: the exact request, and what every documented answer becomes.
//!
//! The stand-in checks method, path, headers and members of each request by itself; a test fails where it has to complain.

use std::thread::sleep;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::harness::{Output, Tok};
use crate::protocol::account;
use crate::stand_in::{
    Server, answer, close, lifetime, redirect, refresh_token, refuse, retry_after, size, token, too_many,
};

const VENDORS: [&str; 6] = ["modulus", "jmvstream", "crmcom", "starship", "data8", "oauth2"];

/// A person who has set all that the vendor needs.
fn ready(vendor: &str, server: &Server) -> Tok {
    Tok::new().vendor(server).knows(vendor)
}

/// What `-f json` says of one login with this answer.
#[track_caller]
fn grant(vendor: &str, server: &Server) -> Value {
    ready(vendor, server).run([vendor, "-f", "json"]).ok().quiet().json()
}

/// One login that fails.
#[track_caller]
fn failure(vendor: &str, server: &Server, code: i32) -> Output {
    ready(vendor, server).run([vendor]).fails(code)
}

#[track_caller]
fn lasts(grant: &Value, seconds: i64) {
    let left = grant["expires_in"]
        .as_i64()
        .unwrap_or_else(|| panic!("no whole seconds: {grant}"));
    assert!(
        (seconds - 10..=seconds).contains(&left),
        "about {seconds} s were expected: {grant}"
    );
}

/// A token of three parts with these claims.
fn jwt(claims: &Value) -> String {
    let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    format!(
        "{}.{}.{}",
        part(r#"{"alg":"HS256"}"#),
        part(&claims.to_string()),
        part("signature")
    )
}

fn in_seconds(seconds: i64) -> i64 {
    Timestamp::now().as_second() + seconds
}

mod modulus {
    use super::*;

    #[test]
    fn modulus_sends_lower_case_names_and_prints_the_token() {
        let server = Server::start();
        let tok = Tok::new()
            .vendor(&server)
            .env("TOK_MODULUS_PASSWORD", account::MODULUS_PASSWORD);
        let output = tok.run(["modulus", "--username", "api-user"]).ok().quiet();
        let request = server.only();
        assert_eq!(
            request.json(),
            json!({"username": "api-user", "password": account::MODULUS_PASSWORD})
        );
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("POST", "/api/cmn/AuthenticateToken")
        );
        assert_eq!(output.stdout, format!("{}\n", request.token.unwrap()));
    }

    #[test]
    fn modulus_takes_every_field_from_variables_and_needs_no_account_where_the_url_is_given() {
        let server = Server::start();
        ready("modulus", &server).run(["modulus"]).ok().quiet();
        assert_eq!(server.only().json()["username"], "api-user");
    }

    #[test]
    fn modulus_without_account_and_url_says_both() {
        let tok = Tok::new().knows("modulus");
        tok.run(["modulus"])
            .fails(3)
            .says("--account")
            .says("TOK_MODULUS_ACCOUNT");
    }

    #[test]
    fn an_account_that_is_not_one_label_of_a_host_name_is_refused() {
        for account in ["a.b", "a/b", "evil.example/", "a b", "-", "a@b", "a:1", "ä"] {
            let tok = Tok::new().knows("modulus").env("TOK_TIMEOUT", "5");
            tok.run(["modulus", "--account", account]).fails(2).says("account");
        }
    }

    #[test]
    fn a_modulus_token_lasts_fifteen_minutes_unless_it_says_otherwise() {
        let server = Server::start();
        lasts(&grant("modulus", &server), 900);
        server.behave(lifetime(300));
        lasts(&grant("modulus", &server), 300);
    }

    #[test]
    fn modulus_refusals_are_exit_4_with_its_words() {
        let server = Server::start();
        server.behave(refuse("Authentication failed.").once());
        failure("modulus", &server, 4)
            .says("Authentication failed.")
            .says("modulus");
        let missing = "Missing one or more of parameters username and password.";
        let body = json!({"result": false, "title": "Bad Request", "message": missing, "object": null});
        server.behave(answer(400, body.to_string()).once());
        failure("modulus", &server, 4).says(missing);
        server.behave(answer(403, r#"{"result": false, "title": "Forbidden"}"#).once());
        failure("modulus", &server, 4).says("Forbidden");
    }

    #[test]
    fn a_wrong_password_is_exit_4() {
        let server = Server::start();
        let tok = ready("modulus", &server).env("TOK_MODULUS_PASSWORD", "not-the-password");
        tok.run(["modulus"]).fails(4).says("Authentication failed.");
        assert_eq!(server.only().status, 401);
    }

    #[test]
    fn modulus_flag_decides_even_in_a_200() {
        let server = Server::start();
        let body = json!({"result": false, "title": "No", "message": "Invalid IP address.", "object": "abc"});
        server.behave(answer(200, body.to_string()));
        failure("modulus", &server, 4).says("Invalid IP address.");
    }

    #[test]
    fn a_modulus_object_that_is_not_a_string_is_no_token() {
        let server = Server::start();
        server.behave(token(json!({"Token": "abc", "Id": 7})));
        failure("modulus", &server, 6);
    }
}

mod jmvstream {
    use super::*;

    #[test]
    fn jmvstream_sends_email_password_and_resource() {
        let server = Server::start();
        let tok = Tok::new()
            .vendor(&server)
            .env("TOK_JMVSTREAM_PASSWORD", account::JMVSTREAM_PASSWORD);
        let flags = [
            "--email",
            "video@example.com",
            "--resource",
            account::JMVSTREAM_RESOURCE,
        ];
        let output = tok.run(["jmvstream"].into_iter().chain(flags)).ok().quiet();
        let request = server.only();
        assert_eq!(
            request.json(),
            json!({
                "email": "video@example.com",
                "password": account::JMVSTREAM_PASSWORD,
                "resource": account::JMVSTREAM_RESOURCE,
            })
        );
        assert_eq!(request.path, "/v1/authenticate");
        assert_eq!(output.token(), request.token.unwrap());
    }

    #[test]
    fn a_jmvstream_token_lasts_as_long_as_its_exp_says() {
        let server = Server::start();
        lasts(&grant("jmvstream", &server), 4 * 3600);
        server.behave(lifetime(1000));
        lasts(&grant("jmvstream", &server), 1000);
    }

    #[test]
    fn a_resource_that_is_not_a_uuid_is_exit_2_and_nothing_is_sent() {
        let server = Server::start();
        for resource in [
            "live",
            "0b9fc5a6-3f5b-4d0e-9d7c-2a4f0f6a1c1",
            "0b9fc5a6-3f5b-4d0e-9d7c-2a4f0f6a1c1g",
        ] {
            let tok = ready("jmvstream", &server).env("TOK_JMVSTREAM_RESOURCE", resource);
            tok.run(["jmvstream"]).fails(2).says("TOK_JMVSTREAM_RESOURCE");
        }
        server.untouched();
    }

    #[test]
    fn the_400_that_is_not_json_is_shown_as_text_in_one_line() {
        let server = Server::start();
        server.behave(answer(400, "{\n    \"email\" is required\n}"));
        let output = failure("jmvstream", &server, 4).says("\"email\" is required");
        assert_eq!(
            output.stderr.lines().filter(|line| line.starts_with("tok: ")).count(),
            1,
            "{output}"
        );
    }

    #[test]
    fn jmvstream_401_is_exit_4_and_500_is_exit_6() {
        let server = Server::start();
        server.behave(refuse("not allowed").once());
        failure("jmvstream", &server, 4).says("not allowed");
        server.behave(answer(500, r#"{"error":"Internal Server Error"}"#).once());
        failure("jmvstream", &server, 6).says("Internal Server Error");
    }

    #[test]
    fn a_200_with_an_error_and_no_token_is_exit_4() {
        let server = Server::start();
        for body in [
            r#"{"message":"not allowed"}"#,
            r#"{"error":"not allowed"}"#,
            r#"{"error":{"message":"not allowed"}}"#,
        ] {
            server.behave(answer(200, body).once());
            failure("jmvstream", &server, 4).says("not allowed");
        }
    }

    #[test]
    fn a_200_with_neither_token_nor_error_is_exit_6() {
        let server = Server::start();
        for body in ["{}", "[]", r#"{"tokens":"abc"}"#, r#"{"token":null}"#] {
            server.behave(answer(200, body).once());
            failure("jmvstream", &server, 6);
        }
    }
}

mod crmcom {
    use super::*;

    fn organisation(server: &Server) -> Tok {
        Tok::new()
            .vendor(server)
            .env("TOK_CRMCOM_ORGANISATION", account::CRMCOM_ORGANISATION)
    }

    #[test]
    fn crmcom_sends_username_and_password_below_the_path_of_the_url() {
        let server = Server::start();
        let tok = Tok::new()
            .vendor(&server)
            .env("TOK_CRMCOM_PASSWORD", account::CRMCOM_PASSWORD);
        let tok = tok.env("TOK_CRMCOM_UNIT", account::CRMCOM_UNIT);
        let output = tok
            .run(["crmcom", "--organisation", "CRMDEMO", "--username", "mpadministrator"])
            .ok()
            .quiet();
        let request = server.only();
        assert_eq!(request.path, "/crmapi/rest/v2/authentication/token");
        assert_eq!(
            request.json(),
            json!({
                "organisation": "CRMDEMO",
                "unit": account::CRMCOM_UNIT,
                "username": "mpadministrator",
                "password": account::CRMCOM_PASSWORD,
            })
        );
        assert_eq!(output.token(), request.token.unwrap());
    }

    #[test]
    fn crmcom_takes_an_authentication_code_alone() {
        let server = Server::start();
        let code = account::CRMCOM_AUTHENTICATION_CODES[0];
        organisation(&server)
            .env("TOK_CRMCOM_AUTHENTICATION_CODE", code)
            .run(["crmcom"])
            .ok()
            .quiet();
        let body = json!({"organisation": "CRMDEMO", "access_token_identifier": {"authentication_code": code}});
        assert_eq!(server.only().json(), body);
    }

    #[test]
    fn crmcom_takes_an_identifier_with_its_pass_code() {
        let server = Server::start();
        let tok = organisation(&server).env("TOK_CRMCOM_PASS_CODE", account::CRMCOM_PASS_CODE);
        tok.run(["crmcom", "--identifier", "crm-identifier"]).ok().quiet();
        let inner = json!({"identifier": "crm-identifier", "pass_code": account::CRMCOM_PASS_CODE});
        let body = json!({"organisation": "CRMDEMO", "access_token_identifier": inner});
        assert_eq!(server.only().json(), body);
    }

    #[test]
    fn two_ways_at_once_are_exit_2_and_nothing_is_sent() {
        let server = Server::start();
        let by_password = organisation(&server).knows("crmcom");
        by_password
            .clone()
            .env("TOK_CRMCOM_AUTHENTICATION_CODE", "crm-auth-code-1")
            .run(["crmcom"])
            .fails(2);
        by_password
            .run(["crmcom", "--identifier", "crm-identifier"])
            .fails(2)
            .says("identifier");
        let by_code = organisation(&server).env("TOK_CRMCOM_AUTHENTICATION_CODE", "crm-auth-code-1");
        by_code
            .env("TOK_CRMCOM_PASS_CODE", account::CRMCOM_PASS_CODE)
            .run(["crmcom"])
            .fails(2);
        server.untouched();
    }

    #[test]
    fn an_identifier_without_its_pass_code_is_a_missing_credential() {
        let server = Server::start();
        let output = organisation(&server)
            .run(["crmcom", "--identifier", "crm-identifier"])
            .fails(3);
        output
            .says("TOK_CRMCOM_PASS_CODE")
            .says("--pass-code-stdin")
            .says("--pass-code-file");
        server.untouched();
    }

    #[test]
    fn crmcom_has_no_url_of_its_own() {
        let output = Tok::new().knows("crmcom").run(["crmcom"]).fails(3);
        output.says("--url").says("TOK_CRMCOM_URL");
    }

    #[test]
    fn an_exp_that_is_a_string_is_read() {
        let server = Server::start();
        lasts(&grant("crmcom", &server), 2 * 3600);
        server.behave(token(jwt(&json!({"exp": in_seconds(500).to_string()}))).once());
        lasts(&grant("crmcom", &server), 500);
        server.behave(token(jwt(&json!({"exp": in_seconds(600)}))).once());
        lasts(&grant("crmcom", &server), 600);
    }

    #[test]
    fn a_token_of_32_digits_lasts_one_hour() {
        let server = Server::start();
        server.behave(token("4AD9C84FA60F9FE407140E20F707726A"));
        lasts(&grant("crmcom", &server), 3600);
    }

    #[test]
    fn the_status_code_is_compared_without_case_and_the_newer_shape_is_read() {
        let server = Server::start();
        let body = r#"{"data": {"token": "ABC"}, "status": {"code": "ok", "message": "", "description": ""}}"#;
        server.behave(answer(200, body));
        assert_eq!(grant("crmcom", &server)["token"], "ABC");
    }

    #[test]
    fn crmcom_refusals_are_exit_4_whatever_their_status_is() {
        let server = Server::start();
        server.behave(refuse("Invalid username or password").once());
        failure("crmcom", &server, 4).says("Invalid username or password");
        for (status, description, message, words) in [
            (200, Value::Null, json!("Wrong unit"), "Wrong unit"),
            (200, json!(""), Value::Null, "INVALID_UNIT"),
            (400, json!("Bad unit"), Value::Null, "Bad unit"),
            (404, json!("No unit"), Value::Null, "No unit"),
            (409, json!("Two units"), Value::Null, "Two units"),
        ] {
            let status_member = json!({"code": "INVALID_UNIT", "message": message, "description": description});
            server.behave(answer(status, json!({"status": status_member, "data": null}).to_string()).once());
            failure("crmcom", &server, 4).says(words);
        }
    }

    #[test]
    fn a_token_beside_a_refusal_is_not_taken() {
        let server = Server::start();
        server.behave(answer(
            200,
            r#"{"status": {"code": "EXPIRED"}, "data": {"token": "ABC"}}"#,
        ));
        failure("crmcom", &server, 4).never_says("ABC");
    }

    #[test]
    fn a_page_that_is_not_there_is_exit_6() {
        let server = Server::start();
        server.behave(answer(404, "<html>Not Found</html>").header("Content-Type", "text/html"));
        failure("crmcom", &server, 6);
    }

    #[test]
    fn the_token_is_used_in_the_query_and_not_in_a_header() {
        let server = Server::start();
        let tok = ready("crmcom", &server);
        tok.run(["crmcom", "-f", "header"]).fails(2);
        let token = tok.run(["crmcom"]).ok().token();
        tok.run(["crmcom", "-f", "curl"])
            .ok()
            .prints(&format!("url-query = \"token={token}\"\n"));
    }

    #[test]
    fn logout_with_revoke_releases_the_token() {
        let server = Server::start();
        let tok = ready("crmcom", &server);
        let token = tok.run(["crmcom"]).ok().token();
        tok.run(["logout", "crmcom", "--revoke"]).ok();
        let login = "POST /crmapi/rest/v2/authentication/token";
        let release = "POST /crmapi/rest/v2/authentication/token/release";
        server.expect(&[login, release]);
        assert_eq!(server.requests()[1].json(), json!({"token": token}));
        tok.run(["crmcom"]).ok();
        server.expect(&[login, release, login]);
    }
}

mod starship {
    use super::*;

    const LOGIN: &str = "POST /auth/login";
    const REFRESH: &str = "POST /auth/refresh";

    /// Logs in for a token of two seconds and lets it end.
    #[track_caller]
    fn ended(server: &Server) -> Tok {
        server.behave(lifetime(2).once());
        let tok = ready("starship", server);
        tok.run(["starship"]).ok();
        sleep(Duration::from_millis(2100));
        tok
    }

    #[test]
    fn starship_sends_username_and_password() {
        let server = Server::start();
        let tok = Tok::new()
            .vendor(&server)
            .env("TOK_STARSHIP_PASSWORD", account::STARSHIP_PASSWORD);
        let output = tok.run(["starship", "--username", "reward-api"]).ok().quiet();
        let request = server.only();
        assert_eq!(request.path, "/auth/login");
        assert_eq!(
            request.json(),
            json!({"username": "reward-api", "password": account::STARSHIP_PASSWORD})
        );
        assert_eq!(output.token(), request.token.unwrap());
    }

    #[test]
    fn a_starship_token_lasts_until_access_expires_at() {
        let server = Server::start();
        lasts(&grant("starship", &server), 90 * 60);
        server.behave(lifetime(700));
        lasts(&grant("starship", &server), 700);
    }

    #[test]
    fn starship_refusals_are_told_in_its_words() {
        let server = Server::start();
        server.behave(refuse("Invalid credentials").once());
        failure("starship", &server, 4).says("Invalid credentials");
        let body = r#"{"error":"validation_error","message":"Username and password are required"}"#;
        server.behave(answer(400, body).once());
        failure("starship", &server, 4).says("Username and password are required");
        server.behave(answer(401, r#"{"error":{"name":"X","code":1,"message":"Newer words"}}"#).once());
        failure("starship", &server, 4).says("Newer words");
        server.behave(answer(401, r#"{"error":"only this"}"#).once());
        failure("starship", &server, 4).says("only this");
    }

    #[test]
    fn starship_429_is_exit_7_with_or_without_retry_after() {
        for behaviour in [too_many(), retry_after("120")] {
            let server = Server::start();
            server.behave(behaviour);
            let words = "Too many login attempts. Please try again later.";
            failure("starship", &server, 7).says(words);
            server.only();
        }
    }

    #[test]
    fn the_help_names_the_sandbox() {
        let output = Tok::new().run(["starship", "--help"]).ok().quiet();
        assert!(
            output.stdout.contains("https://api-playground.starshiprewards.com"),
            "{output}"
        );
    }

    #[test]
    fn each_refresh_sends_the_refresh_token_of_the_answer_before() {
        let server = Server::start();
        let tok = ready("starship", &server);
        let mut tokens = Vec::new();
        // Each token is too short for the next call, and none of them has ended.
        for (least, seconds) in [("1", 30), ("60", 300), ("600", 3000), ("6000", 30000)] {
            server.behave(lifetime(seconds).once());
            tokens.push(tok.run(["starship", "--min-ttl", least]).ok().quiet().token());
        }
        server.expect(&[LOGIN, REFRESH, REFRESH, REFRESH]);
        let requests = server.requests();
        let sent: Vec<Value> = requests[1..]
            .iter()
            .map(|request| request.json()["refresh_token"].clone())
            .collect();
        assert!(
            sent[0] != sent[1] && sent[1] != sent[2] && sent[0] != sent[2],
            "{sent:?}"
        );
        assert_eq!(
            tokens,
            requests
                .into_iter()
                .map(|request| request.token.unwrap())
                .collect::<Vec<_>>()
        );
        assert!(tok.run(["starship", "--min-ttl", "6000", "-f", "json"]).ok().json()["source"] == "cache");
    }

    #[test]
    fn a_token_that_has_ended_is_refreshed_without_the_password() {
        let server = Server::start();
        let tok = ended(&server).without("TOK_STARSHIP_PASSWORD");
        let grant = tok.run(["starship", "-f", "json"]).ok().quiet().json();
        assert_eq!(grant["source"], "refresh");
        server.expect(&[LOGIN, REFRESH]);
        assert_eq!(server.requests()[1].json().as_object().unwrap().len(), 1);
    }

    #[test]
    fn a_refused_refresh_token_falls_back_to_the_login() {
        let server = Server::start();
        let tok = ended(&server);
        server.behave(refuse("Invalid refresh token").on("/auth/refresh"));
        let grant = tok.run(["starship", "-f", "json"]).ok().json();
        assert_eq!(grant["source"], "login");
        server.expect(&[LOGIN, REFRESH, LOGIN]);
        assert_eq!(grant["token"], server.requests()[2].token.clone().unwrap());
    }

    #[test]
    fn a_refused_refresh_token_does_not_hold_the_password_back() {
        let server = Server::start();
        let tok = ended(&server);
        server.behave(refuse("Invalid refresh token").on("/auth/refresh"));
        tok.clone()
            .without("TOK_STARSHIP_PASSWORD")
            .run(["starship"])
            .fails(3)
            .says("TOK_STARSHIP_PASSWORD");
        tok.run(["starship"]).ok();
    }

    #[test]
    fn an_answer_without_a_new_refresh_token_keeps_the_old_one() {
        let server = Server::start();
        let tok = ready("starship", &server);
        server.behave(lifetime(30).once());
        tok.run(["starship"]).ok();
        server.behave(refresh_token(Value::Null).and(lifetime(300)).once());
        tok.run(["starship", "--min-ttl", "60"]).ok();
        tok.run(["starship", "--min-ttl", "600"]).ok();
        server.expect(&[LOGIN, REFRESH, REFRESH]);
        let requests = server.requests();
        assert_eq!(requests[1].json(), requests[2].json());
    }

    #[test]
    fn a_token_that_has_not_ended_is_given_with_a_warning_where_the_refresh_does_not_get_through() {
        let server = Server::start();
        server.behave(lifetime(15).once());
        let tok = ready("starship", &server);
        let began = Instant::now();
        let first = tok.run(["starship"]).ok().quiet().token();
        server.behave(close());
        // The margin is a tenth of the lifetime: one second and a half.
        sleep(Duration::from_millis(13_800).saturating_sub(began.elapsed()));
        let output = tok.run(["starship"]).ok().says("tok: warning: ");
        assert_eq!(output.token(), first);
        tok.run(["starship", "--min-ttl", "10"]).fails(5);
        assert!(
            server.requests()[1..]
                .iter()
                .all(|request| request.path == "/auth/refresh")
        );
    }

    #[test]
    fn logout_with_revoke_sends_the_token_as_bearer() {
        let server = Server::start();
        let tok = ready("starship", &server);
        let token = tok.run(["starship"]).ok().token();
        tok.run(["logout", "starship", "--revoke"]).ok();
        server.expect(&[LOGIN, "POST /auth/logout"]);
        assert_eq!(
            server.requests()[1].header("authorization"),
            Some(format!("Bearer {token}").as_str())
        );
    }
}

mod data8 {
    use super::*;

    /// The end that was asked for, in seconds from now.
    #[track_caller]
    fn asked_for(body: &Value) -> i64 {
        let end: Timestamp = body["expiresAt"].as_str().unwrap().parse().unwrap();
        end.as_second() - Timestamp::now().as_second()
    }

    #[test]
    fn data8_sends_each_field_with_its_type() {
        let server = Server::start();
        let tok = Tok::new()
            .vendor(&server)
            .env("TOK_DATA8_PASSWORD", account::DATA8_PASSWORD);
        let flags = "data8 --username d8-user --lifetime 2h --client-ip 192.0.2.7 --max-credits 250 \
                     --allowed-method EmailValidation --allowed-method PhoneValidation.IsValid \
                     --application-name nightly";
        let output = tok.run(flags.split_whitespace()).ok().quiet();
        let request = server.only();
        assert_eq!(request.path, "/UserAdmin/GetJWT.json");
        let mut body = request.json();
        let asked = asked_for(&body);
        assert!((7190..=7200).contains(&asked), "{asked}");
        body["expiresAt"] = Value::Null;
        assert_eq!(
            body,
            json!({
                "username": "d8-user",
                "password": account::DATA8_PASSWORD,
                "clientIp": "192.0.2.7",
                "expiresAt": null,
                "allowedMethods": ["EmailValidation", "PhoneValidation.IsValid"],
                "maxCredits": 250,
                "options": {"ApplicationName": "nightly"},
            })
        );
        assert_eq!(output.token(), request.token.unwrap());
    }

    #[test]
    fn data8_asks_for_one_hour_under_the_name_of_tok_and_leaves_out_what_was_not_said() {
        let server = Server::start();
        lasts(&grant("data8", &server), 3600);
        let body = server.only().json();
        assert!((3590..=3600).contains(&asked_for(&body)));
        assert_eq!(body["options"], json!({"ApplicationName": "tok"}));
        for name in ["allowedMethods", "maxCredits"] {
            assert_eq!(body.get(name), None);
        }
        assert!(body.get("clientIp").is_none_or(Value::is_null));
    }

    #[test]
    fn a_variable_holds_several_methods_with_commas() {
        let server = Server::start();
        let tok = ready("data8", &server).env("TOK_DATA8_ALLOWED_METHOD", "EmailValidation,PhoneValidation.IsValid");
        tok.env("TOK_DATA8_MAX_CREDITS", "5").run(["data8"]).ok().quiet();
        let body = server.only().json();
        assert_eq!(
            body["allowedMethods"],
            json!(["EmailValidation", "PhoneValidation.IsValid"])
        );
        assert_eq!(body["maxCredits"], json!(5));
    }

    #[test]
    fn a_data8_field_that_fails_its_check_is_exit_2_and_nothing_is_sent() {
        let server = Server::start();
        for (field, value) in [
            ("--max-credits", "many"),
            ("--max-credits", "1.5"),
            ("--client-ip", "localhost"),
            ("--client-ip", "192.0.2.256"),
            ("--lifetime", "soon"),
            ("--lifetime", "-5m"),
        ] {
            let argument = format!("{field}={value}");
            ready("data8", &server)
                .run(["data8", &argument])
                .fails(2)
                .says(field.trim_start_matches('-'));
        }
        server.untouched();
    }

    #[test]
    fn a_data8_failure_is_exit_4_with_its_message_whatever_its_status_is() {
        let server = Server::start();
        server.behave(refuse("Invalid username or password").once());
        failure("data8", &server, 4).says("Invalid username or password");
        for status in [200, 400, 402] {
            let inner = json!({"Success": false, "ErrorMessage": "Insufficient credits", "CreditsRemaining": 0.0});
            server.behave(answer(status, json!({"Status": inner, "Jwt": "abc"}).to_string()).once());
            failure("data8", &server, 4).says("Insufficient credits");
        }
    }

    #[test]
    fn the_end_that_data8_wrote_into_its_token_counts_where_it_is_sooner() {
        let server = Server::start();
        let body = json!({
            "Status": {"Success": true, "ErrorMessage": null, "CreditsRemaining": 12.5},
            "Jwt": jwt(&json!({"exp": in_seconds(600)})),
        });
        server.behave(answer(200, body.to_string()));
        lasts(&grant("data8", &server), 600);
    }
}

mod oauth2 {
    use super::*;

    #[test]
    fn oauth2_sends_the_client_form_encoded_in_basic_and_the_grant_in_the_body() {
        let server = Server::start();
        let tok = Tok::new()
            .vendor(&server)
            .env("TOK_OAUTH2_CLIENT_SECRET", account::OAUTH2_CLIENT_SECRET);
        let output = tok.run(["oauth2", "--client-id", "client:one & only"]).ok().quiet();
        let request = server.only();
        assert_eq!(request.path, "/oauth2/token");
        assert_eq!(request.body, "grant_type=client_credentials");
        let pair = "client%3Aone+%26+only:s3cr%2Bt%2541%2F%C3%A9%3A%3D%3F";
        let basic = format!("Basic {}", BASE64_STANDARD.encode(pair));
        assert_eq!(request.header("authorization"), Some(basic.as_str()));
        assert_eq!(output.token(), request.token.unwrap());
    }

    #[test]
    fn scope_and_audience_are_form_encoded() {
        let server = Server::start();
        let tok = ready("oauth2", &server).env("TOK_OAUTH2_AUDIENCE", "https://api.example.com/é&b=c");
        tok.run(["oauth2", "--scope", "read admin:all"]).ok().quiet();
        let body = server.only().body;
        let mut pairs: Vec<&str> = body.split('&').collect();
        pairs.sort_unstable();
        let audience = "audience=https%3A%2F%2Fapi.example.com%2F%C3%A9%26b%3Dc";
        assert_eq!(
            pairs,
            [audience, "grant_type=client_credentials", "scope=read+admin%3Aall"]
        );
    }

    #[test]
    fn another_scope_is_another_token() {
        let server = Server::start();
        let tok = ready("oauth2", &server);
        let first = tok.run(["oauth2", "--scope", "read"]).ok().token();
        let second = tok.run(["oauth2", "--scope", "write"]).ok().token();
        assert_ne!(first, second);
        assert_eq!(tok.run(["oauth2", "--scope", "read"]).ok().token(), first);
        assert_eq!(server.requests().len(), 2);
    }

    #[test]
    fn expires_in_is_a_number_or_a_numeric_string() {
        let server = Server::start();
        lasts(&grant("oauth2", &server), 3600);
        server.behave(
            answer(
                200,
                r#"{"access_token":"abc","token_type":"Bearer","expires_in":"120"}"#,
            )
            .once(),
        );
        lasts(&grant("oauth2", &server), 120);
        let token = jwt(&json!({"exp": in_seconds(240)}));
        server.behave(answer(200, json!({"access_token": token, "token_type": "Bearer"}).to_string()).once());
        lasts(&grant("oauth2", &server), 240);
    }

    #[test]
    fn a_token_whose_end_is_unknown_is_printed_and_not_kept() {
        let server = Server::start();
        server.behave(answer(200, r#"{"access_token":"abc","token_type":"Bearer"}"#));
        let tok = ready("oauth2", &server);
        let grant = tok.run(["oauth2", "-f", "json"]).ok().json();
        assert_eq!(
            (&grant["expires_at"], &grant["expires_in"]),
            (&Value::Null, &Value::Null)
        );
        tok.run(["oauth2"]).ok().prints("abc\n");
        assert_eq!(server.requests().len(), 2);
        assert!(tok.cached().is_empty());
    }

    #[test]
    fn a_token_that_does_not_last_a_second_is_exit_6() {
        let server = Server::start();
        for seconds in ["0", "-5", "\"0\"", "400000000", "1e300"] {
            let body = format!(r#"{{"access_token":"abc","token_type":"Bearer","expires_in":{seconds}}}"#);
            server.behave(answer(200, body).once());
            failure("oauth2", &server, 6).never_says("abc");
        }
    }

    #[test]
    fn an_invalid_client_is_exit_4_with_400_and_with_401() {
        let server = Server::start();
        server.behave(refuse("Client authentication failed").once());
        failure("oauth2", &server, 4).says("Client authentication failed");
        server.behave(answer(400, r#"{"error":"invalid_client"}"#).once());
        failure("oauth2", &server, 4).says("invalid_client");
    }

    #[test]
    fn an_unknown_scope_is_exit_4_in_the_servers_words() {
        let server = Server::start();
        ready("oauth2", &server)
            .run(["oauth2", "--scope", "root"])
            .fails(4)
            .says("Unknown scope: root");
    }
}

#[test]
fn json_has_its_nine_members_in_order() {
    let server = Server::start();
    let tok = ready("modulus", &server);
    let output = tok.run(["modulus", "-f", "json"]).ok().quiet();
    let grant = output.json();
    let members: Vec<&String> = grant.as_object().unwrap().keys().collect();
    let wanted = [
        "schema",
        "vendor",
        "profile",
        "token",
        "expires_at",
        "expires_in",
        "source",
        "variable",
        "extras",
    ];
    assert_eq!(members, wanted);
    assert_eq!(grant["schema"], 1);
    assert_eq!(grant["vendor"], "modulus");
    assert_eq!(grant["profile"], Value::Null);
    assert_eq!(grant["token"], server.only().token.unwrap());
    assert_eq!(grant["source"], "login");
    assert_eq!(grant["variable"], "MODULUS_TOKEN");
    assert!(grant["extras"].is_object());
    let end = grant["expires_at"].as_str().unwrap();
    assert!(
        end.ends_with('Z') && (890..=900).contains(&(end.parse::<Timestamp>().unwrap().as_second() - in_seconds(0)))
    );
    assert!(output.stdout.ends_with("}\n"));
    let again = tok.run(["modulus", "-f", "json"]).ok().quiet().json();
    assert_eq!(again["source"], "cache");
    for member in ["token", "expires_at", "extras", "variable"] {
        assert_eq!(again[member], grant[member]);
    }
}

#[test]
fn json_names_the_profile() {
    let server = Server::start();
    let url = server.url();
    let tok = Tok::new().config(&format!(
        "[modulus.staging]\nurl = \"{url}\"\nusername = \"second-user\"\n"
    ));
    let tok = tok.env("TOK_MODULUS_PASSWORD", account::MODULUS_PASSWORD);
    let grant = tok.run(["modulus@staging", "-f", "json"]).ok().json();
    assert_eq!(grant["profile"], "staging");
    assert_eq!(server.only().json()["username"], "second-user");
}

#[test]
fn every_vendor_logs_in_once_and_is_cached_then() {
    for vendor in VENDORS {
        let server = Server::start();
        let tok = ready(vendor, &server);
        let token = tok.run([vendor]).ok().quiet().token();
        assert_eq!(tok.run([vendor]).ok().quiet().token(), token);
        assert_eq!(server.only().token.unwrap(), token);
    }
}

#[test]
fn two_persons_never_get_each_others_token() {
    for vendor in VENDORS {
        let server = Server::start();
        let first = ready(vendor, &server);
        let second = first.clone().knows_as(vendor, 1);
        let tokens = [first.run([vendor]).ok().token(), second.run([vendor]).ok().token()];
        assert_ne!(tokens[0], tokens[1]);
        assert_eq!(
            tokens,
            [first.run([vendor]).ok().token(), second.run([vendor]).ok().token()]
        );
        assert_eq!(server.requests().len(), 2);
    }
}

#[test]
fn what_cannot_be_a_token_is_exit_6_and_is_not_shown() {
    for vendor in VENDORS {
        let server = Server::start();
        for value in [
            json!(""),
            json!("to ken"),
            json!(" token"),
            json!("token\n"),
            json!("to\tken"),
            json!("to\u{0}ken"),
            json!("to\u{1b}[31mken"),
            json!("tok\u{e9}n"),
            json!("tok\u{200b}en"),
            json!("\u{7f}token"),
            json!("x".repeat(16385)),
            json!(17),
            json!(true),
            json!(["token"]),
            json!({"token": "token"}),
            Value::Null,
        ] {
            server.behave(token(value).once());
            let output = failure(vendor, &server, 6);
            assert!(
                !output.stderr.contains('\u{1b}') && !output.stderr.contains("xxxxxxxxxx"),
                "{output}"
            );
        }
    }
}

#[test]
fn the_longest_token_has_16384_characters_of_any_visible_ascii() {
    let server = Server::start();
    let visible: String = ('!'..='~').collect();
    for text in ["x".repeat(16384), visible, "!".to_owned()] {
        server.behave(token(text.clone()).once());
        ready("modulus", &server)
            .run(["modulus"])
            .ok()
            .quiet()
            .prints(&format!("{text}\n"));
    }
}

#[test]
fn a_secret_that_comes_back_in_the_vendors_words_is_starred_out() {
    for vendor in VENDORS {
        for text in ["wrong: {secret}", "wrong: {secret:url}", "wrong: {body}"] {
            let server = Server::start();
            server.behave(refuse(text));
            let output = failure(vendor, &server, 4).says("wrong: ");
            let whole = text != "wrong: {body}" || vendor != "oauth2";
            assert!(!whole || output.stderr.contains("***"), "{output}");
            // As it is and JSON-escaped, the harness looks for itself.
            output
                .never_says("s3cr%2Bt")
                .never_says("d8-%22")
                .never_says("stars%21hip");
        }
    }
}

#[test]
fn a_server_that_fails_is_exit_6_for_every_vendor() {
    for vendor in VENDORS {
        let server = Server::start();
        for behaviour in [
            answer(500, r#"{"error":"Internal Server Error"}"#),
            answer(503, "<html>maintenance</html>"),
            answer(200, "<html>welcome</html>").header("Content-Type", "text/html"),
            answer(200, ""),
            answer(200, "\"token\""),
            answer(204, ""),
            redirect(301, &format!("{}/elsewhere", server.url())),
            redirect(307, &format!("{}/elsewhere", server.url())),
            redirect(308, &format!("{}/elsewhere", server.url())),
            size((1 << 20) + 1),
        ] {
            server.behave(behaviour.once());
            failure(vendor, &server, 6);
        }
        assert!(server.requests().iter().all(|request| request.path != "/elsewhere"));
    }
}

#[test]
fn an_answer_of_one_mebibyte_is_read() {
    let server = Server::start();
    server.behave(size(1 << 20));
    let token = ready("modulus", &server).run(["modulus"]).ok().quiet().token();
    assert_eq!(server.only().token, Some(token));
}

#[test]
fn the_answer_decides_the_exit_status_before_its_words_do() {
    for vendor in VENDORS {
        for (status, code) in [
            (400, 4),
            (401, 4),
            (403, 4),
            (422, 4),
            (429, 7),
            (500, 6),
            (502, 6),
            (302, 6),
        ] {
            let server = Server::start();
            server.behave(answer(status, "{}"));
            failure(vendor, &server, code);
            server.only();
        }
    }
}

#[test]
fn a_connection_without_an_answer_is_exit_5_for_every_vendor() {
    for vendor in VENDORS {
        let server = Server::start();
        server.behave(close());
        failure(vendor, &server, 5);
    }
}

#[test]
fn a_port_where_nobody_listens_is_exit_5() {
    let server = Server::start();
    let tok = ready("modulus", &server);
    drop(server);
    tok.run(["modulus"]).fails(5).says("127.0.0.1");
}

#[test]
fn a_path_in_the_url_is_kept_and_its_trailing_slash_is_dropped() {
    let server = Server::start();
    server.behave(answer(200, r#"{"result":true,"object":"abc"}"#).on("/gate/way/api/cmn/AuthenticateToken"));
    for url in [
        format!("{}/gate/way", server.url()),
        format!("{}/gate/way/", server.url()),
    ] {
        let tok = ready("modulus", &server).env("TOK_MODULUS_URL", url);
        tok.run(["modulus"]).ok().prints("abc\n");
    }
    let path = "POST /gate/way/api/cmn/AuthenticateToken";
    server.expect(&[path, path]);
}

#[test]
fn the_url_flag_outranks_the_variable() {
    let (server, other) = (Server::start(), Server::start());
    ready("modulus", &other).run(["modulus", "--url", &server.url()]).ok();
    server.only();
    other.untouched();
}

#[test]
fn a_url_with_more_than_host_and_path_is_exit_2_and_nothing_is_sent() {
    let server = Server::start();
    let port = server.port();
    for url in [
        format!("http://user@127.0.0.1:{port}"),
        format!("http://user:pass@127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}/?a=b"),
        format!("http://127.0.0.1:{port}/#a"),
        format!("ftp://127.0.0.1:{port}/"),
        format!("127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}/a b"),
        "http://".to_owned(),
        "http://modulus.example".to_owned(),
        "http://127.0.0.1.example.com".to_owned(),
        "http://192.0.2.1".to_owned(),
    ] {
        ready("modulus", &server).run(["modulus", "--url", &url]).fails(2);
    }
    server.untouched();
}

#[cfg(target_os = "linux")]
mod tls {
    use super::*;

    #[test]
    fn a_vendor_over_tls_is_trusted_by_the_systems_roots() {
        let server = Server::tls();
        ready("modulus", &server)
            .env("SSL_CERT_FILE", server.ca())
            .run(["modulus"])
            .ok()
            .quiet();
        server.only();
    }

    #[test]
    fn a_certificate_that_nobody_vouches_for_is_exit_5_and_nothing_is_sent() {
        let server = Server::tls();
        failure("modulus", &server, 5);
        assert!(server.requests().is_empty());
        for fault in ["untrusted", "expired", "wrong-name"] {
            let server = Server::tls_with(fault);
            ready("modulus", &server)
                .env("SSL_CERT_FILE", server.ca())
                .run(["modulus"])
                .fails(5)
                .says("certificate");
            assert!(server.requests().is_empty());
        }
    }
}
