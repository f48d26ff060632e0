//! Draws what follows on what as SVG: statuses as boxes down a diagonal, and from each an arrow along
//! its row and down, or up, the column of the status that follows, with the events beside it.

use std::collections::BTreeMap;
use std::fmt::Write;

#[path = "svg.rs"]
mod svg;

use svg::{INK, anchored, card, document, rect, text};

/// A status, what happens, and the status that follows, which may be the same one.
pub(crate) struct Step<'a> {
    pub(crate) from: &'a str,
    pub(crate) event: &'a str,
    pub(crate) to: &'a str,
}

/// The steps of one machine.
pub(crate) struct Chart<'a> {
    title: String,
    /// In the order in which they follow, as far as there is one.
    statuses: Vec<&'a str>,
    /// Events by the positions of the statuses before and after.
    events: BTreeMap<(usize, usize), Vec<&'a str>>,
}

const MARGIN: usize = 24;
const COLUMN: usize = 192;
const BOX: (usize, usize) = (172, 28);
/// Where lines run in a column, from its left.
const LANE: usize = 12;
const LINE: usize = 12;
const ARROW: &str = "#2f7de1";

impl<'a> Chart<'a> {
    pub(crate) fn new(title: impl Into<String>, steps: &[Step<'a>]) -> Self {
        let statuses = in_order(steps);
        let position = |status| statuses.iter().position(|other| *other == status);
        let mut events: BTreeMap<_, Vec<&str>> = BTreeMap::new();
        for step in steps {
            if let (Some(from), Some(to)) = (position(step.from), position(step.to)) {
                let found = events.entry((from, to)).or_default();
                if !found.contains(&step.event) {
                    found.push(step.event);
                }
            }
        }
        Self {
            title: title.into(),
            statuses,
            events,
        }
    }

    /// Charts below each other.
    pub(crate) fn to_svg(charts: &[Self]) -> String {
        let mut body = format!(
            "<defs><marker id=\"tip\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" refY=\"3\" \
             orient=\"auto\"><path d=\"M0,0 L7,3 L0,6 z\" fill=\"{ARROW}\"/></marker></defs>\n",
        );
        let columns = charts.iter().map(|chart| chart.statuses.len()).max();
        let width = 2 * MARGIN + columns.unwrap_or_default() * COLUMN;
        let bottom = charts
            .iter()
            .fold(MARGIN, |top, chart| chart.draw(&mut body, top));
        document((width, bottom), &body)
    }

    /// Draws below `top`; gives back where the next one starts.
    fn draw(&self, body: &mut String, top: usize) -> usize {
        text(body, (MARGIN, top + 16), 18, INK, &self.title);
        let mut tops = vec![top + 36];
        for row in 0..self.statuses.len() {
            let last = tops.last().copied().unwrap_or(top);
            tops.push(last + self.height(row));
        }
        for (row, y) in tops.iter().enumerate().take(self.statuses.len()) {
            if row % 2 == 0 {
                let (width, height) = (self.statuses.len() * COLUMN, self.height(row));
                rect(body, (MARGIN, *y), (width, height), "#f7f9fb");
            }
        }
        for ((from, to), events) in &self.events {
            self.draw_step(body, &tops, (*from, *to), events);
        }
        for (position, status) in self.statuses.iter().enumerate() {
            let y = tops.get(position).copied().unwrap_or(top);
            card(body, (left(position), y + 4), BOX, ("#eef3fb", INK));
            let shown = if status.is_empty() { "(new)" } else { *status };
            let middle = (left(position) + BOX.0 / 2, y + 22);
            anchored(body, middle, ("middle", "bold", 10), INK, shown);
        }
        tops.last().copied().unwrap_or(top) + MARGIN
    }

    /// Room for a box and below it for the longest list of events of a row.
    fn height(&self, row: usize) -> usize {
        let cells = self.events.iter().filter(|((from, _), _)| *from == row);
        let lines = cells.map(|(_, events)| events.len()).max();
        BOX.1 + 14 + lines.unwrap_or_default() * LINE
    }

    fn draw_step(
        &self,
        body: &mut String,
        tops: &[usize],
        (from, to): (usize, usize),
        events: &[&str],
    ) {
        let top = |position: usize| tops.get(position).copied().unwrap_or_default();
        let middle = top(from) + 4 + BOX.1 / 2;
        let lane = left(to) + LANE;
        let path = match from.cmp(&to) {
            std::cmp::Ordering::Less => {
                let start = left(from) + BOX.0;
                format!("M{start},{middle} H{lane} V{}", top(to) + 3)
            }
            std::cmp::Ordering::Greater => {
                let start = left(from);
                format!("M{start},{middle} H{lane} V{}", top(to) + 5 + BOX.1)
            }
            std::cmp::Ordering::Equal => String::new(),
        };
        if !path.is_empty() {
            let _ = writeln!(
                body,
                "<path d=\"{path}\" fill=\"none\" stroke=\"{ARROW}\" \
                 marker-end=\"url(#tip)\"/>"
            );
        }
        // Below the line of the row, beside that of the column.
        for (line, event) in events.iter().enumerate() {
            let y = top(from) + 16 + BOX.1 + line * LINE;
            let ink = if from == to { "#6b7686" } else { INK };
            text(body, (lane + 6, y), 10, ink, event);
        }
    }
}

fn left(position: usize) -> usize {
    MARGIN + position * COLUMN
}

/// Statuses so that arrows lead on, as far as they do: next comes the one on which the fewest of
/// those that are left lead.
fn in_order<'a>(steps: &[Step<'a>]) -> Vec<&'a str> {
    let mut left: Vec<&str> = Vec::new();
    for status in steps.iter().flat_map(|step| [step.from, step.to]) {
        if !left.contains(&status) {
            left.push(status);
        }
    }
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let before = |status: &str| {
            let sources = left.iter().filter(|other| {
                **other != status
                    && steps
                        .iter()
                        .any(|step| step.from == **other && step.to == status)
            });
            sources.count()
        };
        let next = left
            .iter()
            .enumerate()
            .min_by_key(|(_, status)| before(status));
        let Some(position) = next.map(|(position, _)| position) else {
            break;
        };
        ordered.push(left.remove(position));
    }
    ordered
}
