//! The pure heart: what a credential is, when it is due, who is told, and why.
//!
//! Nothing here reads a clock, an environment variable, a file or a socket, and nothing is `async`: `now` and
//! randomness are arguments. What cannot be pure but is needed by every adapter (the clock, the reading of secrets) is
//! here as a trait only.

pub mod app;
pub mod assess;
pub mod audience;
pub mod backoff;
pub mod calendar;
pub mod change;
pub mod clean;
pub mod clock;
pub mod coverage;
pub mod decide;
pub mod digest;
pub mod escalate;
pub mod facts;
pub mod glob;
pub mod group;
pub mod health;
pub mod id;
pub mod known;
pub mod link;
pub mod loopback;
pub mod mail_address;
pub mod matcher;
pub mod notification;
pub mod number;
pub mod own;
pub mod ownership;
pub mod policy;
pub mod route;
pub mod row;
pub mod rung;
pub mod schedule;
pub mod secret;
pub mod self_renewing;
pub mod severity;
pub mod silence;
pub mod skew;
pub mod snapshot;
pub mod supersede;
pub mod thumbprint;
pub mod timetable;
pub mod token;
pub mod turning_points;
pub mod usage;

pub use app::{App, Credential, Expiry, Kind, ObjectType};
pub use clock::Clock;

pub use id::Id;
pub use notification::{EventType, Notification};
pub use row::Row;
pub use rung::{Ladder, Rung};
pub use secret::{SecretSource, Secrets};
pub use severity::Severity;
pub use snapshot::Snapshot;
pub use thumbprint::Thumbprint;
