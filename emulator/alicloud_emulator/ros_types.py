"""The ROS resource types that a template may use here, and their properties; anything else is refused.

Source: ROS "Resource type reference"; of each type, the properties that have a meaning here or change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

# The first property is what the resource is called by.
PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "ALIYUN::CMS::EventRule": ("RuleName", "Description", "EventPattern", "EventType", "State"),
    "ALIYUN::CMS::EventRuleTargets": ("RuleName", "MnsParameters"),
    "ALIYUN::CMS::ResourceMetricRule": (
        "RuleName",
        "RuleId",
        "CompositeExpression",
        "ContactGroups",
        "Escalations",
        "Interval",
        "MetricName",
        "Namespace",
        "NoDataPolicy",
        "Period",
        "Resources",
        "SilenceTime",
    ),
    "ALIYUN::ECS::SecurityGroup": (
        "SecurityGroupName",
        "Description",
        "SecurityGroupEgress",
        "SecurityGroupIngress",
        "SecurityGroupType",
        "VpcId",
    ),
    "ALIYUN::ECS::VPC": ("VpcName", "CidrBlock", "Description"),
    "ALIYUN::ECS::VSwitch": ("VSwitchName", "CidrBlock", "Description", "VpcId", "ZoneId"),
    "ALIYUN::FC3::Trigger": (
        "TriggerName",
        "FunctionName",
        "TriggerType",
        "TriggerConfig",
        "SourceArn",
        "InvocationRole",
    ),
    "ALIYUN::MNS::Queue": ("QueueName", "MessageRetentionPeriod", "PollingWaitSeconds"),
    "ALIYUN::MNS::Topic": ("TopicName",),
    "ALIYUN::OSS::Bucket": ("BucketName", "AccessControl", "BlockPublicAccess", "LifecycleConfiguration"),
    "ALIYUN::RAM::ManagedPolicy": ("PolicyName", "Description", "PolicyDocument", "Roles"),
    "ALIYUN::RAM::Role": (
        "RoleName",
        "AssumeRolePolicyDocument",
        "Description",
        "MaxSessionDuration",
        "Policies",
        "PolicyAttachments",
    ),
    "ALIYUN::SLS::Alert": ("Detail", "Project"),  # its name is in Detail, and nothing refers to it
    "ALIYUN::SLS::Index": ("LogstoreName", "ProjectName", "FullTextIndex", "KeyIndices"),
    "ALIYUN::SLS::Logstore": ("LogstoreName", "ProjectName", "TTL", "ShardCount"),
    "ALIYUN::SLS::Project": ("Name", "Description"),
}


GIVEN_IDS: Mapping[str, str] = {  # what is told apart by an id that the cloud gives, and how such an id begins
    "ALIYUN::ECS::SecurityGroup": "sg-",
    "ALIYUN::ECS::VPC": "vpc-",
    "ALIYUN::ECS::VSwitch": "vsw-",
}


def name_of(kind: str) -> str:
    """The property that a resource of this type is called by."""
    return PROPERTIES[kind][0]
