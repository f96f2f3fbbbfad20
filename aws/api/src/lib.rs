//! The AWS calls that Seatrial makes: plain types, traits, error classes.
