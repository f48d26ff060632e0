//! Draws what happens over time as SVG: panels below each other, in each the tasks of a service in
//! layers, the traffic, rows of what was expected and what came, and numbered marks for events that
//! stand beside it.

use std::fmt::Write;

#[path = "svg.rs"]
mod svg;

use svg::{INK, anchored, card, document, rect, text};

/// A drawing with its headings.
pub(crate) struct Timeline {
    pub(crate) title: String,
    /// Lines below the title.
    pub(crate) lines: Vec<String>,
    /// What the colours mean.
    pub(crate) legend: Vec<(String, String)>,
    pub(crate) panels: Vec<Panel>,
}

/// What happens after one change. Times are in seconds after it.
pub(crate) struct Panel {
    pub(crate) title: String,
    /// Until when it is drawn.
    pub(crate) end: usize,
    /// How many tasks there shall be.
    pub(crate) desired: usize,
    /// Tasks, from the bottom, and parts of the traffic in tenths of a percent, from the bottom:
    /// from when they are so, until the next.
    pub(crate) moments: Vec<(usize, Layers, Layers)>,
    pub(crate) rows: Vec<Row>,
    pub(crate) events: Vec<(usize, String)>,
}

/// A colour for what goes away.
pub(crate) const STRIPES: &str = "url(#stripes)";
const DEFINITIONS: &str = "<defs><pattern id=\"stripes\" width=\"6\" height=\"6\" \
    patternUnits=\"userSpaceOnUse\"><rect width=\"6\" height=\"6\" fill=\"#eef0f4\"/>\
    <path d=\"M0,6 L6,0\" stroke=\"#8793a6\"/></pattern></defs>\n";

/// Colours and amounts.
pub(crate) type Layers = Vec<(String, usize)>;

/// Short texts at their times.
pub(crate) struct Row {
    pub(crate) label: &'static str,
    pub(crate) marks: Vec<(usize, String)>,
}

const MARGIN: usize = 24;
/// Where the time begins.
const LEFT: usize = 112;
/// How wide the longest time is.
const PLOT: usize = 720;
/// Where the events stand, and how many characters a line of them has.
const ASIDE: usize = LEFT + PLOT + 96;
const ASIDE_CHARS: usize = 74;
const WIDTH: usize = ASIDE + 560;
const LINE: usize = 15;
/// The height of one task.
const TASK: usize = 11;
const TRAFFIC: usize = 44;
/// The height of a lane of numbers.
const MARK: usize = 18;
const GREY: &str = "#4a5565";
const RULE: &str = "#d5dae2";

impl Timeline {
    /// The whole document.
    pub(crate) fn to_svg(&self) -> String {
        let mut body = DEFINITIONS.to_owned();
        let mut y = MARGIN + 22;
        text(&mut body, (MARGIN, y), 22, INK, &self.title);
        for line in &self.lines {
            y += 22;
            text(&mut body, (MARGIN, y), 14, GREY, line);
        }
        y += 16;
        let mut x = MARGIN;
        for (colour, meaning) in &self.legend {
            rect(&mut body, (x, y), (14, 14), colour);
            text(&mut body, (x + 20, y + 12), 13, INK, meaning);
            x += 44 + width(meaning, 7);
        }
        y += 40;
        let longest = self.panels.iter().map(|panel| panel.end).max();
        let most = self.panels.iter().map(Panel::most).max();
        let scale = Scale {
            seconds: longest.unwrap_or(1).max(1),
            tasks: most.unwrap_or(1).max(1),
        };
        for panel in &self.panels {
            y = panel.draw(&mut body, y, &scale);
        }
        document((WIDTH, y), &body)
    }
}

/// What all panels share, so that they can be compared.
struct Scale {
    seconds: usize,
    tasks: usize,
}

impl Scale {
    fn x(&self, seconds: usize) -> usize {
        LEFT + seconds * PLOT / self.seconds
    }
}

impl Panel {
    fn most(&self) -> usize {
        let sums = self.moments.iter().map(|(_, tasks, _)| sum(tasks));
        sums.max().unwrap_or_default().max(self.desired)
    }

