"""A custom domain name behind an HTTPS listener, without a certificate for it."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.definitions.types import LISTENER, SERVICE


def _check(material: Material) -> Iterator[Found]:
    definitions = material.definitions
    listeners = [each for each in definitions.of_type(LISTENER) if each.get("Protocol") == "HTTPS"]
    behind_tls = {
        service.origin: listener
        for listener in listeners
        if (service := definitions.find(listener.get("ServiceIdentifier"), SERVICE))
    }
    for service in definitions.of_type(SERVICE):
        domain, listener = service.get("CustomDomainName"), behind_tls.get(service.origin)
        if domain is not None and service.get("CertificateArn") is None and listener:
            message = f"{service.name} has no certificate for its custom domain name, so every HTTPS connection to that name fails at {listener.name}."
            yield found_in(service, "CustomDomainName", message=message)


RULE = Rule(
    code="LTC408",
    name="custom-domain-without-certificate",
    severity="error",
    reason="A service has a custom domain name and an HTTPS listener, but no certificate for that name.",
    why="The certificate that VPC Lattice keeps is for the generated domain name only, and there is no default that it falls back on: every HTTPS connection to the custom domain name fails in its TLS handshake, before any rule or policy is looked at.",
    fix="Give the service the CertificateArn of a certificate in AWS Certificate Manager that names the domain, in the Region of the service.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-custom-domain-name.html",
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-byoc.html",
    ),
    wrong="""\
Resources:
  Site:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: site
      CustomDomainName: www.example.com
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Site
      Protocol: HTTPS
      DefaultAction:
        FixedResponse:
          StatusCode: 404
""",
    right="""\
Parameters:
  Certificate:
    Type: String
Resources:
  Site:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: site
      CustomDomainName: www.example.com
      CertificateArn: !Ref Certificate
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Site
      Protocol: HTTPS
      DefaultAction:
        FixedResponse:
          StatusCode: 404
""",
    check=_check,
)
