use crate::{Rule, Source};

pub(super) const FOUND: &[Rule] = &[
    BYTE_ORDER_MARK,
    WRAPPED,
    CONTAINERS_ALONE,
    DUPLICATE_MEMBER,
    CLOUDFORMATION,
];

pub(crate) const BYTE_ORDER_MARK: Rule = Rule::new(
    "byte-order-mark",
    "JSON does not begin with a byte order mark",
    Source::Page {
        title: "RFC 8259, section 8.1",
        url: "https://www.rfc-editor.org/rfc/rfc8259#section-8.1",
    },
)
.warning()
.in_2015();
pub(crate) const WRAPPED: Rule = Rule::new(
    "wrapped-definition",
    "a definition is not the output of a command that describes it",
    Source::Api("DescribeTaskDefinition"),
)
.note()
.in_2015()
.hint("convert the described definition to a register input");
pub(crate) const CONTAINERS_ALONE: Rule = Rule::new(
    "containers-alone",
    "containers are part of a definition",
    Source::Api("RegisterTaskDefinition"),
)
.note()
.in_2015();
pub(crate) const DUPLICATE_MEMBER: Rule = Rule::new(
    "duplicate-member",
    "each member of an object is written once",
    Source::Page {
        title: "RFC 8259, section 4",
        url: "https://www.rfc-editor.org/rfc/rfc8259#section-4",
    },
)
.warning()
.in_2015();
pub(crate) const CLOUDFORMATION: Rule =
    Rule::new("cloudformation-names", "members have the names of the API", Source::Page { title: "CloudFormation template reference, AWS::ECS::TaskDefinition", url: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-taskdefinition.html" }).note();