    /// Draws below `y`; gives back where the next one starts.
    fn draw(&self, body: &mut String, y: usize, scale: &Scale) -> usize {
        let mut inside = String::new();
        let bottom = self.draw_inside(&mut inside, y + 12, scale);
        let size = (WIDTH - MARGIN, bottom - y);
        card(body, (MARGIN / 2, y), size, ("#ffffff", RULE));
        body.push_str(&inside);
        bottom + MARGIN
    }

    fn draw_inside(&self, body: &mut String, y: usize, scale: &Scale) -> usize {
        text(body, (MARGIN, y + 16), 17, INK, &self.title);
        let events = self.numbered();
        let lanes = lanes(
            events
                .iter()
                .map(|(at, _)| (scale.x(*at), scale.x(*at) + 20)),
        );
        let marks = y + 30;
        let top = marks + height(&lanes, MARK) + 6;
        let bottom = top + scale.tasks * TASK;
        let traffic = bottom + 34;
        let below = traffic + TRAFFIC + 14;
        let rows = self.rows.iter().map(|row| row.height(scale));
        let axis = below + rows.sum::<usize>();
        for ((number, (at, _)), lane) in (1..).zip(&events).zip(lanes) {
            draw_mark(body, (scale.x(*at), marks + lane * MARK), axis, number);
        }
        self.draw_tasks(body, bottom, scale);
        self.draw_traffic(body, traffic, scale);
        self.rows.iter().fold(below, |y, row| {
            row.draw(body, y, scale);
            y + row.height(scale)
        });
        self.draw_axis(body, axis, scale);
        let aside = draw_events(body, y + 16, &events);
        (axis + 32).max(aside)
    }

    /// The events of one moment as one, each of them once.
    fn numbered(&self) -> Vec<(usize, Vec<&str>)> {
        let mut moments: Vec<(usize, Vec<&str>)> = Vec::new();
        for (at, event) in &self.events {
            match moments.last_mut() {
                Some((last, events)) if last == at => {
                    if !events.contains(&event.as_str()) {
                        events.push(event);
                    }
                }
                _ => moments.push((*at, vec![event])),
            }
        }
        moments
    }

    fn spans(&self) -> impl Iterator<Item = (usize, usize, &Layers, &Layers)> {
        let ends = self.moments.iter().skip(1).map(|(at, ..)| *at);
        let ends = ends.chain([self.end]);
        let spans = self.moments.iter().zip(ends);
        spans.map(|((from, tasks, traffic), to)| (*from, to, tasks, traffic))
    }

    fn draw_tasks(&self, body: &mut String, bottom: usize, scale: &Scale) {
        let right = scale.x(self.end);
        for tasks in (0..=scale.tasks).step_by(4) {
            let y = bottom - tasks * TASK;
            line(body, (LEFT, y), (right, y), RULE, "none");
            end(body, (LEFT - 8, y + 4), 11, &tasks.to_string());
        }
        end(
            body,
            (LEFT - 30, bottom - scale.tasks * TASK / 2),
            12,
            "tasks",
        );
        for (from, to, tasks, _) in self.spans() {
            let mut y = bottom;
            for (colour, count) in tasks {
                y -= count * TASK;
                let (left, right) = (scale.x(from), scale.x(to));
                rect(body, (left, y), (right - left, count * TASK), colour);
            }
        }
        let y = bottom - self.desired * TASK;
        line(body, (LEFT, y), (right, y), INK, "5 4");
        text(
            body,
            (right + 8, y + 4),
            11,
            GREY,
            &format!("{} desired", self.desired),
        );
        line(body, (LEFT, bottom), (right, bottom), INK, "none");
    }

    fn draw_traffic(&self, body: &mut String, top: usize, scale: &Scale) {
        end(body, (LEFT - 8, top + 10), 11, "100 %");
        end(body, (LEFT - 8, top + TRAFFIC), 11, "0");
        end(body, (LEFT - 48, top + TRAFFIC / 2 + 4), 12, "traffic");
        for (from, to, _, traffic) in self.spans() {
            let (left, right) = (scale.x(from), scale.x(to));
            let (all, mut y, mut below) = (sum(traffic).max(1), top + TRAFFIC, 0);
            for (colour, part) in traffic {
                below += part;
                let above = top + TRAFFIC - below * TRAFFIC / all;
                rect(body, (left, above), (right - left, y - above), colour);
                y = above;
            }
        }
    }

