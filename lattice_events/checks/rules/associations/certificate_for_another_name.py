"""A certificate that does not name the custom domain name of its service, or is in another Region."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.arn import Arn
from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.definitions.types import CERTIFICATE, SERVICE
from lattice_events.definitions.values import Resource


def _check(material: Material) -> Iterator[Found]:
    for service in material.definitions.of_type(SERVICE):
        given, domain = service.get("CertificateArn"), service.get("CustomDomainName")
        certificate = material.definitions.find(given, CERTIFICATE)
        names = None if certificate is None else _names(certificate)
        region = _region(given)
        if certificate and names and isinstance(domain, str) and not any(covers(n, domain) for n in names):
            message = f"{certificate.name} is for {', '.join(names)}, not for {domain}, so every HTTPS connection to that name fails."
            yield found_in(service, "CertificateArn", message=message)
        elif region and service.stated_region and region != service.stated_region:
            message = f"The certificate is in {region} and {service.name} in {service.stated_region}; it must be in the Region of the service."
            yield found_in(service, "CertificateArn", message=message)


def _region(certificate: object) -> str:
    """The Region of a certificate that is named by its ARN."""
    arn = Arn.parse(certificate) if isinstance(certificate, str) else None
    return arn.region if arn else ""


def _names(certificate: Resource) -> list[str] | None:
    """The names of a certificate; ``None`` where one of them is not known."""
    others = certificate.get("SubjectAlternativeNames")
    names = [certificate.get("DomainName"), *(others if isinstance(others, list) else [])]
    known = [each for each in names if isinstance(each, str)]
    return known if len(known) == len(names) and isinstance(others, list | None) else None


def covers(name: str, domain: str) -> bool:
    """Whether a name of a certificate is a domain name, or a wildcard one level above it."""
    name, domain = name.lower().rstrip("."), domain.lower().rstrip(".")
    return name == domain or (name.startswith("*.") and name[2:] == domain.partition(".")[2])


RULE = Rule(
    code="LTC417",
    name="certificate-for-another-name",
    severity="error",
    reason="The certificate of a service does not name its custom domain name, or is in another Region.",
    why="VPC Lattice looks for the custom domain name among the names of the certificate. A wildcard stands for one level only: *.example.com is for www.example.com, not for www.shop.example.com, nor for example.com. Without a match every HTTPS connection to the name fails. A certificate of another Region is refused: one for CloudFront is in us-east-1, say.",
    fix="Request a certificate whose DomainName or SubjectAlternativeNames have the custom domain name, in the Region of the service.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-byoc.html",),
    wrong="""\
Resources:
  Certificate:
    Type: AWS::CertificateManager::Certificate
    Properties:
      DomainName: "*.example.com"
  Site:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: site
      CustomDomainName: www.shop.example.com
      CertificateArn: !Ref Certificate
""",
    right="""\
Resources:
  Certificate:
    Type: AWS::CertificateManager::Certificate
    Properties:
      DomainName: "*.shop.example.com"
  Site:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: site
      CustomDomainName: www.shop.example.com
      CertificateArn: !Ref Certificate
""",
    check=_check,
)
