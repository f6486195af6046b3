//! What the store does by itself, asked as tok asks it: whole or not at all, and no more when it is asked again.

use redis::Value;

use crate::harness::need;
use crate::redis_server::Redis;

macro_rules! script {
    ($($part:literal),+) => { concat!($(include_str!(concat!("../../src/shared/scripts/", $part, ".lua"))),+) };
}

const TAKE: &str = script!("numbers", "seen", "take");
const PUT: &str = script!("replace", "put");
const REMOVE: &str = script!("numbers", "remove");

/// Far from now, in the store's time.
const LATER: &str = "99999999999999";

#[track_caller]
fn run(redis: &Redis, script: &str, arguments: &[&str]) -> Vec<String> {
    let names = ["record", "lock", "fence", "failure", "hold", "pause", "mark"];
    let mut words = vec!["EVAL", script, "7"];
    words.extend(names);
    words.push("524288");
    words.extend(arguments);
    let text = |value: &Value| match value {
        Value::BulkString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Int(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    match redis.tell(&words) {
        Value::Array(all) => all.iter().map(text).collect(),
        one => vec![text(&one)],
    }
}

/// The number of the turn, or nothing.
#[track_caller]
fn take(redis: &Redis, owner: &str, known: [&str; 2], spend: &str, until: &str) -> String {
    let [generation, spending] = known;
    let arguments = [
        owner, "20000", "60000", generation, spending, "", spend, "key", "", until,
    ];
    run(redis, TAKE, &arguments).remove(0)
}

#[track_caller]
fn put(redis: &Redis, owner: &str, number: &str, follows: &str, value: &str) -> bool {
    run(redis, PUT, &[owner, number, follows, value, "60000", "", "", ""]) == ["1"]
}

#[test]
fn a_turn_is_given_again_to_one_whose_answer_was_lost_and_to_nobody_who_has_gone() {
    if !need("redis-server") {
        return;
    }
    let redis = Redis::start();
    let first = take(&redis, "a", ["", ""], "", LATER);
    assert!(put(&redis, "a", &first, "", "one"));
    let known = [first.as_str(), ""];
    assert_eq!(take(&redis, "b", known, &first, "1"), "");
    assert_eq!(redis.text(&["GET", "fence"]), first);
    let second = take(&redis, "b", known, &first, LATER);
    assert_eq!(take(&redis, "c", known, &first, LATER), "");
    // What it had seen before its first try is not what lies there now.
    let again = take(&redis, "b", known, &first, LATER);
    assert!(first < second && second < again, "{first} {second} {again}");
    assert_eq!(redis.text(&["HGET", "record", "s"]), first);
    assert!(put(&redis, "b", &again, &first, "two"));
}

#[test]
fn what_was_written_already_is_not_written_again_over_what_came_after() {
    if !need("redis-server") {
        return;
    }
    let redis = Redis::start();
    let first = take(&redis, "a", ["", ""], "", LATER);
    assert!(put(&redis, "a", &first, "", "one"));
    let second = take(&redis, "b", [&first, ""], &first, LATER);
    // Its answer was lost, so it comes again, while the refresh token that it brought is being sent.
    assert!(put(&redis, "a", &first, "", "one"));
    assert_eq!(redis.text(&["HGET", "record", "s"]), first);
    assert!(put(&redis, "b", &second, &first, "two"));
    assert!(!put(&redis, "a", &first, "", "one"));
    assert_eq!(redis.text(&["HGET", "record", "v"]), "two");
}

#[test]
fn what_was_asked_for_before_a_logout_is_not_written_after_it() {
    if !need("redis-server") {
        return;
    }
    let redis = Redis::start();
    let first = take(&redis, "a", ["", ""], "", LATER);
    assert_eq!(run(&redis, REMOVE, &["60000", ""]), ["0"]);
    assert!(!put(&redis, "a", &first, "", "one"));
    // The next one follows the logout.
    let number = redis.text(&["HGET", "record", "g"]);
    let second = take(&redis, "b", [&number, ""], "", LATER);
    assert!(put(&redis, "b", &second, &number, "two"));
    // A token that was seen is forgotten where it lies there still, and no newer one.
    assert_eq!(run(&redis, REMOVE, &["60000", &first]), ["0"]);
    assert_eq!(run(&redis, REMOVE, &["60000", &second]), ["1"]);
    assert_eq!(redis.tell(&["EXISTS", "record"]), Value::Int(0));
}
