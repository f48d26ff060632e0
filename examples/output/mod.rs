//! What the examples print with: `println!` and `eprintln!` of this module take the place of those
//! of the standard library, which panic when nobody reads on, as in `plan_capacity | head -1`.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::process;

/// The exit code of a program whose output cannot be written, as that of one whose input cannot
/// be read.
const UNUSABLE: i32 = 2;

macro_rules! println {
    () => { $crate::output::out(format_args!("")) };
    ($($text:tt)+) => { $crate::output::out(format_args!($($text)+)) };
}
macro_rules! eprintln {
    ($($text:tt)+) => { $crate::output::err(format_args!($($text)+)) };
}
pub(crate) use {eprintln, println};

/// A line to standard output. A reader that has gone misses the rest, and the program comes to its
/// end and to its own exit code.
pub(crate) fn out(line: Arguments<'_>) {
    if let Err(error) = writeln!(io::stdout().lock(), "{line}")
        && error.kind() != ErrorKind::BrokenPipe
    {
        err(format_args!("cannot write to standard output: {error}"));
        process::exit(UNUSABLE);
    }
}

/// A line to standard error. Where it cannot be written, nothing can be said.
pub(crate) fn err(line: Arguments<'_>) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
