use crate::shape;

/// The characters AWS allows in keys and values of tags.
const TAG_PATTERN: &str = r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)";

shape! {
    /// A label on a resource. At most 50 on one resource, each key once.
    ///
    /// Source: API shape `Tag`.
    pub struct Tag {
        /// 1 to 128 characters; not beginning with `aws:`.
        key: String = "key" => bounds(1, 128).pattern(TAG_PATTERN),
        /// At most 256 characters; may be empty.
        value: String = "value" => bounds(0, 256).pattern(TAG_PATTERN),
    }
}

impl Tag {
    /// Whether a key or a value has only characters that tags have: letters, digits, spaces and
    /// `_.:/=+-@`.
    ///
    /// ```
    /// use ecs_taskdef::Tag;
    ///
    /// assert!(Tag::has_allowed_characters("Größe = 3 m"));
    /// assert!(!Tag::has_allowed_characters("a#b"));
    /// ```
    #[must_use]
    pub fn has_allowed_characters(text: &str) -> bool {
        text.chars().all(|character| {
            character.is_alphanumeric()
                || (character.is_whitespace() && !character.is_control())
                || "_.:/=+-@".contains(character)
        })
    }
}
