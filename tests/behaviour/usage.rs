//! What tok says of a command line that it does not understand, and how it says that anything failed.

use crate::harness::Tok;
use crate::stand_in::{Server, answer, refuse};

const BROKEN: &str = "[modulus\nusername = 'me'\n";

/// Refused as usage, on one line, with this reason and this hint.
#[track_caller]
fn refused(arguments: &[&str], why: &str, hint: &str) {
    let output = Tok::new().knows("modulus").run(arguments).exits(2).explained();
    let code = if arguments.first() == Some(&"env") {
        "false;\n"
    } else {
        ""
    };
    let output = output.prints(code);
    assert_eq!(output.stderr.lines().count(), 2, "{output}");
    output.says(why).says("\nhint: ").says(hint);
}

/// Refused as usage, with this reason.
#[track_caller]
fn refused_with(arguments: &[&str], why: &str) {
    Tok::new().knows("modulus").run(arguments).fails(2).says(why);
}

#[test]
fn tok_alone_says_what_to_do() {
    refused(&[], "no command is given", "tok --help");
    refused(&["env"], "vendor is missing", "tok vendors");
    refused(&["logout"], "VENDOR is missing", "`tok vendors` lists them");
    refused(&["exec", "--", "true"], "VENDOR is missing", "`tok vendors` lists them");
}

#[test]
fn a_misspelt_vendor_or_command_is_answered_with_the_nearest() {
    refused(&["modulos"], "'modulos'", "did you mean modulus?");
    refused(&["modulos@staging"], "'modulos'", "did you mean modulus?");
    refused(&["env", "starshp"], "'starshp'", "did you mean starship?");
    refused(&["stauts"], "'stauts'", "did you mean status?");
    refused(&["status", "modulos"], "modulos", "did you mean modulus?");
    refused(&["vendors", "modulos"], "modulos", "did you mean modulus?");
    refused(&["xyzzy"], "'xyzzy'", "`tok vendors`");
}

/// Refused as usage, and this line is said to be the right one.
#[track_caller]
fn corrected(typed: &str, line: &str) {
    let words: Vec<&str> = typed.split(' ').collect();
    refused(&words, "", &format!("did you mean `{line}`?\n"));
}

#[test]
fn the_words_of_other_programs_are_answered_with_the_line_to_type() {
    for (typed, line) in [
        ("help", "tok --help"),
        ("help modulus", "tok modulus --help"),
        ("help env", "tok env --help"),
        ("help env modulus", "tok env modulus --help"),
        ("version", "tok --version"),
        ("list", "tok vendors"),
        ("get modulus", "tok modulus"),
        ("get modulus@staging", "tok modulus@staging"),
        ("auth", "tok login VENDOR"),
        ("auth modulus", "tok login modulus"),
        ("auth login", "tok login VENDOR"),
        ("auth login modulus", "tok login modulus"),
        ("auth logout modulus", "tok logout modulus"),
        ("auth token modulus", "tok modulus"),
        ("auth status", "tok status"),
        ("run modulus ls", "tok exec modulus -- COMMAND"),
        ("check acme.toml", "tok vendors check FILE"),
    ] {
        corrected(typed, line);
    }
}

#[test]
fn what_stands_behind_the_vendor_and_belongs_before_it_is_answered_with_the_line_to_type() {
    for (typed, line) in [
        ("modulus env", "tok env modulus"),
        ("modulus@staging env", "tok env modulus@staging"),
        ("modulus login", "tok login modulus"),
        ("modulus exec ls", "tok exec modulus -- COMMAND"),
        ("modulus help", "tok modulus --help"),
        ("modulus @staging", "tok modulus@staging"),
        ("modulus json", "tok modulus -f json"),
        ("env modulus fish", "tok env modulus -f fish"),
    ] {
        corrected(typed, line);
    }
}

#[test]
fn the_options_of_other_programs_are_answered_with_the_line_to_type() {
    for (typed, line) in [
        ("--json modulus", "tok modulus -f json"),
        ("--json", "tok VENDOR -f json"),
        ("modulus --json", "tok modulus -f json"),
        ("modulus@staging --output json", "tok modulus@staging -f json"),
        ("modulus --output=header", "tok modulus -f header"),
        ("modulus -o yaml", "tok modulus -f json"),
        ("env modulus -o fish", "tok env modulus -f fish"),
        ("status --json", "tok status -f json"),
        ("modulus --version", "tok --version"),
    ] {
        corrected(typed, line);
    }
    // Where there is no format at all.
    refused(&["login", "modulus", "--json"], "--json", "`tok login modulus --help`");
}

