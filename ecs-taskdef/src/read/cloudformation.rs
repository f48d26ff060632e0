//! Task definitions as CloudFormation writes them: other names, the same
//! things.

use crate::shape::Shape;

/// Names that are not the API's with a capital letter: shape, API,
/// CloudFormation.
const IRREGULAR: [(&str, &str, &str); 6] = [
    ("Volume", "efsVolumeConfiguration", "EFSVolumeConfiguration"),
    (
        "Volume",
        "s3filesVolumeConfiguration",
        "S3FilesVolumeConfiguration",
    ),
    (
        "Volume",
        "fsxWindowsFileServerVolumeConfiguration",
        "FSxWindowsFileServerVolumeConfiguration",
    ),
    ("EFSVolumeConfiguration", "fileSystemId", "FilesystemId"),
    ("EFSAuthorizationConfig", "iam", "IAM"),
    (
        "ProxyConfiguration",
        "properties",
        "ProxyConfigurationProperties",
    ),
];

/// The name that CloudFormation has for a member of that shape.
pub(super) fn own_name(shape: &str, name: &str) -> String {
    let mut irregular = IRREGULAR.iter();
    let irregular = irregular.find(|(owner, api, _)| *owner == shape && *api == name);
    if let Some((_, _, here)) = irregular {
        return (*here).to_owned();
    }
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// The API's name for what CloudFormation writes in an object of that shape.
pub(super) fn api_name(shape: &Shape, written: &str) -> Option<&'static str> {
    let irregular = IRREGULAR
        .iter()
        .find(|(owner, _, here)| *owner == shape.name && *here == written);
    let regular = || {
        shape
            .members
            .iter()
            .find(|member| is_capitalized(written, member.name))
    };
    irregular
        .map(|(_, api, _)| *api)
        .or_else(|| regular().map(|member| member.name))
}

fn is_capitalized(written: &str, name: &str) -> bool {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.is_some_and(|first| written.strip_prefix(first) == Some(letters.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TaskDefinition, Volume};

    #[test]
    fn names_follow_the_table() {
        for (shape, api, here) in [
            (
                TaskDefinition::SHAPE,
                "containerDefinitions",
                "ContainerDefinitions",
            ),
            (
                Volume::SHAPE,
                "efsVolumeConfiguration",
                "EFSVolumeConfiguration",
            ),
            (Volume::SHAPE, "name", "Name"),
        ] {
            assert_eq!(api_name(shape, here), Some(api));
            assert_eq!(own_name(shape.name, api), here);
            assert_eq!(api_name(shape, api), None);
        }
    }
}
