//! A change of a service, with its forecast and what came of it, as text, JSON and a picture.

#[path = "../picture/timeline.rs"]
pub(crate) mod timeline;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use crate::output::println;
use timeline::{Layers, Panel, Row, STRIPES, clock};

/// A change of the service.
pub(crate) struct Change {
    pub(crate) title: &'static str,
    /// What the new deployment is called here.
    pub(crate) label: &'static str,
    pub(crate) definition: &'static str,
    /// What else the request says.
    pub(crate) more: Value,
    /// When the instance of a new task is drained, in seconds after the change.
    pub(crate) drained_after: Option<u32>,
}

/// A change that was made. Times are in seconds after it.
pub(crate) struct Chapter<'a> {
    pub(crate) change: &'a Change,
    pub(crate) forecast: Course,
    pub(crate) came: Course,
    /// The tasks of each deployment, in the order of [`Names`].
    pub(crate) samples: Vec<(u32, Vec<Fleet>)>,
    pub(crate) events: Vec<Told>,
    pub(crate) is_steady: bool,
}

/// What a change comes to, or came to.
pub(crate) struct Course {
    /// When tasks start or stop, and how many.
    pub(crate) waves: Vec<(u32, u32, u32)>,
    pub(crate) lowest_healthy: u32,
    pub(crate) highest_running: u32,
    /// How it ends, and when.
    pub(crate) end: (&'static str, u32),
}

/// The tasks of a deployment.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fleet {
    pub(crate) healthy: u32,
    /// They run, and the target group does not say yet that they are healthy.
    pub(crate) warming: u32,
    pub(crate) pending: u32,
    /// They have run and shall stop.
    pub(crate) stopping: u32,
    /// Tenths of a percent.
    pub(crate) traffic: u32,
}

/// What is told at a moment: by the service, or here.
pub(crate) struct Told {
    pub(crate) after: u32,
    pub(crate) text: String,
    pub(crate) is_of_service: bool,
}

