"""A certificate for a custom domain name that the service does not have."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.definitions.types import SERVICE


def _check(material: Material) -> Iterator[Found]:
    for service in material.definitions.of_type(SERVICE):
        if service.get("CertificateArn") and service.get("CustomDomainName") is None:
            message = f"{service.name} has a certificate but no custom domain name that it could be for."
            yield found_in(service, "CertificateArn", message=message)


RULE = Rule(
    code="LTC409",
    name="certificate-without-custom-domain",
    severity="warning",
    reason="A service has a certificate but no custom domain name.",
    why="VPC Lattice answers for the generated domain name with a certificate of its own, and with yours for the custom domain name only. A custom domain name cannot be added later without replacing the service.",
    fix="Give the service its CustomDomainName, or take CertificateArn away.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-byoc.html",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-vpclattice-service.html",
    ),
    wrong="""\
Resources:
  Site:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: site
      CertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012
""",
    right="""\
Resources:
  Site:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: site
      CustomDomainName: www.example.com
      CertificateArn: arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012
""",
    check=_check,
)
