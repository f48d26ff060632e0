use super::Rule;

pub(super) const RULES: &[Rule] = &[
    BYTE_ORDER_MARK,
    WRAPPED,
    CONTAINERS_ALONE,
    DUPLICATE_MEMBER,
    CLOUDFORMATION,
];

pub(crate) const BYTE_ORDER_MARK: Rule = Rule::shape(
    "byte-order-mark",
    "JSON does not begin with a byte order mark",
)
.warning()
.in_2015();
pub(crate) const WRAPPED: Rule = Rule::shape(
    "wrapped-definition",
    "a definition is not the output of a command that describes it",
)
.note()
.in_2015()
.hint("convert the described definition to a register input");
pub(crate) const CONTAINERS_ALONE: Rule =
    Rule::shape("containers-alone", "containers are part of a definition")
        .note()
        .in_2015();
pub(crate) const DUPLICATE_MEMBER: Rule = Rule::shape(
    "duplicate-member",
    "each member of an object is written once",
)
.warning()
.in_2015();
pub(crate) const CLOUDFORMATION: Rule =
    Rule::shape("cloudformation-names", "members have the names of the API").note();
