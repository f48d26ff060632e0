//! Operations on tags.

use ecs_taskdef::{Tag, shape};

shape! {
    /// Gives a resource tags. A tag with the same key is replaced.
    ///
    /// Source: API shape `TagResourceRequest`.
    pub struct TagResourceRequest {
        /// The ARN of the resource.
        resource_arn: String = "resourceArn" => required(),
        /// The tags; at most 50.
        tags: Vec<Tag> = "tags" => required().bounds(0, 50),
    }
}

shape! {
    /// The resource has its tags.
    ///
    /// Source: API shape `TagResourceResponse`.
    pub struct TagResourceResponse {}
}

shape! {
    /// Removes tags from a resource.
    ///
    /// Source: API shape `UntagResourceRequest`.
    pub struct UntagResourceRequest {
        /// The ARN of the resource.
        resource_arn: String = "resourceArn" => required(),
        /// The keys of the tags.
        tag_keys: Vec<String> = "tagKeys" => required(),
    }
}

shape! {
    /// The resource has lost its tags.
    ///
    /// Source: API shape `UntagResourceResponse`.
    pub struct UntagResourceResponse {}
}

shape! {
    /// Asks for the tags of a resource.
    ///
    /// Source: API shape `ListTagsForResourceRequest`.
    pub struct ListTagsForResourceRequest {
        /// The ARN of the resource.
        resource_arn: String = "resourceArn" => required(),
    }
}

shape! {
    /// The tags of a resource.
    ///
    /// Source: API shape `ListTagsForResourceResponse`.
    pub struct ListTagsForResourceResponse {
        /// The tags; at most 50.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
    }
}
