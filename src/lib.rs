//! forewarn knows when every credential of a Microsoft Entra ID tenant runs out, and makes sure that the
//! people who can renew it hear of it in time. This page is the map of the house.
//!
//! | module | what lives there |
//! |---|---|
//! | [`domain`] | PURE: credential, rung, alert, route, silence, schedule, and `decide`: what is due, and why |
//! | [`config`] | the file as written → layered with the environment → a validated `Config`; every problem at once |
//! | [`entra`] | Microsoft's side: clouds, sign-in, Graph pages, throttling, the AADSTS knowledge |
//! | [`store`] | what is remembered: inventory, alerts, outbox, scans |
//! | [`render`] | the words and looks of messages |
//! | [`notify`] | one folder a backend, behind one small trait |
//! | [`engine`] | the work that goes on: scan rounds, deliveries, retention, their schedule and status |
//! | [`http`] | health, readiness, metrics |
//! | [`telemetry`] | logging set-up, the metrics, events that are log line and metric in one |
//! | [`sandbox`] | a simulated tenant and an inbox, so that everything can be tried without Microsoft |
//! | [`app`] | the composition root: `Config` → running parts; the clock, signals, drain |
//! | [`cli`] | one file a command |
//!
//! Data flows one way. A Graph page is decoded to [`domain::App`]s as it arrives; a complete scan is compared with what
//! is known by [`domain::decide`] at `now`; the decisions become alerts, notifications and deliveries in one
//! transaction; a delivery is claimed, rendered, handed to its receiver, and its attempt recorded.
//!
//! Who may import whom is kept by `tests/house`.

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod entra;
pub mod http;
pub mod notify;
pub mod render;
pub mod sandbox;
pub mod store;
pub mod telemetry;
