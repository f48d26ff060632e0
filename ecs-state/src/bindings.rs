//! [`Bindings`]: the ports that lead to a container.

use core::hash::{Hash, Hasher};

use ecs_model::NetworkBinding;
use serde::{Deserialize, Serialize};

/// Ports, which decide nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bindings(pub(crate) Vec<NetworkBinding>);

impl Hash for Bindings {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.len().hash(state);
    }
}
