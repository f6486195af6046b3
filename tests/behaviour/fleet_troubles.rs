//! A store that is of no use costs one warning, half a second, and no token.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Output, Tok, need, until};
use crate::protocol::account;
use crate::redis_server::{KEY, OTHER_KEY, Redis};
use crate::stand_in::Server;

const LOGIN: &str = "POST /oauth2/token";

fn knowing(tok: Tok, server: &Server) -> Tok {
    tok.vendor(server).knows("oauth2")
}

/// A token, one warning that says this, and no long wait.
#[track_caller]
fn warned(output: Output, why: &str) -> Output {
    let output = output.ok().says(why).says("the call goes on without it");
    let warnings = output.stderr.lines().filter(|line| line.starts_with("tok: warning: "));
    assert_eq!(warnings.count(), 1, "{output}");
    assert!(output.took < Duration::from_secs(5), "{output}");
    output
}

/// The same where the store is required: exit 5 and no request.
#[track_caller]
fn required(tok: &Tok, server: &Server, why: &str) {
    let before = server.requests().len();
    let tok = tok.clone().env("TOK_SHARED_REQUIRED", "1");
    fs::remove_dir_all(tok.cache_folder()).unwrap();
    tok.run(["oauth2"]).fails(5).says(why);
    assert_eq!(server.requests().len(), before);
}

#[test]
fn a_store_that_is_not_there_is_one_warning_and_where_it_is_required_exit_5() {
    let server = Server::start();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let tok = knowing(Tok::new(), &server)
        .env("TOK_SHARED", format!("redis://127.0.0.1:{port}"))
        .env("TOK_SHARED_KEY", KEY);
    warned(tok.run(["oauth2"]), "the shared store redis://127.0.0.1:");
    // Not even that where the token is on disk.
    tok.run(["oauth2"]).ok().quiet();
    required(&tok, &server, "the shared store");
    server.expect(&[LOGIN]);
}

#[test]
fn a_store_that_never_answers_is_waited_for_half_a_second_and_not_again_for_some_seconds() {
    let server = Server::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let tok = knowing(Tok::new(), &server)
        .env("TOK_SHARED", format!("redis://{}", listener.local_addr().unwrap()))
        .env("TOK_SHARED_KEY", KEY);
    let output = warned(tok.run(["oauth2"]), "does not answer in time");
    assert!(output.took >= Duration::from_millis(450), "{output}");
    listener.set_nonblocking(true).unwrap();
    let connected = || std::iter::from_fn(|| listener.accept().ok()).count();
    assert_eq!(connected(), 1);
    warned(tok.run(["oauth2", "--fresh"]), "does not answer in time");
    assert_eq!(connected(), 0);
}

#[test]
fn a_store_that_answers_one_byte_after_the_other_or_nonsense_is_left_alone() {
    let server = Server::start();
    for (piece, pause) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], 0),
        (b"$", 100),
        (b"*1000000000\r\n", 0),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let end = Instant::now() + Duration::from_secs(20);
                while Instant::now() < end && stream.write_all(piece).is_ok() {
                    thread::sleep(Duration::from_millis(pause.max(1)));
                }
            }
        });
        let tok = knowing(Tok::new(), &server)
            .env("TOK_SHARED", format!("redis://{address}"))
            .env("TOK_SHARED_KEY", KEY);
        warned(tok.run(["oauth2"]), "the shared store");
        required(&tok, &server, "the shared store");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_store_that_says_more_than_a_store_can_takes_no_memory() {
    let server = Server::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let mut stream = listener.incoming().next().unwrap().unwrap();
        let junk = vec![b'x'; 1 << 16];
        let mut answer = stream.write_all(b"$536870911\r\n");
        while answer.is_ok() {
            answer = stream.write_all(&junk);
        }
    });
    let tok = knowing(Tok::new(), &server)
        .env("TOK_SHARED", format!("redis://{address}"))
        .env("TOK_SHARED_KEY", KEY);
    // In kilobytes; what a thread and the program map without using it counts as well.
    let output = tok.sh("ulimit -v 200000; exec tok oauth2");
    warned(output, "what answers there is no Redis");
    server.only();
}

