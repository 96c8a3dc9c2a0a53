//! The engine with a real store, on a clock that the test turns, between a tenant and receivers that do as they are told.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, which is what it is for"
)]

mod calendar;
mod changes;
mod digest;
mod escalate;
mod failing;
mod heartbeat;
mod in_person;
mod own;
mod owners;
mod pace;
mod plan;
mod simulation;
mod skew;
mod stories;
mod world;
