use crate::{Rule, Source};

pub(super) const FOUND: &[Rule] = &[
    BYTE_ORDER_MARK,
    WRAPPED,
    WITHIN,
    CONTAINERS_ALONE,
    DUPLICATE_MEMBER,
    CLOUDFORMATION,
    JSON_TEMPLATE,
    VALUE_UNQUOTED,
    PLACEHOLDER_LEFT,
    FURTHER_DOCUMENTS,
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
pub(crate) const WITHIN: Rule = Rule::new(
    "definition-within",
    "a text is a definition and nothing around it",
    Source::Api("RegisterTaskDefinition"),
)
.note()
.in_2015();
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
pub(crate) const JSON_TEMPLATE: Rule = Rule::new(
    "json-template",
    "JSON has neither comments nor values to be filled in",
    Source::Page {
        title: "RFC 8259, section 2",
        url: "https://www.rfc-editor.org/rfc/rfc8259#section-2",
    },
)
.note()
.in_2015();
pub(crate) const VALUE_UNQUOTED: Rule = Rule::new(
    "value-unquoted",
    "a text has quotes around it, also one that is to be filled in",
    Source::Page {
        title: "RFC 8259, section 7",
        url: "https://www.rfc-editor.org/rfc/rfc8259#section-7",
    },
)
.warning()
.in_2015()
.hint("write it in quotes, or encode it as JSON");
pub(crate) const PLACEHOLDER_LEFT: Rule = Rule::new(
    "placeholder-left",
    "every text is filled in before it is registered",
    Source::Api("RegisterTaskDefinition"),
)
.note()
.in_2015()
.hint("AWS answers a placeholder that is left in an image with `Container.image contains invalid characters.`");
pub(crate) const FURTHER_DOCUMENTS: Rule = Rule::new(
    "further-documents",
    "a text in YAML is one document",
    Source::Page {
        title: "YAML 1.2, chapter 9",
        url: "https://yaml.org/spec/1.2.2/#chapter-9-document-stream-productions",
    },
)
.warning()
.in_2015();
