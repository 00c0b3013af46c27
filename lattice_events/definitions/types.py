"""The resource types of CloudFormation that say something about the network."""

_CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
LATTICE = "AWS::VpcLattice::"
SERVICE_NETWORK = f"{LATTICE}ServiceNetwork"
SERVICE = f"{LATTICE}Service"
LISTENER = f"{LATTICE}Listener"
RULE = f"{LATTICE}Rule"
TARGET_GROUP = f"{LATTICE}TargetGroup"
SERVICE_ASSOCIATION = f"{LATTICE}ServiceNetworkServiceAssociation"
VPC_ASSOCIATION = f"{LATTICE}ServiceNetworkVpcAssociation"
AUTH_POLICY = f"{LATTICE}AuthPolicy"
FUNCTION = "AWS::Lambda::Function"
ALIAS = "AWS::Lambda::Alias"
VERSION = "AWS::Lambda::Version"
LAYER = "AWS::Lambda::LayerVersion"
ROLE = "AWS::IAM::Role"
MANAGED_POLICY = "AWS::IAM::ManagedPolicy"
POLICY = "AWS::IAM::Policy"
ROLE_POLICY = "AWS::IAM::RolePolicy"
VPC = "AWS::EC2::VPC"
SECURITY_GROUP = "AWS::EC2::SecurityGroup"


def is_custom(kind: str) -> bool:
    """Whether a deployment's own code makes a resource, so that only its user knows what it gives."""
    return kind.startswith(_CUSTOM)
