//! The tenant reader against a scripted Microsoft on loopback, on a clock that jumps when it should wait.

mod checking;
pub(super) mod fake;
mod last_use;
mod odd_values;
mod owners;
mod paging;
mod principals;
mod sign_in;
mod throttling;
mod tokens;
mod words;