#[test]
fn a_store_that_is_paused_or_stopped_costs_no_token() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    redis.tell(&["CLIENT", "PAUSE", "3000"]);
    warned(
        knowing(redis.machine(), &server).run(["oauth2"]),
        "does not answer in time",
    );
    redis.signal(rustix::process::Signal::STOP);
    warned(
        knowing(redis.machine(), &server).run(["oauth2"]),
        "does not answer in time",
    );
    redis.signal(rustix::process::Signal::CONT);
}

#[test]
fn a_store_that_was_killed_is_used_again_once_it_is_back_though_it_is_empty() {
    if !need("redis-server") {
        return;
    }
    let (server, mut redis) = (Server::start(), Redis::start());
    let first = knowing(redis.machine(), &server).run(["oauth2"]).ok().quiet().token();
    redis.kill();
    warned(knowing(redis.machine(), &server).run(["oauth2"]), "the shared store");
    redis.restart();
    let second = knowing(redis.machine(), &server).run(["oauth2"]).ok().quiet().token();
    assert_ne!(first, second);
    assert_eq!(
        knowing(redis.machine(), &server).run(["oauth2"]).ok().quiet().token(),
        second
    );
    server.expect(&[LOGIN, LOGIN, LOGIN]);
}

#[test]
fn a_store_that_is_full_or_read_only_is_said_so() {
    if !need("redis-server") {
        return;
    }
    let server = Server::start();
    let redis = Redis::with(&["--maxmemory", "1"]);
    let tok = knowing(redis.machine(), &server);
    warned(tok.run(["oauth2"]), "it is full");
    required(&tok, &server, "it is full");
    let first = Redis::start();
    let replica = Redis::with(&["--replicaof", &format!("127.0.0.1 {}", first.port)]);
    warned(knowing(replica.machine(), &server).run(["oauth2"]), "it is read-only");
}

#[test]
fn a_wrong_password_and_a_user_who_may_not_run_scripts_are_said_so_and_the_password_is_not_shown() {
    if !need("redis-server") {
        return;
    }
    let server = Server::start();
    let redis = Redis::with_password("st0re-S3cret");
    knowing(redis.machine(), &server).run(["oauth2"]).ok().quiet();
    let wrong = knowing(redis.machine(), &server).env("TOK_SHARED_PASSWORD", "another-S3cret");
    warned(wrong.run(["oauth2"]), "it refuses the user or the password");
    warned(
        knowing(redis.machine(), &server)
            .without("TOK_SHARED_PASSWORD")
            .run(["oauth2"]),
        "it refuses the user or the password",
    );
    redis.tell(&[
        "ACL",
        "SETUSER",
        "ci",
        "on",
        ">st0re-S3cret",
        "~*",
        "+@all",
        "-@scripting",
    ]);
    let url = redis.url().replace("redis://", "redis://ci@");
    let user = knowing(redis.machine(), &server).env("TOK_SHARED", url);
    warned(user.run(["oauth2"]), "does not let this user run tok's scripts");
}

#[test]
fn another_key_is_a_warning_and_a_login_and_leaves_alone_what_lies_there() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    let token = knowing(redis.machine(), &server).run(["oauth2"]).ok().quiet().token();
    let stranger = knowing(redis.machine(), &server).env("TOK_SHARED_KEY", OTHER_KEY);
    warned(stranger.run(["oauth2"]), "it was written with another key");
    // What lies on disk now is not in the store, which is no reason for a word at every call.
    stranger.run(["oauth2"]).ok().quiet();
    let explained = stranger.run(["oauth2", "-v"]).ok();
    explained.never_says("another key");
    required(&stranger, &server, "it was written with another key");
    assert_eq!(
        knowing(redis.machine(), &server).run(["oauth2"]).ok().quiet().token(),
        token
    );
    server.expect(&[LOGIN, LOGIN]);
}

