//! From the rules that a listener has to the rules that it should have, without a gap in service.
//!
//! A rule of AWS serves for as long as it exists at some priority, and SetRulePriorities moves any number of rules at one moment. So the order of
//! the steps decides what a request meets on the way. Here every request that old and new rules serve is served by one of the two at every step:
//!
//! 1. Rules that stay move to where they belong, all at once. Those that are to go move behind them.
//! 2. Missing rules are made, the first one first: whoever matches a new rule has no other new rule before it to miss.
//! 3. Rules that keep their conditions get their new actions, now that all rules are there.
//! 4. Rules that are to go are deleted, the last one first.
//!
//! What matches no common request may change places freely; [`overlap`] tells. Where a rule that is to go must be tried before one that stays, it
//! keeps its place among the others until it is deleted, at the cost of a second move.

mod detour;
mod equal;
mod overlap;
mod plan;

pub(crate) use detour::detour;
pub(crate) use equal::{actions_differ, same_rule};
pub(crate) use plan::{Step, Wanted, plan};

/// The lowest precedence that a rule can have.
pub(crate) const LAST_PRIORITY: i32 = 50_000;
