//! What a person is told before an answer, and what becomes of an answer that cannot be one.

use crate::harness::{Output, Tok};
use crate::protocol::account;
use crate::stand_in::{Server, answer};

fn with_username(server: &Server) -> Tok {
    Tok::new()
        .vendor(server)
        .env("TOK_MODULUS_USERNAME", account::MODULUS_USERNAMES[0])
}

/// The lines of the terminal.
fn lines(output: &Output) -> Vec<&str> {
    output.screen.lines().map(str::trim_end).collect()
}

#[test]
fn the_address_is_asked_for_first_and_shown_before_the_secret() {
    let server = Server::start();
    let mut terminal = Tok::new().terminal(["crmcom"]);
    terminal.answer("crmcom url: ", &server.url_of("crmcom"));
    terminal.answer("crmcom organisation: ", account::CRMCOM_ORGANISATION);
    terminal.answer("crmcom username: ", account::CRMCOM_USERNAMES[0]);
    terminal.answer_hidden("crmcom password: ", account::CRMCOM_PASSWORD);
    let output = terminal.wait().ok();
    let lines = lines(&output);
    assert!(lines[0].contains(" as https://crmcom.example.com/api"), "{output}");
    let sent_to = format!(", sent to {}", server.url_of("crmcom"));
    assert!(lines[6].ends_with(&sent_to), "{output}");
    assert_eq!((lines[7], lines.len()), ("crmcom password:", 8), "{output}");
}

#[test]
fn an_answer_that_cannot_be_one_is_asked_for_again_and_what_was_typed_before_stays() {
    let server = Server::start();
    let tok = Tok::new().env("TOK_JMVSTREAM_URL", server.url());
    let mut terminal = tok.terminal(["jmvstream"]);
    terminal.answer("jmvstream email: ", "");
    terminal.answer("jmvstream email: ", account::JMVSTREAM_EMAILS[0]);
    terminal.answer("jmvstream resource: ", "my-app");
    terminal.answer("jmvstream resource: ", account::JMVSTREAM_RESOURCE);
    terminal.answer_hidden("jmvstream password: ", "half\x1b[D");
    terminal.answer_hidden("jmvstream password: ", "");
    terminal.answer_hidden("jmvstream password: ", account::JMVSTREAM_PASSWORD);
    let output = terminal.wait().ok().quiet();
    for reason in [
        "jmvstream email: nothing was entered",
        "jmvstream password: what was entered contains a control character",
        "jmvstream password: nothing was entered",
    ] {
        assert!(lines(&output).contains(&reason), "{output}");
    }
    assert!(output.screen.contains("UUID"), "{output}");
    assert!(!output.screen.contains("half"), "{output}");
    assert_eq!(terminal.modes(), terminal.before);
    server.only();
}

#[test]
fn the_third_answer_that_cannot_be_one_counts_and_nothing_is_sent() {
    let server = Server::start();
    let tok = Tok::new()
        .vendor(&server)
        .knows("jmvstream")
        .without("TOK_JMVSTREAM_RESOURCE");
    let mut terminal = tok.terminal(["jmvstream"]);
    for wrong in ["my-app", "", "my-app"] {
        terminal.answer("jmvstream resource: ", wrong);
    }
    terminal.wait().fails(2).says("jmvstream resource: ").says("UUID");
    let mut terminal = Tok::new().vendor(&server).terminal(["modulus"]);
    for _ in 0..3 {
        terminal.answer("modulus username: ", "");
    }
    terminal.wait().fails(3).says("modulus username: nothing was entered");
    let mut terminal = with_username(&server).terminal(["modulus"]);
    for wrong in ["", "", "half\x1b[D"] {
        terminal.answer_hidden("modulus password: ", wrong);
    }
    terminal.wait().fails(3).says("control character").never_says("half");
    assert_eq!(terminal.modes(), terminal.before);
    server.untouched();
}

#[test]
fn who_ends_the_input_is_not_asked_again() {
    let server = Server::start();
    for (tok, prompt) in [
        (Tok::new().vendor(&server), "modulus username: "),
        (with_username(&server), "modulus password: "),
    ] {
        let mut terminal = tok.terminal(["modulus"]);
        terminal.expect(prompt);
        terminal.send("\x04");
        terminal.wait().fails(3).says("nothing was entered");
        assert_eq!(terminal.modes(), terminal.before);
    }
    server.untouched();
}

#[test]
fn a_refused_password_that_was_typed_is_asked_for_again_with_the_vendors_words() {
    for command in [
        &["modulus"][..],
        &["env", "modulus"],
        &["exec", "modulus", "--", "true"],
    ] {
        let server = Server::start();
        let tok = Tok::new().vendor(&server);
        let mut terminal = tok.terminal(command);
        terminal.answer("modulus username: ", account::MODULUS_USERNAMES[0]);
        terminal.answer_hidden("modulus password: ", "wrong-one");
        // The same once more is not sent, but it is no reason to give up.
        terminal.answer_hidden("modulus password: ", "wrong-one");
        terminal.answer_hidden("modulus password: ", account::MODULUS_PASSWORD);
        let output = terminal.wait().ok();
        assert_eq!(output.screen.matches("modulus username: ").count(), 1, "{output}");
        assert_eq!(output.screen.matches("Authentication failed.").count(), 2, "{output}");
        assert!(output.screen.contains("refused"), "{output}");
        assert!(!output.screen.contains("wrong-one"), "{output}");
        assert_eq!(server.requests().len(), 2);
        tok.env("TOK_MODULUS_USERNAME", account::MODULUS_USERNAMES[0])
            .run(["modulus"])
            .ok()
            .quiet();
    }
}

#[test]
fn the_third_refused_password_is_exit_4() {
    let server = Server::start();
    let mut terminal = with_username(&server).terminal(["modulus", "--fresh"]);
    for wrong in ["wrong-one", "wrong-two", "wrong-three"] {
        terminal.answer_hidden("modulus password: ", wrong);
    }
    terminal.wait().fails(4).says("Authentication failed.");
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_refused_secret_that_alone_tells_the_person_is_asked_for_again_as_well() {
    let server = Server::start();
    let tok = Tok::new()
        .vendor(&server)
        .env("TOK_CRMCOM_ORGANISATION", account::CRMCOM_ORGANISATION)
        .config("[crmcom]\nway = 'authentication-code'\n");
    let mut terminal = tok.terminal(["crmcom"]);
    terminal.answer_hidden("crmcom authentication-code: ", "a-wrong-code");
    terminal.answer_hidden("crmcom authentication-code: ", account::CRMCOM_AUTHENTICATION_CODES[0]);
    let token = terminal.wait().ok().token();
    let tok = tok.env(
        "TOK_CRMCOM_AUTHENTICATION_CODE",
        account::CRMCOM_AUTHENTICATION_CODES[0],
    );
    assert_eq!(tok.run(["crmcom"]).ok().quiet().token(), token);
}

#[test]
fn a_refused_password_that_nobody_typed_is_not_asked_for() {
    let server = Server::start();
    let tok = with_username(&server).env("TOK_MODULUS_PASSWORD", "not the password");
    let output = tok.terminal(["modulus"]).wait().fails(4);
    assert_eq!(output.screen, "");
    // Nor where the vendor fails otherwise.
    server.behave(answer(503, "{}").once());
    let mut terminal = with_username(&server).terminal(["modulus"]);
    terminal.answer_hidden("modulus password: ", account::MODULUS_PASSWORD);
    terminal.wait().fails(6);
}
