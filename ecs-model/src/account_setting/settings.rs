//! [`AccountSettings`]: what of the settings was set, and what counts.

use std::collections::BTreeMap;

use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use super::{Setting, SettingName, SettingType};

/// What a setting is that nobody has set.
///
/// Source: Developer Guide, account settings.
const USUAL: &[(SettingName, &str)] = &[
    (SettingName::AwsvpcTrunking, "disabled"),
    (SettingName::ContainerInsights, "disabled"),
    (SettingName::ContainerInstanceLongArnFormat, "enabled"),
    (SettingName::DefaultLogDriverMode, "non-blocking"),
    (SettingName::FargateEventWindows, "disabled"),
    (SettingName::FargateFipsMode, "disabled"),
    (SettingName::FargateTaskRetirementWaitPeriod, "7"),
    (SettingName::GuardDutyActivate, "off"),
    (SettingName::ServiceLongArnFormat, "enabled"),
    (SettingName::TagResourceAuthorization, "off"),
    (SettingName::TaskLongArnFormat, "enabled"),
];

/// The settings of an account: of its users and roles, and its own, which count for those who have
/// none.
///
/// ```
/// use ecs_model::account_setting::{AccountSettings, SettingName};
///
/// let (root, alice) = ("arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:user/alice");
/// let mut settings = AccountSettings::default();
/// settings.put(root, SettingName::ContainerInsights, "enabled");
/// let insights = |settings: &AccountSettings| {
///     settings.effective(root, alice, &SettingName::ContainerInsights).value
/// };
/// assert_eq!(insights(&settings).as_deref(), Some("enabled"));
/// settings.put(alice, SettingName::ContainerInsights, "enhanced");
/// assert_eq!(insights(&settings).as_deref(), Some("enhanced"));
/// settings.delete(alice, &SettingName::ContainerInsights);
/// assert_eq!(insights(&settings).as_deref(), Some("enabled"));
/// ```
///
/// Source: API operations `PutAccountSetting`, `PutAccountSettingDefault`, `DeleteAccountSetting`
/// and `ListAccountSettings`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountSettings {
    format: Format<Self>,
    /// The values by principal and name.
    set: BTreeMap<String, BTreeMap<String, String>>,
}

impl Saved for AccountSettings {
    const NAME: &'static str = "account settings";
    const VERSION: u32 = 1;
}

impl AccountSettings {
    /// Sets a setting for a principal: a user, a role, or the root user for the whole account.
    pub fn put(&mut self, principal: &str, name: SettingName, value: &str) {
        let own = self.set.entry(principal.to_owned()).or_default();
        own.insert(name.as_str().to_owned(), value.to_owned());
    }

    /// Takes back what was set for a principal. `false` if nothing was.
    pub fn delete(&mut self, principal: &str, name: &SettingName) -> bool {
        let Some(own) = self.set.get_mut(principal) else {
            return false;
        };
        let was_set = own.remove(name.as_str()).is_some();
        if own.is_empty() {
            self.set.remove(principal);
        }
        was_set
    }

    /// What was set for a principal itself.
    pub fn own<'a>(&'a self, principal: &'a str) -> impl Iterator<Item = Setting> + 'a {
        let own = self.set.get(principal).into_iter().flatten();
        own.map(move |(name, value)| setting(principal, name, value))
    }

    /// What counts for a principal: its own, that of the root user, or what is so for everybody.
    #[must_use]
    pub fn effective(&self, root: &str, principal: &str, name: &SettingName) -> Setting {
        let of = |one: &str| self.set.get(one)?.get(name.as_str()).map(String::as_str);
        let usual = USUAL.iter().find(|(known, _)| known == name);
        let value = of(principal).or_else(|| of(root));
        let value = value.or(usual.map(|(_, value)| *value));
        setting(principal, name.as_str(), value.unwrap_or_default())
    }

    /// Everything that counts for a principal, by name.
    pub fn all_effective<'a>(
        &'a self,
        root: &'a str,
        principal: &'a str,
    ) -> impl Iterator<Item = Setting> + 'a {
        let names = USUAL.iter().map(|(name, _)| name);
        names.map(move |name| self.effective(root, principal, name))
    }
}

fn setting(principal: &str, name: &str, value: &str) -> Setting {
    let name = SettingName::from(name);
    let kind = match name {
        SettingName::GuardDutyActivate => SettingType::AwsManaged,
        _ => SettingType::User,
    };
    Setting::default()
        .with_name(name)
        .with_value(value)
        .with_principal_arn(principal)
        .with_type(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_usual_value() {
        let names: Vec<&str> = USUAL.iter().map(|(name, _)| name.as_str()).collect();
        let mut known = SettingName::VALUES.to_vec();
        known.sort_unstable();
        assert_eq!(names, known);
    }

    #[test]
    fn what_is_deleted_leaves_nothing() {
        let mut settings = AccountSettings::default();
        settings.put("root", SettingName::AwsvpcTrunking, "enabled");
        let own: Vec<Setting> = settings.own("root").collect();
        assert_eq!(own, [setting("root", "awsvpcTrunking", "enabled")]);
        assert_eq!(settings.own("alice").count(), 0);
        assert_eq!(settings.all_effective("root", "alice").count(), 11);
        let saved = serde_json::to_string(&settings).unwrap();
        assert_eq!(
            serde_json::from_str::<AccountSettings>(&saved).unwrap(),
            settings
        );
        assert!(settings.delete("root", &SettingName::AwsvpcTrunking));
        assert!(!settings.delete("root", &SettingName::AwsvpcTrunking));
        assert_eq!(settings, AccountSettings::default());
    }
}