    fn draw_axis(&self, body: &mut String, y: usize, scale: &Scale) {
        line(body, (LEFT, y), (scale.x(self.end), y), INK, "none");
        for minute in 0..=self.end / 60 {
            let x = scale.x(minute * 60);
            line(body, (x, y), (x, y + 5), INK, "none");
            middle(body, (x, y + 18), 11, &minute.to_string());
        }
        end(body, (LEFT - 16, y + 18), 12, "minutes");
    }
}

impl Row {
    fn lanes(&self, scale: &Scale) -> Vec<usize> {
        let marks = self.marks.iter();
        lanes(marks.map(|(at, mark)| (scale.x(*at), scale.x(*at) + 10 + width(mark, 7))))
    }

    fn height(&self, scale: &Scale) -> usize {
        height(&self.lanes(scale), LINE) + 7
    }

    fn draw(&self, body: &mut String, top: usize, scale: &Scale) {
        end(body, (LEFT - 8, top + 15), 12, self.label);
        for ((at, mark), lane) in self.marks.iter().zip(self.lanes(scale)) {
            let (x, y) = (scale.x(*at), top + lane * LINE);
            line(body, (x, y + 4), (x, y + 17), INK, "none");
            text(body, (x + 4, y + 15), 12, INK, mark);
        }
    }
}

/// On which lane each mark is, from its left to its right, so that none touches another.
fn lanes(marks: impl Iterator<Item = (usize, usize)>) -> Vec<usize> {
    let mut taken: Vec<usize> = Vec::new();
    let mut lanes = Vec::new();
    for (left, right) in marks {
        let free = taken.iter().position(|taken| *taken < left);
        let lane = free.unwrap_or(taken.len());
        match taken.get_mut(lane) {
            Some(taken) => *taken = right,
            None => taken.push(right),
        }
        lanes.push(lane);
    }
    lanes
}

/// Of lanes that have so much each.
fn height(lanes: &[usize], each: usize) -> usize {
    lanes.iter().max().map_or(0, |lane| (lane + 1) * each)
}

/// A number in a circle, and a line down to the axis.
fn draw_mark(body: &mut String, (x, y): (usize, usize), axis: usize, number: usize) {
    line(body, (x, y + 16), (x, axis), "#8793a6", "1 3");
    let _ = writeln!(
        body,
        "<circle cx=\"{x}\" cy=\"{}\" r=\"8\" fill=\"#ffffff\" stroke=\"{INK}\"/>",
        y + 8
    );
    middle(body, (x, y + 12), 10, &number.to_string());
}

/// The events beside a panel; gives back where they end.
fn draw_events(body: &mut String, top: usize, events: &[(usize, Vec<&str>)]) -> usize {
    let mut y = top;
    for (number, (at, told)) in (1..).zip(events) {
        middle(body, (ASIDE + 8, y), 11, &number.to_string());
        end(body, (ASIDE + 52, y), 11, &clock(*at));
        for part in wrapped(&told.join("; "), ASIDE_CHARS) {
            text(body, (ASIDE + 62, y), 11, INK, &part);
            y += LINE;
        }
        y += 2;
    }
    y
}

/// Minutes and seconds.
pub(crate) fn clock(seconds: usize) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn wrapped(words: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words.split(' ') {
        let Some(last) = lines.last_mut() else { break };
        if last.is_empty() {
            word.clone_into(last);
        } else if last.len() + word.len() < most {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn sum(layers: &Layers) -> usize {
    layers.iter().map(|(_, amount)| amount).sum()
}

/// About how wide a text is, if a character has so many pixels.
fn width(text: &str, character: usize) -> usize {
    text.chars().count() * character
}

fn line(
    body: &mut String,
    (left, top): (usize, usize),
    (right, bottom): (usize, usize),
    colour: &str,
    dashes: &str,
) {
    let _ = writeln!(
        body,
        "<line x1=\"{left}\" y1=\"{top}\" x2=\"{right}\" y2=\"{bottom}\" stroke=\"{colour}\" \
         stroke-dasharray=\"{dashes}\"/>"
    );
}

fn end(body: &mut String, at: (usize, usize), size: usize, text: &str) {
    anchored(body, at, ("end", "normal", size), GREY, text);
}

fn middle(body: &mut String, at: (usize, usize), size: usize, text: &str) {
    anchored(body, at, ("middle", "normal", size), INK, text);
}
