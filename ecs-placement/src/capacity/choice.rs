//! Where the tasks of a request go: to a launch type or to capacity providers.

use ecs_model::{CapacityProviderStrategyItem, LaunchType};

use super::{CapacityError, ClusterCapacity, ProviderStrategy};

/// Where the tasks of a request go.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CapacityChoice {
    /// To a launch type: no capacity provider knows of them.
    LaunchType(LaunchType),
    /// To capacity providers.
    Providers(ProviderStrategy),
}

impl ClusterCapacity {
    /// Where the tasks of a request go: to its launch type, by its strategy, by the default of the
    /// cluster, or to launch type `EC2`.
    ///
    /// # Errors
    ///
    /// A launch type and a strategy together, a strategy by which no task can be placed, or
    /// providers that the cluster does not have or that cannot be combined.
    ///
    /// Source: API operation `RunTask`, members `launchType` and `capacityProviderStrategy`.
    pub fn choose(
        &self,
        launch_type: Option<&LaunchType>,
        strategy: &[CapacityProviderStrategyItem],
    ) -> Result<CapacityChoice, CapacityError> {
        match launch_type {
            Some(launch_type) if !strategy.is_empty() => {
                Err(CapacityError::LaunchTypeAndStrategy {
                    launch_type: launch_type.to_string(),
                })
            }
            Some(launch_type) => Ok(CapacityChoice::LaunchType(launch_type.clone())),
            None if strategy.is_empty() => Ok(match self.default_strategy() {
                Some(default) => CapacityChoice::Providers(default.clone()),
                None => CapacityChoice::LaunchType(LaunchType::Ec2),
            }),
            None => {
                let strategy = ProviderStrategy::new(strategy)?;
                self.check(&strategy)?;
                Ok(CapacityChoice::Providers(strategy))
            }
        }
    }

    /// Whether the cluster has the providers of a strategy, and they can be combined.
    pub(crate) fn check(&self, strategy: &ProviderStrategy) -> Result<(), CapacityError> {
        let mut first = None;
        for share in strategy.shares() {
            let provider = self.provider(&share.provider)?;
            let (kind, name) = *first.get_or_insert((provider.kind, &provider.name));
            // `FARGATE` and `FARGATE_SPOT` are of one type here.
            let is_same =
                kind == provider.kind || (kind.is_fargate() && provider.kind.is_fargate());
            if !is_same {
                return Err(CapacityError::MixedKinds {
                    one: name.to_string(),
                    other: provider.name.to_string(),
                });
            }
        }
        Ok(())
    }
}