/// What is called otherwise here than in the events of a service.
pub(crate) struct Names {
    /// The ids of the deployments, and their names here.
    pub(crate) deployments: Vec<(String, &'static str)>,
    /// What stands before and after the name of a target group in its ARN.
    pub(crate) target_group: [&'static str; 2],
}

/// One for each deployment.
const COLOURS: [[u8; 3]; 4] = [[47, 125, 225], [192, 57, 43], [30, 145, 90], [200, 125, 10]];
/// For what holds of each colour.
const SLATE: [u8; 3] = [74, 85, 101];
/// How much of its colour a task has that runs, and one that is pending, in tenths.
const RUNNING: u16 = 6;
const PENDING: u16 = 3;

impl Names {
    /// What is told, without the name of the service, the ids of tasks and the full stop.
    fn in_short(&self, told: &Told) -> String {
        let text = told.text.trim_end_matches('.');
        let text = text.strip_prefix("(service web) ").unwrap_or(text);
        let text = text.split_once(": (task").map_or(text, |(text, _)| text);
        let [before, after] = self.target_group;
        let mut text = text.replace(before, "").replace(after, "");
        for (id, name) in &self.deployments {
            text = text.replace(id, name);
        }
        text
    }

    /// What the colours mean.
    pub(crate) fn legend(&self) -> Vec<(String, String)> {
        let deployments = self.deployments.iter().zip(COLOURS);
        let deployments = deployments.map(|((_, name), colour)| (tint(colour, 10), *name));
        let states = [
            (tint(SLATE, 10), "healthy"),
            (tint(SLATE, RUNNING), "running, not yet healthy"),
            (tint(SLATE, PENDING), "pending"),
            (STRIPES.to_owned(), "stopping"),
        ];
        let all = deployments.chain(states);
        all.map(|(colour, meaning)| (colour, meaning.to_owned()))
            .collect()
    }
}

impl Chapter<'_> {
    /// Tells something that the service does not tell.
    pub(crate) fn note(&mut self, after: u32, text: String) {
        self.events.push(Told {
            after,
            text,
            is_of_service: false,
        });
    }

    fn title(&self, number: usize) -> String {
        format!("{number}. {}: {}", self.change.title, self.change.label)
    }

    pub(crate) fn print(&self, number: usize, names: &Names) {
        println!("\n{}\n", self.title(number));
        println!("  forecast  {}", self.forecast);
        println!("  came      {}\n", self.came);
        let shown = self.shown();
        let heads = shown.iter().filter_map(|at| names.deployments.get(*at));
        let heads: String = heads.map(|(_, name)| format!("  {name:<18}")).collect();
        println!("   time{}", heads.trim_end());
        let (blank, mut last) = (" ".repeat(heads.chars().count()), String::new());
        for (after, (line, told)) in self.moments(&shown, names) {
            // What is told alone has changed no task.
            if !line.is_empty() {
                last = line;
            }
            let mut told = told.into_iter();
            let first = told.next().unwrap_or_default();
            let line = format!("{:>7}{last}  {first}", clock(after as usize));
            println!("{}", line.trim_end());
            for event in told {
                println!("       {blank}  {event}");
            }
        }
    }

    /// The deployments that have tasks in it.
    fn shown(&self) -> Vec<usize> {
        let count = self.samples.last().map_or(0, |(_, fleets)| fleets.len());
        let has_tasks = |at: &usize| {
            let fleets = self
                .samples
                .iter()
                .filter_map(|(_, fleets)| fleets.get(*at));
            fleets.into_iter().any(|fleet| *fleet != Fleet::default())
        };
        (0..count).filter(has_tasks).collect()
    }

    /// The deployments that are shown at each moment, and what was told then.
    fn moments(&self, shown: &[usize], names: &Names) -> BTreeMap<u32, (String, Vec<String>)> {
        let mut moments: BTreeMap<u32, (String, Vec<String>)> = BTreeMap::new();
        for (after, fleets) in &self.samples {
            let fleets = shown.iter().filter_map(|at| fleets.get(*at));
            let line = fleets.map(|fleet| format!("  {fleet:<18}")).collect();
            moments.entry(*after).or_default().0 = line;
        }
        for told in &self.events {
            let texts = &mut moments.entry(told.after).or_default().1;
            texts.push(names.in_short(told));
        }
        moments
    }

    pub(crate) fn to_panel(&self, number: usize, desired: u32, names: &Names) -> Panel {
        let moments = self.samples.iter();
        let moments =
            moments.map(|(after, fleets)| (*after as usize, tasks(fleets), traffic(fleets)));
        let events = self.events.iter();
        let events = events.map(|told| (told.after as usize, names.in_short(told)));
        Panel {
            title: self.title(number),
            end: self.came.end.1.max(self.forecast.end.1) as usize + 5,
            desired: desired as usize,
            moments: moments.collect(),
            rows: vec![self.forecast.row("forecast"), self.came.row("came")],
            events: events.collect(),
        }
    }

    pub(crate) fn to_json(&self, names: &Names) -> Value {
        let samples = self.samples.iter().map(|(after, fleets)| {
            let fleets = fleets.iter().zip(&names.deployments);
            let fleets = fleets.map(|(fleet, (id, _))| fleet.to_json(id));
            json!({"after": after, "deployments": fleets.collect::<Vec<_>>()})
        });
        let events = self.events.iter().map(|told| match told.is_of_service {
            true => json!({"after": told.after, "message": told.text}),
            false => json!({"after": told.after, "note": told.text}),
        });
        json!({
            "title": self.change.title,
            "taskDefinition": self.change.definition,
            "forecast": self.forecast.to_json(),
            "came": self.came.to_json(),
            "samples": samples.collect::<Vec<_>>(),
            "events": events.collect::<Vec<_>>(),
        })
    }
}

impl Course {
    /// When it starts and stops tasks, and how it ends.
    fn row(&self, label: &'static str) -> Row {
        let waves = self.waves.iter();
        let waves = waves.map(|(after, starts, stops)| (*after, changes(*starts, *stops)));
        let (end, ends) = self.end;
        let marks = waves.chain([(ends, end.to_owned())]);
        Row {
            label,
            marks: marks.map(|(after, mark)| (after as usize, mark)).collect(),
        }
    }