#[test]
fn that_options_follow_the_vendor_is_said_where_that_is_the_cause() {
    let follow = |line: &str| format!("options follow the vendor, as in `{line}`\n");
    for (words, line) in [
        (&["-v", "modulus"][..], "tok modulus -v"),
        (&["--timeout", "5", "modulus"], "tok modulus --timeout DURATION"),
        (&["--username", "me", "modulus@x"], "tok modulus@x --username VALUE"),
        (&["env", "-f", "fish", "modulus"], "tok env modulus -f FORMAT"),
        (&["login", "--no-verify"], "tok login VENDOR --no-verify"),
    ] {
        refused(words, "unexpected argument", &follow(line));
    }
    for (words, hint) in [
        (&["status", "--no-cache"][..], "`tok status --help` lists its options"),
        (
            &["logout", "modulus", "--fresh"],
            "`tok logout --help` lists its options",
        ),
        (
            &["exec", "modulus", "--nothing", "--", "ls"],
            "`tok exec --help` lists its options",
        ),
        (
            &["exec", "modulus", "--account", "x", "--", "ls"],
            "set TOK_MODULUS_ACCOUNT",
        ),
    ] {
        let output = Tok::new().run(words).fails(2).says(hint);
        output.never_says("follow the vendor");
    }
}

#[test]
fn a_command_of_exec_without_the_two_hyphens_is_answered_with_them() {
    for (typed, line) in [
        ("exec modulus ls", "tok exec modulus -- ls"),
        ("exec modulus@x starship ls", "tok exec modulus@x starship -- ls"),
        ("exec modulus ls -l", "tok exec modulus -- ls"),
        (
            "exec -v modulus --timeout 5 ./import.sh now",
            "tok exec modulus -- ./import.sh",
        ),
        ("exec modulus", "tok exec VENDOR -- COMMAND"),
    ] {
        let words: Vec<&str> = typed.split(' ').collect();
        refused(&words, "", &format!("behind --, as in `{line}`\n"));
    }
    let output = Tok::new().run(["exec", "modulus", "--password", "hunter22", "--", "ls"]);
    output
        .fails(2)
        .says("hint: set TOK_MODULUS_PASSWORD")
        .never_says("hunter22");
}

#[test]
fn what_may_be_a_secret_is_not_repeated() {
    let tok = Tok::new();
    for words in [
        &["get", "modulus", "hunter22"][..],
        &["auth", "modulus", "--password=hunter22"],
        &["--json", "modulus", "hunter22"],
        &["modulus", "-o", "hunter22"],
        &["--username", "hunter22", "modulus"],
        &["--password", "hunter22", "modulus"],
        &["exec", "modulus", "--passwd", "hunter22", "--", "ls"],
        &["exec", "modulus", "--secret", "hunter22"],
    ] {
        tok.run(words).fails(2).never_says("hunter22");
    }
}

#[test]
fn a_profile_without_a_vendor_is_refused() {
    refused(&["@staging"], "the vendor before '@' is missing", "VENDOR@staging");
    refused(
        &["env", "@staging"],
        "the vendor before '@' is missing",
        "VENDOR@staging",
    );
}

#[test]
fn a_command_takes_no_profile() {
    for (arguments, word) in [
        (&["vendors@x"][..], "'vendors@x'"),
        (&["exec@foo", "modulus", "--", "true"], "'exec@foo'"),
        (&["env@x", "modulus"], "'env@x'"),
        (&["logout@", "modulus"], "'logout@'"),
    ] {
        refused(arguments, word, "");
    }
    refused(&["env", "status@x"], "'status@x'", "");
}

#[test]
fn a_misspelt_field_or_option_is_answered_with_the_nearest() {
    refused(&["modulus", "--usrname", "x"], "--usrname", "did you mean --username?");
    refused(&["modulus", "--no-cach"], "--no-cach", "did you mean --no-cache?");
    refused(
        &["env", "modulus", "--varable", "X"],
        "--varable",
        "did you mean --variable?",
    );
    refused(
        &["modulus", "--pasword-file", "x"],
        "--pasword-file",
        "did you mean --password-file?",
    );
    refused(&["modulus", "--xyzzy"], "--xyzzy", "`tok modulus --help`");
    refused(&["--xyzzy"], "--xyzzy", "options follow the vendor");
    refused(&["modulus", "extra"], "extra", "`tok modulus --help`");
    // The field of another vendor.
    refused(&["modulus", "--email", "x"], "--email", "");
}

