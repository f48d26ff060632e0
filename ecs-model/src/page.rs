//! [`Pages`]: lists that are answered page by page, without anything to remember between two
//! calls.

use serde_json::Value;

use crate::digest::digest;
use crate::{Exception, ExceptionName, Request};

/// What of a list a request asks for.
///
/// A token holds the key of the last item that was given, and a digest of the operation and of
/// what is asked for: the next page begins behind that key, whether the item is still there or not,
/// and a token is refused by another list. The items come in the order of their keys.
///
/// ```
/// use ecs_model::operation::ListClustersRequest;
/// use ecs_model::page::Pages;
///
/// let all = ["a", "b", "c"];
/// let list = |request: &ListClustersRequest| {
///     let pages = Pages::of(request, 100)?;
///     let rest = all.iter().filter(|key| pages.after().is_none_or(|last| **key > last));
///     Ok::<_, ecs_model::Exception>(pages.fill(rest.map(|key| (*key, *key))))
/// };
/// let request = ListClustersRequest::default().with_max_results(2);
/// let first = list(&request)?;
/// assert_eq!(first.items, ["a", "b"]);
/// let token = first.next_token.expect("there is one more");
/// let last = list(&request.with_next_token(token))?;
/// assert_eq!((last.items, last.next_token), (vec!["c"], None));
/// # Ok::<(), ecs_model::Exception>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages {
    digest: u64,
    after: Option<String>,
    most: usize,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// What to ask the next one with; none on the last page.
    pub next_token: Option<String>,
}

/// The members that say which page, and not of what.
const PAGING: [&str; 2] = ["nextToken", "maxResults"];

impl Pages {
    /// Reads `nextToken` and `maxResults`; what else the request has is what is asked for. Without
    /// `maxResults` a page has `usual` items.
    ///
    /// # Errors
    ///
    /// `InvalidParameterException` for a token that another list has given, or none. AWS's words
    /// are not known.
    pub fn of<R: Request>(request: &R, usual: usize) -> Result<Self, Exception> {
        let document = serde_json::to_value(request).unwrap_or_default();
        let operation = digest(&R::OPERATION.name(), &[]);
        let digest = digest(&document, &PAGING) ^ operation;
        let asked = document.get("maxResults").and_then(Value::as_u64);
        let most = asked.and_then(|most| usize::try_from(most).ok());
        let after = match document.get("nextToken").and_then(Value::as_str) {
            None => None,
            Some(token) => Some(read(token, digest).ok_or_else(|| {
                let message = format!("`{token}` is not a token of this list");
                Exception::new(ExceptionName::InvalidParameter, message)
            })?),
        };
        Ok(Self {
            digest,
            after,
            most: most.unwrap_or(usual).max(1),
        })
    }

    /// The key behind which the page begins; none on the first page.
    #[must_use]
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// Takes a page of the items that are left, which come with their keys. No more are drawn than
    /// one beyond the page.
    pub fn fill<T>(&self, left: impl IntoIterator<Item = (impl AsRef<str>, T)>) -> Page<T> {
        let mut left = left.into_iter();
        let mut items = Vec::new();
        let mut last = None;
        for (key, item) in left.by_ref().take(self.most) {
            items.push(item);
            last = Some(key);
        }
        let last = last.filter(|_| left.next().is_some());
        let next_token = last.map(|key| write(key.as_ref(), self.digest));
        Page { items, next_token }
    }
}

/// Sixteen hexadecimal digits for the digest, two for each byte of the key.
fn write(key: &str, digest: u64) -> String {
    let key = key.bytes().map(|byte| format!("{byte:02x}"));
    std::iter::once(format!("{digest:016x}"))
        .chain(key)
        .collect()
}

fn read(token: &str, digest: u64) -> Option<String> {
    let key = token.strip_prefix(&*write("", digest))?;
    let bytes = key.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16)
            .ok()
            .filter(|_| pair.len() == 2)
    });
    String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{ListClustersRequest, ListTasksRequest};

    fn token(request: &ListTasksRequest) -> String {
        let pages = Pages::of(&request.clone().with_max_results(1), 100).unwrap();
        let page = pages.fill([("ä", 1), ("b", 2)]);
        assert_eq!(page.items, [1]);
        page.next_token.unwrap()
    }

    #[test]
    fn a_token_is_of_one_list() {
        let web = ListTasksRequest::default().with_family("web");
        let given = token(&web);
        let again = web.with_next_token(&*given).with_max_results(7);
        let pages = Pages::of(&again, 100).unwrap();
        assert_eq!((pages.after(), pages.most), (Some("ä"), 7));
        for token in [&*given, "", "abc", &format!("{given}0"), "ééééééééé"] {
            let other = ListTasksRequest::default().with_next_token(token);
            assert_eq!(
                Pages::of(&other, 100).unwrap_err().to_string(),
                format!("InvalidParameterException: `{token}` is not a token of this list")
            );
        }
        let clusters = token(&ListTasksRequest::default());
        let clusters = ListClustersRequest::default().with_next_token(clusters);
        assert!(Pages::of(&clusters, 100).is_err());
    }

    #[test]
    fn the_last_page_has_no_token() {
        let two = ListClustersRequest::default().with_max_results(2);
        let pages = Pages::of(&two, 100).unwrap();
        assert_eq!(pages.fill([("a", ()), ("b", ())]).next_token, None);
        let none: [(&str, ()); 0] = [];
        assert_eq!(pages.fill(none).next_token, None);
        let three = [("a", ()), ("b", ()), ("c", ())];
        assert!(pages.fill(three).next_token.is_some());
    }
}
