//! What documents leave unsaid of an instance.

use std::fmt;

use crate::HostPort;

/// What is taken of an instance, or may be, that no document of a task explains.
///
/// A task that is in no document may have a network interface of its own as well; the documents
/// of instances do not count those.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unknown {
    /// Tasks that run and are in no document; `None` if the document of the instance does not
    /// count its tasks.
    pub tasks: Option<u64>,
    /// Whether the document of the instance says how much is left of it. If not, what is below
    /// is not all.
    pub says_remaining: bool,
    /// CPU units.
    pub cpu: u64,
    /// Memory in MiB.
    pub memory: u64,
    /// GPUs that one task has to itself.
    pub gpus: u64,
    /// Memory of GPUs that tasks share, in MiB.
    pub gpu_memory: u64,
    /// AWS Neuron devices.
    pub neuron_devices: u64,
    /// Host ports, in order.
    pub ports: Vec<HostPort>,
}

impl Unknown {
    /// Whether everything is known.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.tasks == Some(0) && self.says_remaining && self.amounts().is_empty()
    }

    fn amounts(&self) -> Vec<String> {
        let mut amounts = Vec::new();
        let mut add = |count: u64, what: &str| {
            if count > 0 {
                amounts.push(format!("{count} {what}"));
            }
        };
        add(self.cpu, "CPU units");
        add(self.memory, "MiB of memory");
        add(self.gpus, "GPUs");
        add(self.gpu_memory, "MiB of GPU memory");
        add(self.neuron_devices, "Neuron devices");
        amounts.extend(self.ports.iter().map(|port| format!("host port {port}")));
        amounts
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        match self.tasks {
            None => parts.push("the tasks on this instance were not counted".to_owned()),
            Some(0) => {}
            Some(1) => parts.push("1 task on this instance is not in the documents".to_owned()),
            Some(count) => {
                parts.push(format!(
                    "{count} tasks on this instance are not in the documents"
                ));
            }
        }
        if !self.says_remaining {
            parts.push("what is left of this instance is not in the documents".to_owned());
        }
        let amounts = self.amounts();
        if let Some((last, rest)) = amounts.split_last() {
            let list = match rest {
                [] => last.clone(),
                rest => format!("{} and {last}", rest.join(", ")),
            };
            parts.push(format!(
                "{list} are taken that no document of a task explains"
            ));
        }
        match parts.is_empty() {
            true => f.write_str("every task on this instance is known"),
            false => f.write_str(&parts.join("; ")),
        }
    }
}