#[test]
fn a_misspelt_format_is_answered_with_the_nearest() {
    for (arguments, near) in [
        (&["modulus", "-f", "jsno"][..], "json"),
        (&["modulus", "--format=hedaer"], "header"),
        (&["status", "-f", "jsno"], "json"),
    ] {
        let output = Tok::new().knows("modulus").run(arguments).fails(2).says("--format");
        output.says(near);
    }
    let output = Tok::new().knows("modulus").run(["env", "modulus", "-f", "fisch"]);
    output
        .exits(2)
        .explained()
        .prints("false;\n")
        .says("did you mean fish?");
}

#[test]
fn no_flag_takes_a_secret_and_what_was_given_is_not_shown() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus").knows("oauth2");
    for arguments in [
        &["modulus", "--password", "hunter22"][..],
        &["modulus", "--password=hunter22"],
        &["modulus", "--username", "me", "--password", "hunter22", "-v"],
        &["modulus", "--passwd=hunter22"],
        &["modulus", "--password-stdin=hunter22"],
        &["oauth2", "--client-secret=hunter22"],
        &["status", "--password=hunter22"],
        &["--password=hunter22", "modulus"],
    ] {
        let output = tok.run(arguments).fails(2).never_says("hunter22");
        output.says(
            arguments
                .iter()
                .find(|a| a.starts_with("--pass") || a.starts_with("--client"))
                .unwrap()
                .split('=')
                .next()
                .unwrap(),
        );
    }
    let output = tok.run(["modulus", "--password", "hunter22"]).fails(2);
    let output = output.says("no flag takes a secret's value").says("--password-stdin");
    output.says("--password-file").says("TOK_MODULUS_PASSWORD");
    let output = tok.run(["env", "modulus", "--password=hunter22"]).exits(2).explained();
    output.prints("false;\n").never_says("hunter22");
    server.untouched();
}

#[test]
fn an_option_that_is_given_twice_or_without_a_value_is_refused() {
    let tok = Tok::new().knows("modulus");
    tok.run(["modulus", "--username", "a", "--username", "b"])
        .fails(2)
        .says("--username");
    tok.run(["modulus", "--username"]).fails(2).says("--username");
    tok.run(["modulus", "-q", "-v"]).fails(2).says("exclude");
    tok.run(["modulus", "--password-file"]).fails(2).says("--password-file");
}

#[test]
fn a_value_may_begin_with_a_hyphen() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("oauth2");
    tok.run(["oauth2", "--audience", "-all"]).exits(0);
    assert!(server.only().body.contains("audience=-all"));
}

#[test]
fn every_failure_is_one_line_and_perhaps_a_hint_and_prints_nothing() {
    let server = Server::start();
    server.behave(refuse("the vendor's words\nin two lines").once());
    let tok = Tok::new().vendor(&server).knows("modulus");
    let output = tok.run(["modulus"]).fails(4);
    assert_eq!(output.stderr.lines().count(), 2, "{output}");
    tok.run(["modulus"]).fails(4).says("\nhint: ");
    server.behave(answer(500, "").once());
    let output = tok.run(["modulus", "--fresh"]).fails(6);
    assert_eq!(output.stderr.lines().count(), 1, "{output}");
    let gone = tok.env("TOK_MODULUS_URL", "http://127.0.0.1:1");
    assert_eq!(gone.run(["modulus"]).fails(5).stderr.lines().count(), 1);
}

#[test]
fn quiet_leaves_the_error_and_verbose_adds_reasons() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    tok.run(["modulus", "-q"]).ok().quiet();
    tok.run(["modulus"]).ok().quiet();
    let output = tok.run(["modulus", "-v", "--fresh"]).ok().says("tok: ");
    output
        .says("TOK_MODULUS_PASSWORD")
        .says("logging in at http://127.0.0.1");
    tok.without("TOK_MODULUS_PASSWORD")
        .run(["modulus", "-q", "--fresh", "--no-cache"])
        .fails(3);
}

#[test]
fn help_version_and_vendors_work_with_a_broken_config_file() {
    let tok = Tok::new().config(BROKEN);
    let version = tok.run(["--version"]).ok().quiet().stdout;
    assert_eq!(version, format!("tok {}\n", env!("CARGO_PKG_VERSION")));
    for arguments in [
        &["--help"][..],
        &["-h"],
        &["modulus", "--help"],
        &["env", "--help"],
        &["env", "modulus", "--help"],
    ] {
        let output = tok.run(arguments).ok().quiet();
        assert!(output.stdout.contains("tok"), "{output}");
    }
    let output = tok.run(["vendors"]).ok().quiet();
    assert!(output.stdout.contains("modulus"), "{output}");
    tok.run(["vendors", "modulus"]).ok().quiet();
    tok.run(["modulus"]).fails(2).says("config.toml:1: ");
}

