//! How long a keyring is waited for, on every system.

use std::thread;
use std::time::Instant;

use super::*;

/// As a dialog that is open.
fn never() -> Answer<&'static str> {
    loop {
        thread::park();
    }
}

#[test]
fn a_dialog_that_nobody_sees_is_not_waited_for() {
    let began = Instant::now();
    let said = |limit, deadline: &Deadline| match nobody_is_asked(deadline, never) {
        Err(No::Broken(error)) => assert_eq!(error.text(), format!("the keyring did not answer within {limit} s")),
        answer => panic!("{answer:?}"),
    };
    said("0.1", &Deadline::after(Duration::from_millis(100)));
    said("3", &Deadline::after(Duration::from_secs(600)));
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_dialog_that_somebody_sees_may_take_longer_than_the_call() {
    let deadline = Deadline::after(Duration::from_millis(100));
    let slow = || {
        thread::sleep(Duration::from_millis(300));
        Ok("unlocked")
    };
    assert_eq!(dialog_may_open(&deadline, || Ok(()), slow).unwrap(), "unlocked");
    assert!(!deadline.is_over());
    let no_life = dialog_may_open(&deadline, || never().map(drop), || Ok(()));
    assert!(matches!(no_life, Err(No::Broken(_))), "{no_life:?}");
}
