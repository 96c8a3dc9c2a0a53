//! Silences over HTTP: real requests to the real routes, with a store on disk and a clock that is turned by hand.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod act;
mod api;
mod door;
mod pages;
mod world;
