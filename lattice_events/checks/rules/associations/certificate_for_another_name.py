"""A certificate that does not name the custom domain name of its service."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.definitions.types import CERTIFICATE, SERVICE
from lattice_events.definitions.values import Resource


def _check(material: Material) -> Iterator[Found]:
    for service in material.definitions.of_type(SERVICE):
        certificate = material.definitions.find(service.get("CertificateArn"), CERTIFICATE)
        domain = service.get("CustomDomainName")
        names = None if certificate is None else _names(certificate)
        if certificate is None or names is None or not isinstance(domain, str):
            continue
        if not any(covers(name, domain) for name in names):
            message = f"{certificate.name} is for {', '.join(names)}, not for {domain}, so every HTTPS connection to that name fails."
            yield found_in(service, "CertificateArn", message=message)


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
    reason="The certificate of a service does not name its custom domain name.",
    why="VPC Lattice looks for the custom domain name among the names of the certificate. A wildcard stands for one level only: *.example.com is for www.example.com, not for www.shop.example.com, nor for example.com. Without a match every HTTPS connection to the name fails.",
    fix="Request a certificate whose DomainName or SubjectAlternativeNames have the custom domain name.",
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
