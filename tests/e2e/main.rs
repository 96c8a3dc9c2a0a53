//! The binary, as its users run it, between a simulated tenant and an inbox on real sockets.
//!
//! Each story starts a sandbox, writes a configuration file, runs `forewarn` as a process of its own and looks at what can be seen
//! from outside: exit codes, what is printed, what is served over HTTP, and above all what arrives. What ought to be seen is worked out
//! anew in [`expected`], from the contract's words and what the tenant holds.
//!
//! Nothing waits for a fixed time: every wait looks again and again for what it waits for, has a name, and gives up (see [`wait`]).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

// what the stories are told with
mod arrived;
mod ask;
mod config;
mod daemon;
mod expected;
mod process;
mod relay;
mod wait;
mod world;

// the stories
mod blind;
mod calendar;
mod changes;
mod clusters;
mod commands;
mod crash;
mod delivery;
mod demo;
mod desk;
mod heartbeat;
mod http;
mod in_person;
mod last_use;
mod mail;
mod misbehaving;
mod on_call;
mod own;
mod owners;
mod plan;
mod scan;
mod secrecy;
mod setup;
mod silences;
mod starting;
mod templates;
mod trouble;