#[test]
fn the_help_names_every_vendor_command_field_and_option() {
    let tok = Tok::new();
    let help = tok.run(["--help"]).ok().stdout;
    for word in [
        "modulus",
        "jmvstream",
        "crmcom",
        "starship",
        "data8",
        "oauth2",
        "env",
        "status",
        "vendors",
        "demo",
    ] {
        assert!(help.contains(&format!("  {word} ")), "{word}: {help}");
    }
    let help = tok.run(["starship", "--help"]).ok().stdout;
    for word in [
        "--username",
        "--password-stdin",
        "--password-file",
        "--url",
        "TOK_STARSHIP_USERNAME",
        "TOK_STARSHIP_PASSWORD",
        "TOK_STARSHIP_URL",
        "https://api-playground.starshiprewards.com",
        "--profile",
        "TOK_PROFILE",
        "--fresh",
        "--min-ttl",
        "--no-cache",
        "--no-input",
        "TOK_NO_INPUT",
        "--timeout",
        "TOK_TIMEOUT",
        "--variable",
        "STARSHIP_TOKEN",
        "--format",
        "--verbose",
        "--quiet",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
}

/// The help of these words.
fn help(words: &[&str]) -> String {
    Tok::new().run([words, &["--help"]].concat()).ok().quiet().stdout
}

#[test]
fn the_help_of_a_vendor_shows_its_fields_before_the_options_and_its_own_page() {
    for before in [&[][..], &["env"], &["login"]] {
        let help = help(&[before, &["modulus"]].concat());
        let place = |text: &str| help.find(text).unwrap_or_else(|| panic!("{text}: {help}"));
        assert!(place("  --account") < place("  --password-file"), "{help}");
        assert!(place("  --url") < place("  --timeout"), "{help}");
        assert!(place("  --timeout") < place("  -h, --help"), "{help}");
        place("https://modulus.help/");
    }
}

#[test]
fn the_help_of_a_vendor_whose_url_the_user_gives_shows_an_example_of_one() {
    let crmcom = help(&["crmcom"]);
    assert!(crmcom.contains("as https://crmcom.example.com/api"), "{crmcom}");
    assert!(crmcom.contains("/authentication/token below it"), "{crmcom}");
    let oauth2 = help(&["login", "oauth2"]);
    assert!(oauth2.contains("as https://oauth2.example.com/token"), "{oauth2}");
    assert!(!help(&["starship"]).contains("starship.example.com"));
}

#[test]
fn the_help_names_the_ways_to_log_in_where_there_are_several() {
    for words in [&["login", "crmcom"][..], &["crmcom"]] {
        let help = help(words);
        for way in [
            "username and password",
            "authentication-code",
            "identifier and pass-code",
        ] {
            assert!(help.contains(&format!("\n  {way}\n")), "{way}: {help}");
        }
    }
    assert!(!help(&["login", "modulus"]).contains("Ways"));
}

#[test]
fn a_timeout_that_leaves_no_time_is_refused() {
    for text in ["0", "0s", "0h0m"] {
        refused_with(&["modulus", "--timeout", text], "--timeout: '0");
    }
    let tok = Tok::new()
        .knows("modulus")
        .config("[modulus]\nusername = 'me'\ntimeout = 0\n");
    tok.run(["modulus"])
        .fails(2)
        .says("config.toml:3: timeout: '0' leaves no time");
}

#[test]
fn a_variable_that_says_something_that_it_cannot_is_refused_and_named() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    for word in ["of", "OFF", "0", "no"] {
        let tok = tok.clone().env("TOK_KEYRING", word);
        let said = format!("TOK_KEYRING: '{word}' is neither on nor off");
        for arguments in [
            &["modulus"][..],
            &["status"],
            &["login", "modulus"],
            &["logout", "modulus"],
        ] {
            tok.run(arguments).fails(2).says(&said);
        }
        tok.run(["env", "modulus"]).exits(2).prints("false;\n");
        tok.run(["--help"]).ok();
        tok.run(["vendors"]).ok();
    }
    for text in ["0", "soon"] {
        tok.clone()
            .env("TOK_TIMEOUT", text)
            .run(["modulus"])
            .fails(2)
            .says("TOK_TIMEOUT: '");
    }
    server.untouched();
    for word in ["", "on", "off"] {
        tok.clone().env("TOK_KEYRING", word).run(["modulus"]).ok().quiet();
    }
}

#[test]
fn the_help_shows_no_value_from_the_environment() {
    let tok = Tok::new()
        .env("TOK_MODULUS_PASSWORD", "hunter22-of-variable")
        .env("TOK_MODULUS_USERNAME", "me-of-variable");
    tok.run(["modulus", "--help"])
        .ok()
        .never_says("hunter22")
        .never_says("me-of-variable");
}
