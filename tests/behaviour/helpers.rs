//! `tok helper`: who is served, and that a program's question gets a token only where it should.

use serde_json::Value;

use crate::harness::{Output, Tok, need};
use crate::stand_in::{Server, refuse};

/// With a profile that serves these addresses.
fn serving(server: &Server, addresses: &str) -> Tok {
    Tok::new()
        .vendor(server)
        .knows("modulus")
        .config(&format!("[modulus]\nserves = [{addresses}]\n"))
}

#[track_caller]
fn ask(tok: &Tok, words: &[&str], question: &str) -> Output {
    let words = ["helper"].iter().chain(words);
    tok.clone().stdin(question).run(words)
}

fn question(scheme: &str, host: &str) -> String {
    format!("protocol={scheme}\nhost={host}\n\n")
}

#[track_caller]
fn is_served(tok: &Tok, words: &[&str], scheme: &str, host: &str, served: bool) {
    let output = ask(tok, words, &question(scheme, host)).ok();
    assert_eq!(
        output.stdout.contains("\npassword="),
        served,
        "{scheme}://{host}\n{output}"
    );
    assert!(served || output.stdout.is_empty(), "{output}");
}

#[test]
fn a_program_is_served_at_the_addresses_of_a_profile_and_at_no_other() {
    let server = Server::start();
    let tok = serving(
        &server,
        "'git.acme.com', '*.acme.org:8443', 'http://127.0.0.1:3000', '[::1]'",
    );
    for (scheme, host, served) in [
        ("https", "git.acme.com", true),
        ("https", "GIT.ACME.COM", true),
        ("https", "git.acme.com:443", true),
        ("https", "git.acme.com:8443", false),
        ("http", "git.acme.com", false),
        ("https", "git.acme.com.", false),
        ("https", "u@git.acme.com", false),
        ("https", "git.acme.com.evil.org", false),
        ("https", "x.acme.org:8443", true),
        ("https", "x.y.acme.org:8443", false),
        ("http", "127.0.0.1:3000", true),
        ("https", "127.0.0.1:3000", false),
        ("https", "[::1]", true),
        ("https", "[::1", false),
        ("ftp", "git.acme.com", false),
        ("https", "git.acme.com/.evil.org", false),
        ("https", "git.acme.com/", false),
        ("https", "git.acme.com?x", false),
        ("https", "git.acme.com#x", false),
    ] {
        for words in [&["git", "get"][..], &["git", "modulus", "get"]] {
            is_served(&tok, words, scheme, host, served);
        }
    }
    assert_eq!(server.requests().len(), 1, "one login for all");
}

#[test]
fn without_serves_a_named_vendor_serves_its_own_origin_alone() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus");
    let own = server.url().replace("http://", "");
    is_served(&tok, &["git", "modulus", "get"], "http", &own, true);
    for host in ["git.acme.com", "localhost:1"] {
        is_served(&tok, &["git", "modulus", "get"], "https", host, false);
    }
    is_served(&tok, &["git", "get"], "http", &own, false);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn of_two_profiles_the_one_serves_that_says_more_and_two_that_say_the_same_are_exit_2() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus").knows("starship").config(
        "[modulus]\nserves = '*.acme.com'\nuser = 'all'\n\
         [modulus.one]\nserves = 'git.acme.com'\nuser = 'one'\n\
         [starship]\nserves = 'git.acme.com/team'\nuser = 'team'\n\
         [modulus.two]\nserves = ['x.org', 'y.org']\n[starship.two]\nserves = 'x.org'\n",
    );
    let user = |question: &str| {
        let output = ask(&tok, &["git", "get"], question).ok();
        let user = output.stdout.lines().find_map(|line| line.strip_prefix("username="));
        user.map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(user(&question("https", "web.acme.com")), "all");
    assert_eq!(user(&question("https", "git.acme.com")), "one");
    assert_eq!(user("protocol=https\nhost=git.acme.com\npath=team/x.git\n"), "team");
    assert_eq!(user("protocol=https\nhost=git.acme.com\npath=teams\n"), "one");
    ask(&tok, &["git", "get"], &question("https", "x.org"))
        .exits(2)
        .says("both modulus@two and starship@two serve https://x.org");
    is_served(&tok, &["git", "modulus@two", "get"], "https", "x.org", true);
}

