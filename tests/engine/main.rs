//! The engine with a real store, on a clock that the test turns, between a tenant and receivers that do as they are told.

mod simulation;
mod stories;
mod world;
