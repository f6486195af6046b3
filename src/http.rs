//! One strict HTTP agent.
