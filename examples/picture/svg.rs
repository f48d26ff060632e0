//! What every drawing is made of.

use std::fmt::Write;

pub(crate) const INK: &str = "#1b2430";
const FONT: &str = "font-family=\"Helvetica, Arial, sans-serif\"";

pub(crate) fn rect(
    body: &mut String,
    (x, y): (usize, usize),
    (width, height): (usize, usize),
    fill: &str,
) {
    if width > 0 {
        let _ = writeln!(
            body,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>"
        );
    }
}

/// A box with a border and round corners.
pub(crate) fn card(
    body: &mut String,
    (x, y): (usize, usize),
    (width, height): (usize, usize),
    (fill, border): (&str, &str),
) {
    let _ = writeln!(
        body,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\" \
         fill=\"{fill}\" stroke=\"{border}\"/>"
    );
}

pub(crate) fn text(body: &mut String, (x, y): (usize, usize), size: usize, fill: &str, text: &str) {
    let _ = writeln!(
        body,
        "<text x=\"{x}\" y=\"{y}\" {FONT} font-size=\"{size}\" fill=\"{fill}\">{}</text>",
        escape(text)
    );
}

/// A text that ends, or has its middle, where it is put, in a weight and size.
pub(crate) fn anchored(
    body: &mut String,
    (x, y): (usize, usize),
    (anchor, weight, size): (&str, &str, usize),
    fill: &str,
    text: &str,
) {
    let _ = writeln!(
        body,
        "<text x=\"{x}\" y=\"{y}\" {FONT} font-size=\"{size}\" font-weight=\"{weight}\" \
         text-anchor=\"{anchor}\" fill=\"{fill}\">{}</text>",
        escape(text)
    );
}

/// The whole document.
pub(crate) fn document((width, height): (usize, usize), body: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{body}</svg>\n"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
