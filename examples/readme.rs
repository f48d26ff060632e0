//! The code of the README, as documentation tests.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
