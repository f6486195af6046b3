use super::*;

fn lets(toml: &str) -> Lets {
    toml::from_str(toml).unwrap_or_else(|error| panic!("{error}"))
}

const CHAIN: &str = "
a.hmac = { hash = 'sha256', key = '{secret}', of = '{b}{c}', as = 'hex' }
b.digest = { hash = 'md5', of = '{c}{user}', as = 'hex' }
c.time = { as = 'unix', plus = '{span}' }
d.random = { as = 'uuid' }
";

#[test]
fn what_a_value_needs_comes_before_it_and_nothing_else_does() {
    let lets = lets(CHAIN);
    let order = |names: &[&'static str]| lets.order(names.to_vec()).map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(order(&["a"]), ["c", "b", "a"]);
    assert_eq!(order(&["d", "b"]), ["d", "c", "b"]);
    assert_eq!(order(&["user"]), [""; 0]);
    assert_eq!(lets.closure(["a"]), ["secret", "span", "c", "user", "b", "a"]);
}

#[test]
fn a_circle_is_found_from_wherever_it_is_entered() {
    let lets = lets(
        "
a.digest = { hash = 'md5', of = '{b}', as = 'hex' }
b.digest = { hash = 'md5', of = '{x}{c}', as = 'hex' }
c.digest = { hash = 'md5', of = '{b}', as = 'hex' }
d.digest = { hash = 'md5', of = '{d}', as = 'hex' }
",
    );
    assert_eq!(lets.circle("a"), None);
    assert_eq!(lets.circle("b"), Some(vec!["b", "c", "b"]));
    assert_eq!(lets.circle("c"), Some(vec!["c", "b", "c"]));
    assert_eq!(lets.circle("d"), Some(vec!["d", "d"]));
    assert_eq!(lets.circle("x"), None);
    // It ends all the same.
    assert_eq!(lets.closure(["a", "d"]), ["x", "c", "b", "a", "d"]);
}

#[test]
fn a_chain_of_many_that_share_what_they_need_is_followed_in_no_time() {
    let one = |place: u32| {
        let next = place + 1;
        format!("a{place}.digest = {{ hash = 'md5', of = '{{a{next}}}{{a{next}}}', as = 'hex' }}\n")
    };
    let toml: String = (0..300).map(one).collect();
    let lets = lets(&toml);
    assert_eq!(lets.closure(["a0"]).len(), 301);
    assert_eq!(lets.circle("a0"), None);
}
