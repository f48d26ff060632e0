//! Points that AWS's documents leave open, and what this crate does.
//!
//! # Conditions
//!
//! | point | choice | why |
//! |---|---|---|
//! | `ForAnyValue:` with `IfExists`, and the key is absent | holds | the text on `IfExists` says so of every operator; that on `ForAnyValue` does not mention it |
//! | set operators and empty texts | values that are all empty are no values | the text on set operators calls an empty string a null data set |
//! | an operator without set prefix on several values | holds if it holds for one of them | AWS calls it undefined; the lint reports it |
//! | a key with an empty list | is absent | it has no value, which is what `Null` asks for |
//! | a request value that is no number, date, address or truth value | the condition does not hold, negated or not | nothing was compared; the explanation says so |
//! | a policy value that is no number, date, address or ARN | matches nothing, so that negated operators hold | a `Deny` for everything but a list must not fail open because of one entry |
//! | a request value that is no ARN under `Arn*` | matches nothing, so that negated operators hold | what is no ARN is equal to none |
//! | variables in `Bool` | are not replaced | one sentence of the guide allows them, another does not |
//! | a variable without value under a negated operator | the operator holds | the guide: it matches nothing |
//! | a variable whose key has several values | has no value | the guide allows keys with one value only |
//! | digits alone as a date | seconds since 1970, never a year | that is how AWS reads them when it accepts a document |
//! | a date without offset | is in UTC | |
//! | upper and lower case | ASCII letters only, in keys, actions and `IgnoreCase` | names of keys and actions are ASCII |
//! | numbers | compared digit by digit, of any length, exponents allowed | nothing is rounded |
//! | operators in other cases, such as `stringequals` | are evaluated; not accepted, and linted | AWS does not accept them when a policy is created |
//! | unknown operators | nothing meets them | they cannot be evaluated, which the explanation says |
//!
//! # Resources and actions
//!
//! | point | choice | why |
//! |---|---|---|
//! | a `*` that ends a part of a resource before the fifth colon | stays within its part, unless the pattern ends with it | the guide says that it can reach beyond the colon, and elsewhere that parts are matched one by one; a Region `*` that also took accounts would grant what nobody reads in it |
//! | a resource that is no ARN, a wildcard in the service | matches nothing | AWS does not accept it; the rest of the policy still counts |
//! | a variable before the fifth colon | the resource matches nothing | the guide allows variables in the last part |
//! | a variable without value in `NotResource` | the entry excludes nothing | a pattern that matches nothing excludes nothing |
//! | wildcards in the service of an action | match within the service | `*:*` is accepted; no wildcard crosses the colon |
//! | a statement without `Resource` | matches nothing; in the policy of a resource, that resource | trust policies have none |
//! | top-level `Conditions` | are kept and not evaluated | AWS accepts them and says nothing of their effect |
//!
//! # Principals and layers
//!
//! | point | choice | why |
//! |---|---|---|
//! | `NotPrincipal` with `Deny` | spares those only whose user or session, role and account are all listed | the guide: otherwise the statement may deny them |
//! | `NotPrincipal` with `Deny`, and a permissions boundary | denies everyone | the guide says so |
//! | `NotPrincipal` with `Allow` | leaves out everyone of whom any identity is listed | the narrower reading |
//! | `Principal` in a policy that is not of a resource | has to match | AWS does not accept it |
//! | a resource's policy that allows `*` in one account | stays within boundary and session policies, unless a condition that holds for some values of `aws:PrincipalArn` only says who it is | the guide lifts those limits for users and sessions named by their ARN, and for `*` with that key |
//! | a session that a resource's policy names | is not limited by session policies | the guide says so |
//! | a role as principal of a request | stands for any of its sessions | |
//! | the path of a role | is not compared with a session, which does not tell it | |
//! | resource control policies | only deny | `RCPFullAWSAccess` cannot be detached |
//! | service control policies | bind users, roles and root users, not services, anonymous callers and service-linked roles | the guide: they bind the principals of member accounts |
//! | resource control policies | bind everyone but service-linked roles, AWS services included | the guide exempts those roles only |
//! | a session whose role is called `AWSServiceRoleFor...` | is one of a service-linked role | a session does not tell the path of its role |
//! | a resource without account, such as `*` or an ARN of Amazon S3 | belongs to the account of the principal | the request may say otherwise |
//! | several statements that decide | the first in the order of layers, policies and statements is reported | the outcome is the same |
//!
//! # Requests of Amazon ECS
//!
//! | point | choice | why |
//! |---|---|---|
//! | `StartTask` on several container instances | each of them must be allowed | `ecs:container-instances` has one value in AWS's reference |
//! | the revision of `RegisterTaskDefinition` | is given by the caller | AWS does not say which one it authorizes |
//! | the id that a task or container instance will get, where tags are given to it | is `*`: patterns take it for any other text, exact ARNs do not match | AWS does not say what it asks for |
//! | tags at creation of daemons, daemon task definitions and Express services | ask for `ecs:TagResource` as those of the eight actions do that the guide lists | the reference gives these actions the keys of such tags |
//! | keys of a call that hold for the roles that it passes | all but those of Amazon ECS, of tags given and of tags of resources | the role is another resource, and the caller and the circumstances are the same |
//! | `aws:RequestedRegion` where a role is passed | is the Region that Amazon ECS is called in | no endpoint of IAM is called |
//! | `aws:ResourceOrgID` | is absent unless it is given | no ARN tells it |
//! | task roles and execution roles where a service is created or changed | are not asked for: `iam:PassRole` was, when the task definition was registered | the reference names `iam:PassRole` beside RunTask, StartTask and Express services only, and registering is known to ask |
//! | tags that `propagateTags` copies to tasks from their task definition | are asked for by `ecs:TagResource` as tags of RunTask and StartTask are | AWS does not say; the tags of a service's tasks are given by Amazon ECS |
//! | `aws:SourceArn` of a service that assumes a role | is `arn:aws:ecs:REGION:ACCOUNT:*` | the guide: single clusters cannot be told apart |
//! | keys for switches that a request does not set | are absent | AWS does not say which defaults it fills in |
//!
//! # What is accepted
//!
//! | point | choice | why |
//! |---|---|---|
//! | several resources with faults | the last one in AWS's order is reported | as observed |
//! | `Sid` with other characters | is accepted, and linted | the grammar forbids them, AWS takes them |
//! | the version of trust policies and of policies of resources | may be either | only policies of identities are refused for it |
//! | white space | does not count but in policies of AWS Organizations | |