#[test]
fn another_user_in_the_address_is_another_account_where_the_profile_names_one() {
    let server = Server::start();
    let asked = |tok: &Tok| ask(tok, &["git", "get"], "protocol=https\nhost=git.acme.com\nusername=jo\n").ok();
    let open = serving(&server, "'git.acme.com'");
    assert!(asked(&open).stdout.starts_with("username=jo\npassword="));
    let named = open.config("[modulus]\nserves = 'git.acme.com'\nuser = 'ci'\n");
    asked(&named).prints("");
    let same = named.config("[modulus]\nserves = 'git.acme.com'\nuser = 'jo'\n");
    assert!(asked(&same).stdout.starts_with("username=jo\npassword="));
}

#[test]
fn a_table_that_cannot_be_read_stops_nobody_who_is_served_by_another() {
    let server = Server::start();
    let tok = Tok::new().vendor(&server).knows("modulus").config(
        "[modulus]\nserves = 'git.acme.com'\n[starship]\nserves = 'x.org'\nnonsense = 1\n[crmcom]\nnonsense = 2\n",
    );
    is_served(&tok, &["git", "get"], "https", "git.acme.com", true);
    ask(&tok, &["git", "get"], &question("https", "x.org"))
        .exits(2)
        .says("unknown key 'nonsense'");
}

#[test]
fn a_pattern_that_cannot_be_is_refused_with_its_line() {
    let server = Server::start();
    for (pattern, why) in [
        ("'http://git.acme.com'", "is http to another machine"),
        ("'*'", "would serve every host"),
        ("'g*.acme.com'", "not a whole label"),
        ("'git.acme.com/*'", "has a * in its path"),
        ("'u@git.acme.com'", "has user info"),
    ] {
        let tok = serving(&server, pattern);
        tok.run(["modulus"]).fails(2).says("config.toml:2: serves: ").says(why);
    }
    let tok = Tok::new().vendor(&server).knows("modulus");
    let tok = tok.config("[modulus]\nuser = 'a:b'\n");
    tok.run(["modulus"]).fails(2).says("config.toml:2: user: ");
    let tok = tok.config("[modulus]\nscheme = 'two words'\n");
    tok.run(["modulus"]).fails(2).says("config.toml:2: scheme: ");
    server.untouched();
}

#[test]
fn a_vendors_own_field_called_user_stays_its_own() {
    let server = Server::start();
    let own = "about = 'a'\nurl = 'https://a.example'\n[[field]]\nname = 'user'\nhelp = 'u'\nperson = true\n\
               [[field]]\nname = 'pass'\nhelp = 'p'\nsecret = true\n\
               [login]\npath = '/api/cmn/AuthenticateToken'\njson = { username = '{user}', password = '{pass}' }\n\
               [answer]\ntoken = '/object'\nlifetime = '15m'\n";
    let tok = Tok::new()
        .own_vendor("acme", own)
        .env("TOK_ACME_PASS", crate::protocol::account::MODULUS_PASSWORD);
    let tok = tok.config(&format!(
        "[acme]\nurl = '{}'\nuser = '{}'\nserves = 'git.acme.com'\n",
        server.url(),
        crate::protocol::account::MODULUS_USERNAMES[0]
    ));
    let output = ask(&tok, &["git", "get"], &question("https", "git.acme.com")).ok();
    let name = crate::protocol::account::MODULUS_USERNAMES[0];
    assert!(output.stdout.starts_with(&format!("username={name}\n")), "{output}");
}

