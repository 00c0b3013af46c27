"""The names of condition keys: those of VPC Lattice, the global ones, and which of them are played here.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-condition-keys
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

LATTICE_KEYS = (
    "vpc-lattice-svcs:Port", "vpc-lattice-svcs:RequestMethod", "vpc-lattice-svcs:RequestPath",
    "vpc-lattice-svcs:RequestHeader/", "vpc-lattice-svcs:RequestQueryString/", "vpc-lattice-svcs:ServiceNetworkArn",
    "vpc-lattice-svcs:ServiceArn", "vpc-lattice-svcs:SourceVpc", "vpc-lattice-svcs:SourceVpcOwnerAccount",
)  # fmt: skip
# Requests here have these, or would not have them on AWS either: nothing calls for somebody else.
_PLAYED_KEYS = (
    "aws:CalledVia", "aws:CalledViaAWSMCP", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:CurrentTime",
    "aws:EpochTime", "aws:IsMcpServiceAction", "aws:PrincipalAccount", "aws:PrincipalArn",
    "aws:PrincipalIsAWSService", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList", "aws:PrincipalTag/", "aws:PrincipalType", "aws:RequestedRegion",
    "aws:RequestTag/", "aws:ResourceAccount", "aws:ResourceTag/", "aws:SecureTransport", "aws:SourceAccount",
    "aws:SourceArn", "aws:SourceIp", "aws:SourceOrgID", "aws:SourceOrgPaths", "aws:TagKeys", "aws:UserAgent",
    "aws:username", "aws:ViaAWSMCPService", "aws:ViaAWSService",
)  # fmt: skip
# On AWS a request may have these; nobody says so of VPC Lattice, or nothing here knows the value.
_UNPLAYED_KEYS = (
    "aws:AssumedRoot", "aws:ChatbotSourceArn", "aws:Ec2InstanceSourcePrivateIPv4", "aws:Ec2InstanceSourceVpc",
    "aws:FederatedProvider", "aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent", "aws:referer",
    "aws:ResourceOrgID", "aws:ResourceOrgPaths", "aws:SignInSessionArn", "aws:SourceIdentity", "aws:SourceVpc",
    "aws:SourceVpcArn", "aws:SourceVpce", "aws:TokenIssueTime", "aws:userid", "aws:VpceAccount", "aws:VpceOrgID",
    "aws:VpceOrgPaths", "aws:VpcSourceIp", "codebuild:BuildArn", "codebuild:ProjectArn", "ec2:RoleDelivery",
    "ec2:SourceInstanceArn", "glue:CredentialIssuingService", "glue:RoleAssumedBy", "identitystore:UserId",
    "lambda:SourceFunctionArn", "ssm:SourceInstanceArn",
)  # fmt: skip
KNOWN_KEYS = (*LATTICE_KEYS, *_PLAYED_KEYS, *_UNPLAYED_KEYS)
_UNPLAYED = frozenset(key.lower() for key in _UNPLAYED_KEYS)


def is_known(key: str) -> bool:
    """Whether a request to VPC Lattice may have a key; case does not count, as in IAM."""
    return any(_is_key(key.lower(), known.lower()) for known in KNOWN_KEYS)


def is_played(key: str) -> bool:
    """Whether requests here have a key that is known wherever those on AWS have it."""
    return key.lower() not in _UNPLAYED


def _is_key(key: str, known: str) -> bool:
    """Whether a name is a key, or one with a name of the user's behind its slash."""
    if known.endswith("/"):
        return key.startswith(known) and len(key) > len(known)
    return key == known
