//! The role of external instances: who may have it and what it may do.

use ecs_arn::Partition;
use serde_json::{Value, json};

/// A policy that AWS manages.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ManagedPolicy {
    /// The name.
    pub name: &'static str,
    /// The ARN.
    pub arn: String,
    /// The document.
    pub document: Value,
}

/// The trust policy of the role: Systems Manager may have it for machines.
///
/// ```
/// use ecs_model::anywhere::trust_policy;
///
/// let policy = trust_policy();
/// assert_eq!(policy["Statement"][0]["Principal"]["Service"], "ssm.amazonaws.com");
/// ```
#[must_use]
pub fn trust_policy() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "ssm.amazonaws.com"},
            "Action": "sts:AssumeRole"
        }]
    })
}

/// The two policies that the role of external instances needs.
///
/// ```
/// use ecs_arn::Partition;
/// use ecs_model::anywhere::required_policies;
///
/// let arns = required_policies(&Partition::Aws).map(|policy| policy.arn);
/// assert_eq!(
///     arns,
///     [
///         "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
///         "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
///     ]
/// );
/// ```
///
/// AWS changes managed policies without notice: the documents show what the role is for, and the
/// account's own versions decide.
///
/// Source: Developer Guide, ECS Anywhere IAM role; AWS Managed Policy Reference.
#[must_use]
pub fn required_policies(partition: &Partition) -> [ManagedPolicy; 2] {
    let arn = |path: &str| format!("arn:{partition}:iam::aws:policy/{path}");
    [
        ManagedPolicy {
            name: "AmazonSSMManagedInstanceCore",
            arn: arn("AmazonSSMManagedInstanceCore"),
            document: systems_manager(),
        },
        ManagedPolicy {
            name: "AmazonEC2ContainerServiceforEC2Role",
            arn: arn("service-role/AmazonEC2ContainerServiceforEC2Role"),
            document: container_service(partition),
        },
    ]
}

/// The policy that the role needs in addition if images come from Amazon ECR without a task
/// execution role.
#[must_use]
pub fn registry_policy_arn(partition: &Partition) -> String {
    format!("arn:{partition}:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly")
}

fn systems_manager() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "ssm:DescribeAssociation",
                    "ssm:GetDeployablePatchSnapshotForInstance",
                    "ssm:GetDocument",
                    "ssm:DescribeDocument",
                    "ssm:GetManifest",
                    "ssm:GetParameter",
                    "ssm:GetParameters",
                    "ssm:ListAssociations",
                    "ssm:ListInstanceAssociations",
                    "ssm:PutInventory",
                    "ssm:PutComplianceItems",
                    "ssm:PutConfigurePackageResult",
                    "ssm:UpdateAssociationStatus",
                    "ssm:UpdateInstanceAssociationStatus",
                    "ssm:UpdateInstanceInformation"
                ],
                "Resource": "*"
            },
            {
                "Effect": "Allow",
                "Action": [
                    "ssmmessages:CreateControlChannel",
                    "ssmmessages:CreateDataChannel",
                    "ssmmessages:OpenControlChannel",
                    "ssmmessages:OpenDataChannel"
                ],
                "Resource": "*"
            },
            {
                "Effect": "Allow",
                "Action": [
                    "ec2messages:AcknowledgeMessage",
                    "ec2messages:DeleteMessage",
                    "ec2messages:FailMessage",
                    "ec2messages:GetEndpoint",
                    "ec2messages:GetMessages",
                    "ec2messages:SendReply"
                ],
                "Resource": "*"
            }
        ]
    })
}

fn container_service(partition: &Partition) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "ec2:DescribeTags",
                    "ecs:CreateCluster",
                    "ecs:DeregisterContainerInstance",
                    "ecs:DiscoverPollEndpoint",
                    "ecs:Poll",
                    "ecs:RegisterContainerInstance",
                    "ecs:StartTelemetrySession",
                    "ecs:UpdateContainerInstancesState",
                    "ecs:Submit*",
                    "ecr:GetAuthorizationToken",
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:GetDownloadUrlForLayer",
                    "ecr:BatchGetImage",
                    "logs:CreateLogStream",
                    "logs:PutLogEvents"
                ],
                "Resource": "*"
            },
            {
                "Effect": "Allow",
                "Action": "ecs:TagResource",
                "Resource": "*",
                "Condition": {
                    "StringEquals": {
                        "ecs:CreateAction": ["CreateCluster", "RegisterContainerInstance"]
                    }
                }
            },
            {
                "Effect": "Allow",
                "Action": ["ecs:ListTagsForResource"],
                "Resource": [
                    format!("arn:{partition}:ecs:*:*:task/*/*"),
                    format!("arn:{partition}:ecs:*:*:container-instance/*/*")
                ]
            }
        ]
    })
}
