"""Custom domain names and their certificates."""

from __future__ import annotations

from pathlib import Path

import pytest

from lattice_events.checks.engine import run_rules
from lattice_events.checks.rules.associations.certificate_for_another_name import covers
from lattice_events.checks.table import RULES
from lattice_events.readers.common.sources import ReadOptions
from tests.checking import codes_of, material_of

SITE = """\
Parameters:
  Given: {Type: String}
  Names: {Type: CommaDelimitedList}
Resources:
  Certificate:
    Type: AWS::CertificateManager::Certificate
    Properties: {DomainName: example.com CERTIFICATE}
  Network: {Type: AWS::VpcLattice::ServiceNetwork, Properties: {Name: web}}
  OnNetwork:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties: {ServiceIdentifier: !Ref Site, ServiceNetworkIdentifier: !Ref Network}
  Site:
    Type: AWS::VpcLattice::Service
    Properties: {Name: site SERVICE}
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties: {ServiceIdentifier: !Ref Site, Protocol: PROTOCOL, DefaultAction: {FixedResponse: {StatusCode: 404}}}
"""


@pytest.mark.parametrize(
    ("name", "domain", "is_covered"),
    [
        ("example.com", "example.com", True),
        ("Example.COM", "example.com.", True),
        ("*.example.com", "www.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "www.shop.example.com", False),
        ("example.com", "www.example.com", False),
        ("*.com", "example.org", False),
    ],
)
def test_a_wildcard_stands_for_one_level(name: str, domain: str, *, is_covered: bool) -> None:
    """Source: https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-byoc.html"""
    assert covers(name, domain) == is_covered


@pytest.mark.parametrize(
    ("protocol", "service", "certificate", "found"),
    [
        pytest.param("HTTPS", ", CustomDomainName: a.example.com", "", ["LTC408"], id="no certificate"),
        pytest.param("HTTP", ", CustomDomainName: a.example.com", "", [], id="no certificate, which HTTP does not need"),
        pytest.param("HTTPS", ", CustomDomainName: !Ref Given", "", ["LTC408"], id="no certificate for a name that is not known"),
        pytest.param("HTTPS", ", CustomDomainName: a.example.com, CertificateArn: !Ref Given", "", [], id="a certificate of another stack"),
        pytest.param("HTTPS", ", CertificateArn: !Ref Given", "", ["LTC409"], id="no custom domain name"),
        pytest.param("HTTPS", ", CustomDomainName: a.example.com, CertificateArn: !Ref Certificate", "", ["LTC417"], id="another name"),
        pytest.param("HTTPS", ", CustomDomainName: example.com, CertificateArn: !Ref Certificate", "", [], id="the name itself"),
        pytest.param("HTTPS", ", CustomDomainName: a.example.com, CertificateArn: !Ref Certificate", ", SubjectAlternativeNames: ['*.example.com']", [], id="one of several names"),
        pytest.param("HTTPS", ", CustomDomainName: a.example.com, CertificateArn: !Ref Certificate", ", SubjectAlternativeNames: !Ref Names", [], id="names that are not known"),
        pytest.param("HTTPS", ", CustomDomainName: a.example.com, CertificateArn: !Ref Certificate", ", SubjectAlternativeNames: [!Ref Given]", [], id="a name that is not known"),
        pytest.param("HTTPS", ", CustomDomainName: !Ref Given, CertificateArn: !Ref Certificate", "", [], id="a domain that is not known"),
    ],
)  # fmt: skip
def test_a_custom_domain_name_has_a_certificate_for_it(
    protocol: str, service: str, certificate: str, found: list[str], tmp_path: Path
) -> None:
    definition = (
        SITE.replace(" SERVICE", service).replace(" CERTIFICATE", certificate).replace("PROTOCOL", protocol)
    )

    assert codes_of(definition, tmp_path, "LTC4", "LTC9") == found


@pytest.mark.parametrize(("region", "found"), [("", []), ("us-east-1", []), ("eu-west-1", ["LTC417"])])
def test_a_certificate_is_in_the_region_of_its_service(region: str, found: list[str], tmp_path: Path) -> None:
    """Source: https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-byoc.html"""
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
    service = f", CustomDomainName: a.example.com, CertificateArn: {certificate}"
    definition = SITE.replace(" SERVICE", service).replace(" CERTIFICATE", "").replace("PROTOCOL", "HTTPS")
    (tmp_path / "site.yaml").write_text(definition)

    material = material_of(tmp_path, options=ReadOptions(region=region, runs_functions=False))

    assert [each.code for each in run_rules(material, RULES)] == found