#[test]
fn an_erase_forgets_the_very_token_and_no_other() {
    let server = Server::start();
    let tok = serving(&server, "'git.acme.com'");
    let token = tok.run(["modulus"]).ok().token();
    let erase = |password: &str| {
        let question = format!("protocol=https\nhost=git.acme.com\nusername=oauth2\npassword={password}\n\n");
        ask(&tok, &["git", "erase"], &question).ok().quiet().prints("");
    };
    erase("another");
    assert_eq!(tok.run(["modulus"]).ok().token(), token);
    let elsewhere = format!("protocol=https\nhost=other.acme.com\npassword={token}\n\n");
    ask(&tok, &["git", "erase"], &elsewhere).ok().quiet();
    assert_eq!(tok.run(["modulus"]).ok().token(), token);
    erase(&token);
    assert_ne!(tok.run(["modulus"]).ok().token(), token);
    erase(&token);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn after_an_erase_a_token_that_can_be_refreshed_is_and_no_person_is_asked() {
    let server = crate::approvals::issuer();
    let tok = crate::approvals::user(&server).config(&format!(
        "[oidc]\nurl = '{}'\nclient-id = 'c'\nserves = 'git.acme.com'\n",
        server.url()
    ));
    let mut terminal = tok.terminal(["oidc"]);
    crate::approvals::approve(&tok.visit());
    let refused = terminal.wait().ok().token();
    server.behave(crate::approvals::grant_of("another-token"));
    let told = format!("protocol=https\nhost=git.acme.com\npassword={refused}\n\n");
    for _ in 0..2 {
        ask(&tok, &["git", "erase"], &told).ok().quiet();
    }
    let output = ask(&tok, &["git", "get"], &question("https", "git.acme.com")).ok();
    assert!(output.stdout.contains("\npassword=another-token\n"), "{output}");
    let sent = server.requests().pop().unwrap().body;
    assert!(sent.contains("refresh_token=the-refresh-token"), "{sent}");
}

#[test]
fn fifty_helpers_at_once_make_one_login() {
    let server = Server::start();
    let tok = serving(&server, "'git.acme.com'").stdin(question("https", "git.acme.com"));
    for output in tok.parallel(50, &["helper", "git", "get"]) {
        output.ok();
    }
    server.only();
}

#[test]
fn a_refusal_is_said_to_the_program_and_asked_once() {
    let server = Server::start();
    server.behave(refuse("no"));
    let tok = serving(&server, "'git.acme.com'");
    for _ in 0..2 {
        ask(&tok, &["git", "get"], &question("https", "git.acme.com"))
            .exits(4)
            .prints("quit=1\n\n")
            .says("tok: modulus: ");
    }
    let docker = ask(&tok, &["docker", "get"], "git.acme.com").exits(1);
    assert!(
        docker.stdout.starts_with("tok: modulus: ") && docker.stderr.is_empty(),
        "{docker}"
    );
    assert_eq!(docker.stdout.lines().count(), 1);
    server.only();
}

#[test]
fn without_a_terminal_a_helper_says_what_is_missing_and_never_hangs() {
    let server = Server::start();
    let tok = serving(&server, "'git.acme.com'").without("TOK_MODULUS_PASSWORD");
    ask(&tok, &["git", "get"], &question("https", "git.acme.com"))
        .exits(3)
        .prints("quit=1\n\n")
        .says("password is missing");
    server.untouched();
}

#[test]
fn a_question_that_does_not_end_is_not_waited_for_without_end() {
    let server = Server::start();
    let tok = serving(&server, "'git.acme.com'");
    // The other end stays open behind what was said.
    for (protocol, question) in [("git", "protocol=https\\n"), ("docker", "git.acme.com"), ("bazel", "{")] {
        let script = format!("(printf '{question}'; sleep 5) | tok helper {protocol} get --timeout 1s; echo rc $?");
        let output = tok.sh(&script);
        assert!(output.took < std::time::Duration::from_secs(10), "{output}");
        let said = [output.stdout.as_str(), &output.stderr].concat();
        assert!(said.contains("the question did not end within 1 s"), "{output}");
        assert!(output.stdout.contains("rc 1"), "{output}");
    }
    server.untouched();
}

#[test]
fn docker_is_told_on_standard_output_what_failed_whatever_it_asked_and_whenever() {
    let server = Server::start();
    let broken = serving(&server, "'git.acme.com'").config("[modulus]\nserves = 'git.acme.com'\nnonsense = 1\n");
    let astray = broken.clone().env("TOK_CONFIG_DIR", "relative");
    for (tok, word) in [(&broken, "nonsense"), (&astray, "TOK_CONFIG_DIR")] {
        for operation in ["get", "erase"] {
            let output = ask(tok, &["docker", operation], "git.acme.com").exits(1);
            assert!(
                output.stdout.starts_with("tok: ") && output.stdout.contains(word),
                "{output}"
            );
            assert!(
                output.stderr.is_empty() && output.stdout.lines().count() == 1,
                "{output}"
            );
        }
    }
}

#[test]
fn the_profile_that_the_variable_names_counts() {
    let server = Server::start();
    let tok = Tok::new()
        .vendor(&server)
        .knows("modulus")
        .config("[modulus]\nserves = 'a.org'\nuser = 'one'\n[modulus.work]\nserves = 'a.org'\nuser = 'work'\n");
    let user = |tok: &Tok| {
        ask(tok, &["git", "modulus", "get"], &question("https", "a.org"))
            .ok()
            .stdout
    };
    assert!(user(&tok).starts_with("username=one\n"));
    assert!(user(&tok.env("TOK_PROFILE", "work")).starts_with("username=work\n"));
}

#[test]
fn what_stands_before_the_token_is_a_scheme_only_where_nothing_else_does() {
    let server = Server::start();
    let own = |header: &str| {
        format!(
            "about = 'a'\nurl = '{}'\n[[field]]\nname = 'name'\nhelp = 'u'\nperson = true\n\
             [[field]]\nname = 'pass'\nhelp = 'p'\nsecret = true\n\
             [login]\npath = '/api/cmn/AuthenticateToken'\njson = {{ username = '{{name}}', password = '{{pass}}' }}\n\
             [answer]\ntoken = '/object'\nlifetime = '15m'\n[use]\nheader = '{header}'\n",
            server.url()
        )
    };
    let base = Tok::new()
        .env("TOK_ACME_PASS", crate::protocol::account::MODULUS_PASSWORD)
        .env("TOK_ACME_NAME", crate::protocol::account::MODULUS_USERNAMES[0])
        .config("[acme]\nserves = 'a.org'\n");
    for (header, scheme) in [
        ("Authorization: Token {token}", "Token"),
        ("Authorization: Custom key={token}", "Bearer"),
        ("X-Key: {token}", "Bearer"),
    ] {
        let tok = base.clone().own_vendor("acme", &own(header));
        let question = format!("capability[]=authtype\n{}", question("https", "a.org"));
        let answer = ask(&tok, &["git", "get"], &question).ok().stdout;
        assert!(answer.contains(&format!("\nauthtype={scheme}\n")), "{header}: {answer}");
    }
}

#[test]
fn a_program_that_starts_tok_by_its_own_name_is_understood() {
    let server = Server::start();
    let tok = serving(&server, "'git.acme.com'");
    let links = tok.folder().join("bin");
    std::fs::create_dir(&links).unwrap();
    for name in ["docker-credential-tok", "bazel-credential-tok"] {
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tok"), links.join(name)).unwrap();
    }
    let by_name = |name: &str, operation: &str, question: &str| {
        let program = links.join(name);
        tok.clone()
            .stdin(question)
            .program(program.to_str().unwrap(), [operation])
    };
    let token = tok.run(["modulus"]).ok().token();
    let docker: Value =
        serde_json::from_str(&by_name("docker-credential-tok", "get", "git.acme.com").ok().stdout).unwrap();
    assert_eq!(docker["Secret"], token.as_str());
    assert_eq!(docker["Username"], "oauth2");
    by_name("docker-credential-tok", "get", "index.docker.io")
        .exits(1)
        .prints("credentials not found in native keychain\n");
    let bazel = by_name(
        "bazel-credential-tok",
        "get",
        "{\"uri\":\"https://git.acme.com/x?y=z\"}",
    )
    .ok();
    let bazel: Value = serde_json::from_str(&bazel.stdout).unwrap();
    assert_eq!(bazel["headers"]["Authorization"][0], format!("Bearer {token}"));
    by_name("bazel-credential-tok", "get", "{\"uri\":\"https://other.org\"}")
        .ok()
        .prints("{}\n");
    let cargo = tok
        .clone()
        .stdin("{\"v\":1,\"kind\":\"get\",\"registry\":{\"index-url\":\"sparse+https://git.acme.com/i/\"},\"args\":[\"helper\",\"cargo\",\"modulus\"]}\n")
        .run(["--cargo-plugin"])
        .ok();
    let answer: Value = serde_json::from_str(cargo.stdout.lines().nth(1).unwrap()).unwrap();
    assert_eq!(answer["Ok"]["token"], format!("Bearer {token}"));
}

#[test]
fn kubernetes_is_answered_in_the_version_that_it_asks_in_and_for_clusters_that_are_served() {
    let server = Server::start();
    let tok = serving(&server, "'https://cluster.acme.com:6443'");
    let token = tok.run(["modulus"]).ok().token();
    let info = |version: &str, spec: &str| {
        format!(
            "{{\"apiVersion\":\"client.authentication.k8s.io/{version}\",\"kind\":\"ExecCredential\",\"spec\":{spec}}}"
        )
    };
    let ask = |info: String, words: &[&str]| {
        let words = ["helper", "kubernetes"].iter().chain(words);
        tok.clone().env("KUBERNETES_EXEC_INFO", info).run(words)
    };
    let cluster = "{\"interactive\":false,\"cluster\":{\"server\":\"https://cluster.acme.com:6443\",\"config\":null}}";
    for version in ["v1", "v1beta1"] {
        for (spec, words) in [
            ("{\"interactive\":true}", &["modulus"][..]),
            (cluster, &["modulus"]),
            (cluster, &[]),
        ] {
            let answer: Value = serde_json::from_str(&ask(info(version, spec), words).ok().stdout).unwrap();
            assert_eq!(answer["apiVersion"], format!("client.authentication.k8s.io/{version}"));
            assert_eq!(answer["kind"], "ExecCredential");
            assert_eq!(answer["status"]["token"], token.as_str());
            assert!(answer["status"]["expirationTimestamp"].as_str().unwrap().ends_with('Z'));
        }
    }
    let other = cluster.replace("cluster.acme.com", "other.acme.com");
    ask(info("v1", &other), &["modulus"])
        .fails(2)
        .says("no profile serves this cluster");
    ask(info("v1", "{\"interactive\":true}"), &[])
        .fails(2)
        .says("provideClusterInfo: true");
    ask(info("v9", cluster), &[]).fails(2).says("v9");
    ask("{".to_owned(), &["modulus"]).fails(2).says("KUBERNETES_EXEC_INFO");
}

#[test]
fn the_lines_to_paste_are_filled_in_for_the_profile_that_is_named() {
    let server = Server::start();
    let tok = serving(&server, "'https://git.acme.com/x'");
    let all = tok.run(["helper"]).ok().stdout;
    for word in [
        "git config",
        "docker-credential-tok",
        "kube",
        "credential-provider",
        "bazel-credential-tok",
        "VENDOR",
    ] {
        assert!(all.contains(word), "{word}: {all}");
    }
    tok.run(["helper", "git", "modulus"]).ok().prints(
        "# git's credential helpers\n\
         git config --global credential.https://git.acme.com/x.helper '!tok helper git modulus'\n\
         git config --global credential.https://git.acme.com.useHttpPath true\n",
    );
    tok.run(["helper", "svn"])
        .fails(2)
        .says("PROTOCOL: 'svn' is not one of git, docker, kubernetes, cargo, bazel");
    tok.run(["helper", "git", "modulos"])
        .fails(2)
        .says("did you mean modulus?");
    tok.run(["helper", "git", "modulus@nobody"]).fails(2);
    server.untouched();
}

#[test]
fn the_status_says_whom_a_profile_serves() {
    let server = Server::start();
    let tok = serving(&server, "'git.acme.com', '*.acme.org/x'");
    tok.run(["status", "modulus", "-v"])
        .ok()
        .prints_this("serves: https://git.acme.com, https://*.acme.org/x");
}

#[test]
fn a_token_is_printed_for_files_that_other_programs_read() {
    let server = Server::start();
    let tok = serving(&server, "'git.acme.com'");
    let token = tok.run(["modulus"]).ok().token();
    let prints = |tok: &Tok, words: &[&str], text: &str| {
        tok.run(words).ok().quiet().prints(&text.replace('@', &token));
    };
    prints(&tok, &["modulus", "-f", "authorization"], "Bearer @\n");
    prints(&tok, &["modulus", "-f", "http"], "Authorization: Bearer @\n");
    prints(
        &tok,
        &["modulus", "-f", "netrc"],
        "machine 127.0.0.1 login oauth2 password @\nmachine git.acme.com login oauth2 password @\n",
    );
    prints(&tok, &["env", "modulus", "-f", "systemd"], "MODULUS_TOKEN=\"@\"\n");
    prints(&tok, &["env", "modulus", "-f", "docker"], "MODULUS_TOKEN=@\n");
    prints(&tok, &["env", "modulus", "-f", "gitlab"], "MODULUS_TOKEN=@\n");
    let tok = tok.config("[modulus]\nuser = 'ci'\nscheme = 'token'\n");
    prints(&tok, &["modulus", "-f", "authorization"], "token @\n");
    prints(
        &tok,
        &["modulus", "-f", "curl"],
        "header = \"Authorization: token @\"\n",
    );
    prints(
        &tok,
        &["modulus", "-f", "netrc"],
        "machine 127.0.0.1 login ci password @\n",
    );
    let crmcom = Tok::new().vendor(&server).knows("crmcom");
    for format in ["authorization", "http"] {
        crmcom.run(["crmcom", "-f", format]).fails(2);
    }
    server.only();
}

#[test]
fn curl_logs_in_from_the_netrc_file() {
    if !(need("curl") && need("python3")) {
        return;
    }
    let server = Server::start();
    server.tolerate();
    let tok = serving(&server, "'git.acme.com'");
    tok.sh("tok modulus -f netrc >netrc").ok();
    let token = tok.run(["modulus"]).ok().token();
    let url = server.url();
    let shown = tok
        .sh(&format!(
            "curl -sv --noproxy '*' --netrc-file netrc {url}/x 2>&1 | grep -i '^> authorization'"
        ))
        .ok();
    let value = shown.stdout.trim().rsplit(' ').next().unwrap();
    let script = format!("printf %s {value} | base64 -d");
    assert_eq!(tok.sh(&script).ok().stdout, format!("oauth2:{token}"));
}

#[test]
fn a_prompt_of_git_is_no_hiding_place_for_another() {
    if !need("git") {
        return;
    }
    let server = Server::start();
    let tok = serving(&server, "'git.acme.com'").without("TOK_MODULUS_PASSWORD");
    let tok = tok
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(question("https", "git.acme.com"));
    let output = tok.program("git", ["-c", "credential.helper=!tok helper git", "credential", "fill"]);
    assert!(output.stderr.contains("password is missing"), "{output}");
    assert!(output.stderr.contains("told us to quit"), "{output}");
    server.untouched();
}
