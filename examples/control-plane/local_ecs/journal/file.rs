//! One file.

use core::fmt::Display;
use core::time::Duration;
use std::error::Error;

use control_plane::{Changes, ControlPlane, Options};
use redb::{Database, ReadableTable, TableDefinition, WriteTransaction};

use super::{Journal, Kept};

/// Changes by their number, as JSON.
const CHANGES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("changes");

/// The control plane, as JSON, as it was before the first of the changes.
const SNAPSHOT: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("snapshot");

/// How many milliseconds the clock is ahead.
const AHEAD: TableDefinition<'_, u64, u64> = TableDefinition::new("ahead");

/// The only key of the tables of one row.
const ONLY: u64 = 0;

/// From how many changes on a snapshot takes their place when the file is opened.
const MANY: u64 = 10_000;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A file. Appending is one transaction, which is on the disk when it has returned.
pub(crate) struct File {
    path: String,
    database: Database,
    next: u64,
}

impl File {
    pub(crate) fn open(path: &str) -> Result<Self, String> {
        let database = Database::create(path);
        Ok(Self {
            path: path.to_owned(),
            database: database.map_err(|error| format!("cannot open `{path}`: {error}"))?,
            next: 0,
        })
    }

    fn problem(&self, error: impl Display) -> String {
        format!("`{}`: {error}", self.path)
    }

    /// Makes one change of the file as a whole.
    fn write(&self, change: impl FnOnce(&WriteTransaction) -> Outcome<()>) -> Result<(), String> {
        let write = || -> Outcome<()> {
            let transaction = self.database.begin_write()?;
            change(&transaction)?;
            transaction.commit()?;
            Ok(())
        };
        write().map_err(|error| self.problem(error))
    }

    /// The rows of the file, and nothing of a new one.
    fn read(&self) -> Outcome<Rows> {
        let mut rows = Rows::default();
        let transaction = self.database.begin_write()?;
        // Tables are made by whoever first opens them to write.
        transaction.open_table(CHANGES)?;
        transaction.open_table(SNAPSHOT)?;
        transaction.open_table(AHEAD)?;
        transaction.commit()?;
        let transaction = self.database.begin_read()?;
        for row in transaction.open_table(CHANGES)?.iter()? {
            let (number, changes) = row?;
            rows.next = number.value().saturating_add(1);
            rows.changes.push(changes.value().to_vec());
        }
        let snapshot = transaction.open_table(SNAPSHOT)?.get(ONLY)?;
        rows.snapshot = snapshot.map(|snapshot| snapshot.value().to_vec());
        let ahead = transaction.open_table(AHEAD)?.get(ONLY)?;
        rows.ahead = ahead.map_or(0, |ahead| ahead.value());
        Ok(rows)
    }
}

#[derive(Default)]
struct Rows {
    snapshot: Option<Vec<u8>>,
    changes: Vec<Vec<u8>>,
    next: u64,
    ahead: u64,
}

impl Journal for File {
    fn load(&mut self, options: &Options) -> Result<Kept, String> {
        let rows = self.read().map_err(|error| self.problem(error))?;
        let is_new = rows.snapshot.is_none() && rows.changes.is_empty();
        let mut plane = match rows.snapshot {
            None => ControlPlane::new(options.clone()),
            Some(saved) => {
                let saved = String::from_utf8(saved).map_err(|error| self.problem(error))?;
                ControlPlane::restore(options.clone(), &saved)
                    .map_err(|error| self.problem(error))?
            }
        };
        for changes in &rows.changes {
            let changes: Changes =
                serde_json::from_slice(changes).map_err(|error| self.problem(error))?;
            plane.apply(&changes).map_err(|error| self.problem(error))?;
        }
        self.next = rows.next;
        if rows.changes.len() as u64 > MANY {
            let saved = serde_json::to_vec(&plane).map_err(|error| self.problem(error))?;
            self.write(|transaction| {
                transaction.open_table(SNAPSHOT)?.insert(ONLY, &*saved)?;
                transaction.open_table(CHANGES)?.retain(|_, _| false)?;
                Ok(())
            })?;
        }
        Ok(Kept {
            plane,
            ahead: Duration::from_millis(rows.ahead),
            is_new,
        })
    }

    fn append(&mut self, changes: &[Changes], ahead: Duration) -> Result<(), String> {
        let mut next = self.next;
        let ahead = u64::try_from(ahead.as_millis()).unwrap_or(u64::MAX);
        let written: Result<Vec<Vec<u8>>, _> = changes.iter().map(serde_json::to_vec).collect();
        let written = written.map_err(|error| self.problem(error))?;
        self.write(|transaction| {
            let mut table = transaction.open_table(CHANGES)?;
            for changes in &written {
                table.insert(next, &**changes)?;
                next = next.saturating_add(1);
            }
            transaction.open_table(AHEAD)?.insert(ONLY, ahead)?;
            Ok(())
        })?;
        self.next = next;
        Ok(())
    }

    fn clear(&mut self) -> Result<(), String> {
        self.write(|transaction| {
            transaction.open_table(CHANGES)?.retain(|_, _| false)?;
            transaction.open_table(SNAPSHOT)?.retain(|_, _| false)?;
            Ok(())
        })
    }
}
