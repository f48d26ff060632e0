//! Operations on account settings.

use ecs_taskdef::shape;

use crate::account_setting::{Setting, SettingName};

shape! {
    /// Sets something for a user, a role or the root user.
    ///
    /// Source: API shape `PutAccountSettingRequest`.
    pub struct PutAccountSettingRequest {
        /// The setting.
        name: SettingName = "name" => required(),
        /// The value: `enabled`, `disabled` or what the setting takes.
        value: String = "value" => required(),
        /// The ARN of the user, role or root user; the caller if absent.
        principal_arn: String = "principalArn",
    }
}

shape! {
    /// The setting, as it is now.
    ///
    /// Source: API shape `PutAccountSettingResponse`.
    pub struct PutAccountSettingResponse {
        /// The setting.
        setting: Setting = "setting",
    }
}

shape! {
    /// Sets something for every user of the account without a value of its own.
    ///
    /// Source: API shape `PutAccountSettingDefaultRequest`.
    pub struct PutAccountSettingDefaultRequest {
        /// The setting.
        name: SettingName = "name" => required(),
        /// The value: `enabled`, `disabled` or what the setting takes.
        value: String = "value" => required(),
    }
}

shape! {
    /// The setting, as it is now.
    ///
    /// Source: API shape `PutAccountSettingDefaultResponse`.
    pub struct PutAccountSettingDefaultResponse {
        /// The setting.
        setting: Setting = "setting",
    }
}

shape! {
    /// Makes a setting fall back to the default of the account.
    ///
    /// Source: API shape `DeleteAccountSettingRequest`.
    pub struct DeleteAccountSettingRequest {
        /// The setting.
        name: SettingName = "name" => required(),
        /// The ARN of the user, role or root user; the caller if absent.
        principal_arn: String = "principalArn",
    }
}

shape! {
    /// The setting that is no longer set.
    ///
    /// Source: API shape `DeleteAccountSettingResponse`.
    pub struct DeleteAccountSettingResponse {
        /// The setting.
        setting: Setting = "setting",
    }
}

shape! {
    /// Asks for a page of settings.
    ///
    /// Source: API shape `ListAccountSettingsRequest`.
    pub struct ListAccountSettingsRequest {
        /// Only this setting.
        name: SettingName = "name",
        /// Only settings with this value; needs `name`.
        value: String = "value",
        /// The ARN of the user, role or root user; the caller if absent.
        principal_arn: String = "principalArn",
        /// Whether defaults are given where nothing is set.
        effective_settings: bool = "effectiveSettings",
        /// What the page before gave to ask for this one.
        next_token: String = "nextToken",
        /// How many on a page, from 1 to 10; 10 if absent.
        max_results: i32 = "maxResults" => documented(1, 10),
    }
}

shape! {
    /// A page of settings.
    ///
    /// Source: API shape `ListAccountSettingsResponse`.
    pub struct ListAccountSettingsResponse {
        /// The settings.
        settings: Vec<Setting> = "settings",
        /// What to ask the next page with; absent on the last one.
        next_token: String = "nextToken",
    }
}