#[test]
fn what_another_program_put_under_the_same_names_is_not_touched_whatever_it_is() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    knowing(redis.machine(), &server).run(["oauth2"]).ok().quiet();
    let record = &redis.names_of("hash")[0];
    let large = "x".repeat(10 << 20);
    redis.tell(&["HSET", record, "v", &large]);
    warned(knowing(redis.machine(), &server).run(["oauth2"]), "is not tok's");
    redis.tell(&["HSET", record, "v", "theirs", "g", "seven"]);
    warned(knowing(redis.machine(), &server).run(["oauth2"]), "is not tok's");
    assert_eq!(redis.text(&["HGET", record, "v"]), "theirs");
    for value in ["theirs", large.as_str()] {
        redis.tell(&["DEL", record]);
        redis.tell(&["SET", record, value]);
        warned(knowing(redis.machine(), &server).run(["oauth2"]), "is not tok's");
        assert_eq!(redis.text(&["GET", record]), value);
    }
}

#[test]
fn what_another_program_put_under_any_name_beside_a_token_is_not_waited_for() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    // Everything that may lie there: a token, a lock, the last number, a failure, a hold, a pause and the mark of the key.
    server.behave(crate::stand_in::retry_after("1").once());
    knowing(redis.machine(), &server).run(["oauth2"]).fails(7);
    let mut names = redis.names();
    thread::sleep(Duration::from_millis(1100));
    let wrong = knowing(redis.machine(), &server).env("TOK_OAUTH2_CLIENT_SECRET", "a wrong one");
    wrong.run(["oauth2"]).fails(4);
    server.behave(crate::stand_in::delay(300).once());
    let running = knowing(redis.machine(), &server).start(["oauth2"]);
    names.extend(redis.names());
    until("its lock is there", || {
        names.extend(redis.names());
        !redis.locks().is_empty()
    });
    running.wait().ok();
    names.extend(redis.names());
    names.sort();
    names.dedup();
    assert!(names.len() >= 6, "{names:?}");
    let large = "x".repeat(10 << 20);
    for name in &names {
        for value in [
            &["SET", name, "theirs"][..],
            &["SET", name, &large],
            &["RPUSH", name, "theirs"],
            &["HSET", name, "g", &large],
        ] {
            redis.tell(&["FLUSHALL"]);
            redis.tell(value);
            let output = knowing(redis.machine(), &server).run(["oauth2"]).ok();
            assert!(output.took < Duration::from_secs(5), "{value:?} {output}");
        }
    }
}

#[test]
fn a_user_of_the_store_who_may_do_no_more_than_the_manual_says_is_served() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::with_password("st0re-S3cret"));
    let readme = include_str!("../../README.md");
    let rights = readme
        .lines()
        .find_map(|line| line.trim().strip_prefix("ACL SETUSER ci on "))
        .unwrap();
    let rights = rights.replace("'>PASSWORD'", ">st0re-S3cret").replace('\'', "");
    let mut command = vec!["ACL", "SETUSER", "ci", "on"];
    command.extend(rights.split_whitespace());
    redis.tell(&command);
    let url = redis.url().replace("redis://", "redis://ci@").replace("/0", "/3");
    let user = || knowing(redis.machine(), &server).env("TOK_SHARED", &url);
    let token = user().run(["oauth2"]).ok().quiet().token();
    assert_eq!(user().run(["oauth2"]).ok().quiet().token(), token);
    user().run(["logout", "oauth2"]).ok();
    user()
        .env("TOK_OAUTH2_CLIENT_SECRET", "a wrong one")
        .run(["oauth2"])
        .fails(4);
    server.expect(&[LOGIN, LOGIN]);
}

#[test]
fn a_store_that_fills_up_while_the_vendor_is_asked_costs_a_warning_and_no_token() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    server.behave(crate::stand_in::delay(700).once());
    let tok = knowing(redis.machine(), &server);
    let running = tok.start(["oauth2"]);
    until("its request has come", || server.requests().len() == 1);
    redis.tell(&["CONFIG", "SET", "maxmemory", "1"]);
    let output = running.wait().ok().says("it is full");
    assert_eq!(tok.run(["oauth2"]).ok().quiet().token(), output.token());
    server.only();
}

