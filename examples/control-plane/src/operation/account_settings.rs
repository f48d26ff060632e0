//! Account settings.

use ecs_model::Exception;
use ecs_model::account_setting::{Setting, SettingName};
use ecs_model::operation::{
    DeleteAccountSettingRequest, DeleteAccountSettingResponse, ListAccountSettingsRequest,
    ListAccountSettingsResponse, PutAccountSettingDefaultRequest, PutAccountSettingDefaultResponse,
    PutAccountSettingRequest, PutAccountSettingResponse,
};
use ecs_model::page::Pages;

use super::{Context, read};
use crate::{AccountChange, Changes, Handled};

impl Context<'_> {
    /// The root user, whose settings are those of the account.
    fn root(&self) -> String {
        let partition = ecs_arn::Region::parse(&self.inputs.owner.region);
        let partition = partition.map_or_else(
            |_| "aws".to_owned(),
            |region| region.partition().to_string(),
        );
        format!("arn:{partition}:iam::{}:root", self.inputs.owner.account)
    }

    /// The change by which a principal has a setting, or has none of its own any more.
    fn set(&self, principal: &str, name: &SettingName, value: Option<&str>) -> Option<Changes> {
        let change = AccountChange::Setting {
            principal: principal.into(),
            name: name.as_str().into(),
            value: value.map(Into::into),
        };
        self.realm.account.changes(&self.inputs.owner, [change])
    }
}

/// A setting as it was set.
fn shown(principal: &str, name: &SettingName, value: &str) -> Setting {
    let mut settings = ecs_model::account_setting::AccountSettings::default();
    settings.put(principal, name.clone(), value);
    settings.effective(principal, principal, name)
}

pub(super) fn put(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: PutAccountSettingRequest = read(context, body)?;
    let principal = request.principal_arn().unwrap_or(&context.inputs.caller);
    let (name, value) = named(request.name(), request.value());
    let changes = context.set(principal, &name, Some(value));
    let setting = shown(principal, &name, value);
    let response = PutAccountSettingResponse::default().with_setting(setting);
    Ok(Handled::answer(&response)?.with_changes(changes))
}

pub(super) fn put_default(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: PutAccountSettingDefaultRequest = read(context, body)?;
    let root = context.root();
    let (name, value) = named(request.name(), request.value());
    let changes = context.set(&root, &name, Some(value));
    let setting = shown(&root, &name, value);
    let response = PutAccountSettingDefaultResponse::default().with_setting(setting);
    Ok(Handled::answer(&response)?.with_changes(changes))
}

/// What a valid request has.
fn named<'a>(name: Option<&SettingName>, value: Option<&'a str>) -> (SettingName, &'a str) {
    let name = name.cloned();
    let name = name.unwrap_or_else(|| SettingName::Other(String::new()));
    (name, value.unwrap_or_default())
}

pub(super) fn delete(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DeleteAccountSettingRequest = read(context, body)?;
    let principal = request.principal_arn().unwrap_or(&context.inputs.caller);
    let (name, _) = named(request.name(), None);
    let mut after = context.realm.account.settings.clone();
    let was_set = after.delete(principal, &name);
    let changes = context.set(principal, &name, None).filter(|_| was_set);
    let setting = after.effective(&context.root(), principal, &name);
    let response = DeleteAccountSettingResponse::default().with_setting(setting);
    Ok(Handled::answer(&response)?.with_changes(changes))
}

/// By name.
pub(super) fn list(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: ListAccountSettingsRequest = read(context, body)?;
    let pages = Pages::of(&request, 10)?;
    let root = context.root();
    let principal = request.principal_arn().unwrap_or(&context.inputs.caller);
    let settings = &context.realm.account.settings;
    let found: Vec<Setting> = match request.effective_settings() {
        Some(true) => settings.all_effective(&root, principal).collect(),
        _ => settings.own(principal).collect(),
    };
    let left = found.into_iter().filter_map(|setting| {
        let name = setting.name()?.as_str().to_owned();
        let is_asked = request.name().is_none_or(|asked| asked.as_str() == name)
            && request
                .value()
                .is_none_or(|value| setting.value() == Some(value));
        let is_behind = pages.after().is_none_or(|last| name.as_str() > last);
        (is_asked && is_behind).then_some((name, setting))
    });
    let page = pages.fill(left);
    let mut response = ListAccountSettingsResponse::default().with_settings(page.items);
    response.next_token = page.next_token;
    Handled::answer(&response)
}
