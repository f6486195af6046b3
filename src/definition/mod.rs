//! A vendor is data: one TOML file, from which come the flags, the prompts, the request and the reading of the answer.
//!
//! Built-in vendors are such files, embedded; a user's are read by the same code, and nothing downstream can tell them
//! apart. This room knows nothing of keyrings, caches and shells.

mod address;
pub(crate) mod answer;
pub(crate) mod approval;
mod built_in;
pub(crate) mod catalogue;
pub(crate) mod check;
pub(crate) mod context;
pub(crate) mod device;
pub(crate) mod discovery;
pub(crate) mod example;
pub(crate) mod exchange;
pub(crate) mod lets;
mod lifetime;
pub(crate) mod lint;
mod mistake;
pub(crate) mod name;
mod person;
pub(crate) mod plan;
mod pointers;
mod reader;
pub(crate) mod remark;
pub(crate) mod request;
pub(crate) mod schema;
pub(crate) mod shape;
pub(crate) mod template;
pub(crate) mod value;
mod way;

pub(crate) use catalogue::{Catalogue, Vendor};
pub(crate) use lifetime::http_date;