#[test]
fn no_command_inherits_the_key_or_the_password_of_the_store() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::with_password("st0re-S3cret"));
    let none = "test -z \"$TOK_SHARED_KEY$TOK_SHARED_PASSWORD\"";
    let tok = knowing(redis.machine(), &server).without("TOK_OAUTH2_CLIENT_SECRET");
    let tok = tok.write("home/secret", account::OAUTH2_CLIENT_SECRET).config(&format!(
        "[oauth2.x]\nurl = '{}'\nclient-id = '{}'\nclient-secret-command = '{none} && cat $HOME/secret'\n",
        server.url_of("oauth2"),
        account::OAUTH2_CLIENT_IDS[0],
    ));
    tok.run(["exec", "oauth2@x", "--", "sh", "-c", none]).ok().quiet();
    server.expect(&[LOGIN]);
}

#[test]
fn an_entry_that_was_moved_to_another_name_is_nothing() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    knowing(redis.machine(), &server).run(["oauth2"]).ok().quiet();
    let first = redis.names_of("hash").remove(0);
    let second = knowing(redis.machine(), &server).knows_as("oauth2", 1);
    second.run(["oauth2"]).ok().quiet();
    let other = redis.names_of("hash").into_iter().find(|name| *name != first).unwrap();
    redis.tell(&["COPY", &first, &other, "REPLACE"]);
    let third = knowing(redis.machine(), &server).knows_as("oauth2", 1);
    warned(third.run(["oauth2"]), "not sealed with this key");
    server.expect(&[LOGIN, LOGIN, LOGIN]);
}

#[test]
fn a_server_that_quotes_what_it_was_sent_has_no_password_shown_or_written_down() {
    if !need("redis-server") {
        return;
    }
    let server = Server::start();
    for renamed in ["AUTH", "EVAL"] {
        let redis = Redis::with(&["--rename-command", renamed, ""]);
        let tok = knowing(redis.machine(), &server);
        let tok = if renamed == "AUTH" {
            tok.env("TOK_SHARED_PASSWORD", "st0re-S3cret")
        } else {
            tok
        };
        let output = warned(tok.run(["oauth2"]), "it ");
        let output = output.never_says("st0re-S3cret").never_says("redis.call");
        assert!(output.stderr.len() < 300, "{output}");
        for path in tok.cached() {
            let bytes = fs::read(&path).unwrap();
            assert!(!bytes.windows(12).any(|part| part == b"st0re-S3cret"), "{path:?}");
        }
    }
}

#[test]
fn a_token_that_is_too_long_to_be_shared_is_kept_on_its_machine() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::start());
    server.behave(crate::stand_in::refresh_token("r".repeat(500_000)).once());
    let ship = || redis.machine().vendor(&server).knows("starship");
    let one = ship();
    let token = warned(one.run(["starship"]), "too long").token();
    assert_eq!(one.run(["starship"]).ok().quiet().token(), token);
    let next = ship().run(["starship"]).ok().quiet().token();
    assert_eq!(ship().run(["starship"]).ok().quiet().token(), next);
}

#[test]
fn a_store_that_evicts_is_warned_of() {
    if !need("redis-server") {
        return;
    }
    let server = Server::start();
    let redis = Redis::with(&["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"]);
    knowing(redis.machine(), &server)
        .run(["oauth2"])
        .ok()
        .says("its maxmemory-policy is allkeys-lru");
    // Those who find the token there are not bothered.
    knowing(redis.machine(), &server).run(["oauth2"]).ok().quiet();
}

