//! Draws a cluster as SVG: a panel for each zone, in it a tile for each instance with a bar for
//! each resource.

mod svg;

use svg::{INK, anchored, card, document, rect, text};

/// A drawing with its headings.
pub(crate) struct Picture {
    pub(crate) title: String,
    /// Lines below the title.
    pub(crate) lines: Vec<String>,
    /// What the colours mean, in the order in which they are stacked.
    pub(crate) legend: Vec<(&'static str, String)>,
    pub(crate) panels: Vec<Panel>,
}

/// Instances that belong together.
pub(crate) struct Panel {
    pub(crate) title: String,
    pub(crate) tiles: Vec<Tile>,
}

/// One instance.
pub(crate) struct Tile {
    pub(crate) name: String,
    pub(crate) note: String,
    /// Drawn pale, with the note in red.
    pub(crate) is_out: bool,
    pub(crate) bars: Vec<Bar>,
}

/// One resource of an instance.
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) total: u64,
    /// Colours and amounts, from the left.
    pub(crate) parts: Vec<(&'static str, u64)>,
}

pub(crate) const TAKEN: &str = "#8793a6";
pub(crate) const NEW: &str = "#2f7de1";
pub(crate) const FREE: &str = "#edf0f4";

const WIDTH: usize = 1_120;
const MARGIN: usize = 24;
const TILE: (usize, usize) = (170, 76);
const GAP: usize = 10;
const COLUMNS: usize = (WIDTH - 2 * MARGIN + GAP) / (TILE.0 + GAP);
const HEAD: usize = 34;

impl Picture {
    /// The whole document.
    pub(crate) fn to_svg(&self) -> String {
        let mut body = String::new();
        let mut y = MARGIN + 22;
        text(&mut body, (MARGIN, y), 22, INK, &self.title);
        for line in &self.lines {
            y += 22;
            text(&mut body, (MARGIN, y), 14, "#4a5565", line);
        }
        y += 16;
        let mut x = MARGIN;
        for (colour, meaning) in &self.legend {
            rect(&mut body, (x, y), (14, 14), colour);
            text(&mut body, (x + 20, y + 12), 13, INK, meaning);
            x += 44 + meaning.chars().count() * 7;
        }
        y += 30;
        for panel in &self.panels {
            y = panel.draw(&mut body, y);
        }
        let height = y + MARGIN - GAP;
        document((WIDTH, height), &body)
    }
}

impl Panel {
    /// Draws below `y`; gives back where the next one starts.
    fn draw(&self, body: &mut String, y: usize) -> usize {
        text(body, (MARGIN, y + 18), 16, INK, &self.title);
        let top = y + HEAD - 4;
        for (at, tile) in self.tiles.iter().enumerate() {
            let x = MARGIN + at % COLUMNS * (TILE.0 + GAP);
            tile.draw(body, (x, top + at / COLUMNS * (TILE.1 + GAP)));
        }
        let rows = self.tiles.len().div_ceil(COLUMNS);
        top + rows * (TILE.1 + GAP) + 8
    }
}

impl Tile {
    fn draw(&self, body: &mut String, (x, y): (usize, usize)) {
        let (border, ink) = match self.is_out {
            true => ("#d9a6a0", "#b03a2e"),
            false => ("#c3cad5", INK),
        };
        card(body, (x, y), TILE, ("#ffffff", border));
        text(body, (x + 8, y + 17), 12, INK, &self.name);
        let end = (x + TILE.0 - 8, y + 17);
        anchored(body, end, ("end", "bold", 12), ink, &self.note);
        for (at, bar) in self.bars.iter().enumerate() {
            bar.draw(body, (x + 8, y + 26 + at * 24), self.is_out);
        }
    }
}

impl Bar {
    fn draw(&self, body: &mut String, (x, y): (usize, usize), is_pale: bool) {
        const LABEL: usize = 30;
        let width = TILE.0 - 16 - LABEL;
        text(body, (x, y + 12), 10, "#4a5565", &self.label);
        rect(body, (x + LABEL, y), (width, 16), FREE);
        let total = self.total.max(1);
        let mut from = 0;
        for (colour, amount) in &self.parts {
            let at = |amount: u64| {
                let share = u128::from(amount.min(total)) * width as u128 / u128::from(total);
                usize::try_from(share).unwrap_or(width)
            };
            let (left, right) = (at(from), at(from + amount));
            let colour = if is_pale { "#d5dae2" } else { *colour };
            rect(body, (x + LABEL + left, y), (right - left, 16), colour);
            from += amount;
        }
    }
}
