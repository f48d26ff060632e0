/// The parts of an image name: `registry/repository:tag@digest`.
///
/// ```
/// use ecs_taskdef::ImageRef;
///
/// let image = ImageRef::parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web:1.2");
/// assert_eq!(image.registry, Some("123456789012.dkr.ecr.eu-west-1.amazonaws.com"));
/// assert_eq!(image.repository, "team/web");
/// assert_eq!(image.tag, Some("1.2"));
/// assert!(image.is_private_ecr());
///
/// let nginx = ImageRef::parse("nginx");
/// assert_eq!((nginx.registry, nginx.repository, nginx.tag), (None, "nginx", None));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageRef<'a> {
    /// The host, perhaps with a port; Docker Hub when absent.
    pub registry: Option<&'a str>,
    /// The path in the registry.
    pub repository: &'a str,
    /// The tag; `latest` when there is neither a tag nor a digest.
    pub tag: Option<&'a str>,
    /// The digest, with its algorithm: `sha256:...`.
    pub digest: Option<&'a str>,
}

impl<'a> ImageRef<'a> {
    /// Takes an image name apart. Every text has parts; whether they are legal
    /// is for validation to say.
    #[must_use]
    pub fn parse(image: &'a str) -> Self {
        let (name, digest) = match image.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (image, None),
        };
        // What Docker takes for a host: it has a dot or a port, or is `localhost`.
        let is_host = |host: &str| host.contains(['.', ':']) || host == "localhost";
        let (registry, path) = match name.split_once('/') {
            Some((host, path)) if is_host(host) => (Some(host), path),
            _ => (None, name),
        };
        let (repository, tag) = match path.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (path, None),
        };
        Self {
            registry,
            repository,
            tag,
            digest,
        }
    }

    /// Whether the image lies in a private repository of Amazon ECR.
    #[must_use]
    pub fn is_private_ecr(&self) -> bool {
        let registry = self.registry.unwrap_or_default();
        registry.contains(".dkr.ecr.") || registry.contains(".dkr.ecr-fips.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        for (image, registry, repository, tag, digest) in [
            ("busybox", None, "busybox", None, None),
            ("my-repo/database", None, "my-repo/database", None, None),
            ("httpd:2.4", None, "httpd", Some("2.4"), None),
            ("localhost/web", Some("localhost"), "web", None, None),
            ("host:5000/a/b:c", Some("host:5000"), "a/b", Some("c"), None),
            ("a@sha256:0", None, "a", None, Some("sha256:0")),
            (
                "r.io/a:b@sha256:0",
                Some("r.io"),
                "a",
                Some("b"),
                Some("sha256:0"),
            ),
            ("", None, "", None, None),
        ] {
            assert_eq!(
                ImageRef::parse(image),
                ImageRef {
                    registry,
                    repository,
                    tag,
                    digest
                },
                "{image}"
            );
        }
    }

    #[test]
    fn private_repositories_are_told_from_public_ones() {
        for (image, private) in [
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com/web", true),
            (
                "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/web",
                true,
            ),
            ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/web", true),
            ("public.ecr.aws/nginx/nginx", false),
            ("nginx", false),
            ("docker.io/a.dkr.ecr.b/web", false),
        ] {
            assert_eq!(ImageRef::parse(image).is_private_ecr(), private, "{image}");
        }
    }
}