    fn to_json(&self) -> Value {
        let waves = self.waves.iter();
        let waves = waves.map(
            |(after, starts, stops)| json!({"after": after, "starts": starts, "stops": stops}),
        );
        let (end, after) = self.end;
        json!({
            "waves": waves.collect::<Vec<_>>(),
            "lowestHealthy": self.lowest_healthy,
            "highestRunning": self.highest_running,
            "end": end,
            "after": after,
        })
    }
}

impl fmt::Display for Course {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (after, starts, stops) in &self.waves {
            write!(
                f,
                "{} {}, ",
                clock(*after as usize),
                changes(*starts, *stops)
            )?;
        }
        let (end, after) = self.end;
        let (lowest, highest) = (self.lowest_healthy, self.highest_running);
        write!(f, "{} {end}; ", clock(after as usize))?;
        write!(f, "{lowest} healthy at least, {highest} running at most")
    }
}

impl Fleet {
    /// Those that have started, stopping ones included.
    pub(crate) fn running(&self) -> u32 {
        self.healthy + self.warming + self.stopping
    }

    fn to_json(self, deployment: &str) -> Value {
        json!({
            "deployment": deployment,
            "running": self.running(),
            "pending": self.pending,
            "healthy": self.healthy,
            "stopping": self.stopping,
            "trafficPercent": f64::from(self.traffic) / 10.0,
        })
    }
}

impl fmt::Display for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signs = [
            ("#", self.healthy),
            ("o", self.warming),
            (".", self.pending),
            ("x", self.stopping),
        ];
        let signs = signs
            .map(|(sign, count)| sign.repeat(count as usize))
            .concat();
        match signs.is_empty() {
            true => f.pad(""),
            false => f.pad(&format!("{signs} {}", percent(self.traffic))),
        }
    }
}

/// Tenths of a percent, without a fraction of nothing.
pub(crate) fn percent(tenths: u32) -> String {
    match tenths % 10 {
        0 => format!("{} %", tenths / 10),
        part => format!("{}.{part} %", tenths / 10),
    }
}

/// `+2 -1`: two tasks start and one stops.
fn changes(starts: u32, stops: u32) -> String {
    match (starts, stops) {
        (_, 0) => format!("+{starts}"),
        (0, _) => format!("-{stops}"),
        _ => format!("+{starts} -{stops}"),
    }
}

/// So many tenths of a colour on white.
fn tint(colour: [u8; 3], tenths: u16) -> String {
    let mixed = colour.map(|part| (u16::from(part) * tenths + 255 * (10 - tenths)) / 10);
    let [red, green, blue] = mixed;
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn tasks(fleets: &[Fleet]) -> Layers {
    let mut layers = Layers::new();
    for (fleet, colour) in fleets.iter().zip(COLOURS) {
        layers.push((tint(colour, 10), fleet.healthy as usize));
        layers.push((tint(colour, RUNNING), fleet.warming as usize));
        layers.push((tint(colour, PENDING), fleet.pending as usize));
    }
    let stopping = fleets.iter().map(|fleet| fleet.stopping as usize);
    layers.push((STRIPES.to_owned(), stopping.sum()));
    layers
}

fn traffic(fleets: &[Fleet]) -> Layers {
    let parts = fleets.iter().zip(COLOURS);
    let parts = parts.map(|(fleet, colour)| (tint(colour, 10), fleet.traffic as usize));
    parts.collect()
}
