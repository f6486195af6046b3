//! The store that other machines share, looked at for all rows together.

use std::cell::RefCell;
use std::time::Duration;

use serde::Serialize;

use super::row::Row;
use crate::cache::freshness::{Demand, Freshness};
use crate::shared::Shared;
use crate::terminal::voice::Voice;
use crate::time::clock::now_ms;
use crate::token::Principal;

/// What is said of the store.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Reach {
    pub(super) address: String,
    pub(super) reached: bool,
    /// In milliseconds.
    pub(super) round_trip: Option<f64>,
}

/// A store that could not tell once is not asked again.
#[derive(Debug)]
pub(super) struct There<'a> {
    shared: Shared<'a>,
    voice: Voice,
    reach: RefCell<Reach>,
}

impl<'a> There<'a> {
    pub(super) fn new(shared: Shared<'a>, address: String, voice: Voice) -> Self {
        let reach = Reach {
            address,
            reached: false,
            round_trip: None,
        };
        Self {
            shared,
            voice,
            reach: RefCell::new(reach),
        }
    }

    pub(super) fn reach(&self) -> Reach {
        self.reach.borrow().clone()
    }

    pub(super) fn tell(&self, row: &mut Row, principal: &Principal) {
        let seen = match self.shared.look(&principal.spot()) {
            Ok(Some(seen)) => seen,
            Ok(None) => return,
            Err(error) => {
                self.voice.warn(error.text());
                self.shared.give_up();
                return;
            }
        };
        self.reach.replace(Reach {
            reached: true,
            round_trip: Some(milliseconds(seen.took)),
            ..self.reach()
        });
        row.in_shared_store = Some(seen.entry.is_some());
        let asking = if seen.is_asking {
            "; a machine is asking for one now"
        } else {
            ""
        };
        row.fields.push(match &seen.entry {
            None => format!("in the shared store: nothing lies there for this login{asking}"),
            Some(entry) => {
                let again = if entry.refresh_token.is_none() {
                    ""
                } else if seen.is_spending {
                    "; its refresh token is being sent, or was by a machine that did not come back"
                } else {
                    "; it can be refreshed"
                };
                let freshness = Freshness::of(entry, now_ms(), Demand::default());
                format!("in the shared store: a token, {freshness}{again}{asking}")
            }
        });
    }
}

impl Reach {
    pub(super) fn words(&self) -> String {
        match self.round_trip {
            Some(took) => format!("{}, {took} ms there and back", self.address),
            None => format!("{}, which cannot be used now", self.address),
        }
    }
}

/// With one digit.
fn milliseconds(span: Duration) -> f64 {
    (span.as_secs_f64() * 10_000.0).round() / 10.0
}