#[test]
fn over_tls_a_certificate_for_another_name_is_not_trusted() {
    if !need("redis-server") || !need("openssl") {
        return;
    }
    let server = Server::start();
    for (name, trusted) in [("localhost", true), ("elsewhere.example", false)] {
        let folder = Tok::new();
        folder
            .sh(&format!(
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2 \
                 -subj /CN=root -addext basicConstraints=critical,CA:TRUE && openssl req -newkey ec -pkeyopt \
                 ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out req.pem -subj /CN={name} && \
                 printf 'subjectAltName=DNS:{name}\\nextendedKeyUsage=serverAuth\\n' >ext && openssl x509 -req -in req.pem -CA ca.pem \
                 -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out cert.pem"
            ))
            .ok();
        let path = |file: &str| folder.home().join(file).to_str().unwrap().to_owned();
        let redis = Redis::tls(&path("cert.pem"), &path("key.pem"));
        let machine = || knowing(redis.machine(), &server).env("SSL_CERT_FILE", path("ca.pem"));
        if trusted {
            let token = machine().run(["oauth2"]).ok().quiet().token();
            assert_eq!(machine().run(["oauth2"]).ok().quiet().token(), token);
        } else {
            warned(
                machine().run(["oauth2"]),
                "its certificate is for another name than localhost",
            );
        }
        warned(machine().without("SSL_CERT_FILE").run(["oauth2"]), "UnknownIssuer");
    }
}

#[test]
fn what_is_set_wrongly_is_exit_2_and_names_the_variable() {
    let server = Server::start();
    let tok = knowing(Tok::new(), &server)
        .env("TOK_SHARED", "redis://127.0.0.1:1")
        .env("TOK_SHARED_KEY", KEY);
    for (variable, value, why) in [
        ("TOK_SHARED", "redis://store.example", "TOK_SHARED: plain redis://"),
        (
            "TOK_SHARED",
            "rediss://user:p4ssword-x@store.example",
            "TOK_SHARED: a password does not belong",
        ),
        ("TOK_SHARED", "localhost", "TOK_SHARED: it is no address"),
        ("TOK_SHARED_KEY", "c2hvcnQ=", "TOK_SHARED_KEY: it has 5 bytes"),
        ("TOK_SHARED_KEY", "?", "TOK_SHARED_KEY: it is not base64"),
        ("TOK_SHARED_KEY", "", "TOK_SHARED_KEY: it is not set"),
    ] {
        tok.clone()
            .env(variable, value)
            .run(["oauth2"])
            .fails(2)
            .says(why)
            .never_says("p4ssword-x");
    }
    let bare = tok.clone().env("TOK_SHARED_REQUIRED", "1");
    for none in [bare.clone().without("TOK_SHARED"), bare.env("TOK_SHARED", "off")] {
        none.run(["oauth2"]).fails(2).says("TOK_SHARED names no store");
    }
    tok.config("shared-key = \"x\"\n")
        .run(["oauth2"])
        .fails(2)
        .says("does not belong into this file");
    server.untouched();
}

#[test]
fn address_key_and_password_may_come_from_the_config_file_files_and_commands() {
    if !need("redis-server") {
        return;
    }
    let (server, redis) = (Server::start(), Redis::with_password("st0re-S3cret"));
    let token = knowing(redis.machine(), &server).run(["oauth2"]).ok().quiet().token();
    let bare = |tok: Tok| {
        let tok = tok
            .without("TOK_SHARED")
            .without("TOK_SHARED_KEY")
            .without("TOK_SHARED_PASSWORD");
        knowing(tok, &server)
    };
    let tok = bare(redis.machine()).write("key", &format!("{KEY}\n"));
    let key = tok.folder().join("key");
    let tok = tok.config(&format!(
        "shared = \"{}\"\nshared-key-file = \"{}\"\nshared-password-command = \"echo st0re-S3cret\"\n",
        redis.url(),
        key.display()
    ));
    assert_eq!(tok.run(["oauth2"]).ok().token(), token);
    let alone = tok.clone().env("TOK_SHARED", "off").run(["oauth2", "--no-cache"]);
    assert_ne!(alone.ok().quiet().token(), token);
    let tok = bare(redis.machine())
        .env("TOK_SHARED", redis.url())
        .env("TOK_SHARED_KEY_COMMAND", format!("cat '{}'", key.display()))
        .env("TOK_SHARED_PASSWORD_FILE", "/nowhere/at/all");
    tok.run(["oauth2"])
        .fails(3)
        .says("TOK_SHARED_PASSWORD_FILE: /nowhere/at/all");
    server.expect(&[LOGIN, LOGIN]);
}
