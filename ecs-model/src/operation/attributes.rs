//! Operations on attributes of container instances.

use ecs_taskdef::{Attribute, TargetType, shape};

shape! {
    /// Gives container instances attributes.
    ///
    /// Source: API shape `PutAttributesRequest`.
    pub struct PutAttributesRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The attributes, 1 to 10.
        attributes: Vec<Attribute> = "attributes" => required().documented(1, 10),
    }
}

shape! {
    /// The attributes that were given.
    ///
    /// Source: API shape `PutAttributesResponse`.
    pub struct PutAttributesResponse {
        /// The attributes.
        attributes: Vec<Attribute> = "attributes",
    }
}

shape! {
    /// Removes attributes from container instances.
    ///
    /// Source: API shape `DeleteAttributesRequest`.
    pub struct DeleteAttributesRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The attributes, 1 to 10; the value is not needed.
        attributes: Vec<Attribute> = "attributes" => required().documented(1, 10),
    }
}

shape! {
    /// The attributes that were removed.
    ///
    /// Source: API shape `DeleteAttributesResponse`.
    pub struct DeleteAttributesResponse {
        /// The attributes.
        attributes: Vec<Attribute> = "attributes",
    }
}

shape! {
    /// Asks for a page of the attributes of a cluster.
    ///
    /// Source: API shape `ListAttributesRequest`.
    pub struct ListAttributesRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// What they are attributes of.
        target_type: TargetType = "targetType" => required(),
        /// Only those with this name.
        attribute_name: String = "attributeName",
        /// Only those with this value; needs `attributeName`.
        attribute_value: String = "attributeValue",
        /// What the page before gave to ask for this one.
        next_token: String = "nextToken",
        /// How many on a page, from 1 to 100; 100 if absent.
        max_results: i32 = "maxResults" => documented(1, 100),
    }
}

shape! {
    /// A page of attributes.
    ///
    /// Source: API shape `ListAttributesResponse`.
    pub struct ListAttributesResponse {
        /// The attributes.
        attributes: Vec<Attribute> = "attributes",
        /// What to ask the next page with; absent on the last one.
        next_token: String = "nextToken",
    }
}
