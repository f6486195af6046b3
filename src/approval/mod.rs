//! A person says yes to a login, in a browser or with a code on another device.
//!
//! What a definition says of it comes in, what its login lays in goes out. The time that it takes is the person's. Whose turn
//! it is to ask, and what is sent before and afterwards, is left to [`crate::token`].

mod browser;
mod connection;
pub(crate) mod device;
mod listener;
mod page;
mod peer;
mod poll;
mod qr;
mod redirect;

pub(crate) use browser::{Browsing, Visit};
pub(crate) use poll::{Heard, Next, Poll};

use std::collections::BTreeMap;

use crate::secret::Secret;

/// What stands for the placeholders of an approval.
pub(crate) type Names = BTreeMap<&'static str, Secret>;
