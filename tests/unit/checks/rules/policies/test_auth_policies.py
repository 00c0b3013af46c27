"""What the rules say of auth policies in the ways in which people write them, and of what they stay silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checking import codes_of, findings_in

_TEMPLATE = """\
Parameters:
  Given: {Type: String}
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties: {Name: orders, AuthType: AWS_IAM}
  Other:
    Type: AWS::VpcLattice::Service
    Properties: {Name: other, AuthType: NONE}
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties: {ServiceIdentifier: !Ref Service, Protocol: PROTOCOL, DefaultAction: {FixedResponse: {StatusCode: 404}}}
  ClientRole:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {}, ManagedPolicyArns: [!Ref Given]}
  Policy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties:
      ResourceIdentifier: !Ref Service
      Policy:
        Version: VERSION
        Statement: STATEMENT
"""
ALLOW = "Effect: Allow, Principal: {AWS: '111122223333'}, Action: 'vpc-lattice-svcs:Invoke'"
EVERYBODY = "Effect: Allow, Principal: '*', Action: 'vpc-lattice-svcs:Invoke', Resource: '*'"


def found(
    statement: str, folder: Path, *, protocol: str = "HTTPS", version: str = "'2012-10-17'"
) -> list[str]:
    text = _TEMPLATE.replace("STATEMENT", statement).replace("PROTOCOL", protocol).replace("VERSION", version)
    return codes_of(text, folder, "LTC2", "LTC901")


@pytest.mark.parametrize(
    ("resource", "codes"),
    [
        pytest.param("!GetAtt Service.Arn", ["LTC203"], id="the ARN"),
        pytest.param("!Ref Service", ["LTC203"], id="what Ref gives, the ARN too"),
        pytest.param("[!GetAtt Service.Arn, !GetAtt Other.Arn]", ["LTC203", "LTC203", "LTC209"], id="two"),
        pytest.param("[!GetAtt Service.Arn, !Sub '${Service.Arn}/*']", [], id="beside its paths"),
        pytest.param("[!GetAtt Service.Arn, '*/orders']", ["LTC203"], id="beside a path of others"),
        pytest.param("!Sub '${Service.Arn}/'", [], id="the path /"),
        pytest.param("!Sub '${Service.Arn}*'", [], id="with a star at once"),
        pytest.param("!Ref Given", [], id="unknown"),
        pytest.param("!Sub '${Given}/*'", [], id="below what is unknown"),
        pytest.param("[!Ref Given, !GetAtt Service.Arn]", ["LTC203"], id="beside what is unknown"),
        pytest.param("arn:aws:vpc-lattice:eu-west-1:111122223333:service/svc-0a1b2c3d4e5f60718/*", [], id="an id of AWS"),
        pytest.param("!Sub '${Other.Arn}/*'", ["LTC209"], id="another service"),
        pytest.param("/orders/*", ["LTC209"], id="a path"),
        pytest.param("arn:aws:vpc-lattice:*:*:servicenetwork/*", [], id="a service network with stars, which a path may match"),
        pytest.param("'*/orders/${aws:PrincipalTag/team}/*'", [], id="a variable"),
        pytest.param("'*/${aws:PrincipleTag/team}'", ["LTC204"], id="a variable that there is not"),
    ],
)  # fmt: skip
def test_resources(resource: str, codes: list[str], tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-resource-format"""
    assert found(f"[{{{ALLOW}, Resource: {resource}}}]", tmp_path) == codes


@pytest.mark.parametrize(
    ("action", "protocol", "codes"),
    [
        ("'*'", "HTTPS", []),
        ("vpc-lattice-svcs:*", "HTTP", []),
        ("[vpc-lattice-svcs:Invoke, vpc-lattice-svcs:Connect]", "HTTPS", []),
        ("VPC-Lattice-Svcs:invoke", "HTTPS", []),
        ("!Ref Given", "HTTPS", []),
        ("Invoke", "HTTPS", ["LTC205"]),
        ("[vpc-lattice-svcs:Invoke, execute-api:Invoke]", "HTTPS", ["LTC205"]),
        ("vpc-lattice-svcs:Connect", "HTTP", ["LTC205"]),
        ("vpc-lattice-svcs:Connect", "TLS_PASSTHROUGH", []),
        ("vpc-lattice-svcs:Connect", "!Ref Given", []),
        ("vpc-lattice-svcs:Invoke", "TLS_PASSTHROUGH", ["LTC205"]),
        ("[vpc-lattice-svcs:Connect, !Ref Given]", "HTTPS", []),
    ],
)
def test_actions(action: str, protocol: str, codes: list[str], tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonvpclatticeservices.html"""
    statement = f"[{{Effect: Allow, Principal: {{AWS: '111122223333'}}, Resource: '*', Action: {action}}}]"

    assert [each for each in found(statement, tmp_path, protocol=protocol) if each != "LTC901"] == codes


@pytest.mark.parametrize(
    ("resource", "protocol", "codes"),
    [("!GetAtt Service.Arn", "TLS_PASSTHROUGH", []), ("!GetAtt Service.Arn", "HTTPS", ["LTC203"])],
)
def test_a_tls_connection_is_for_the_bare_arn(
    resource: str, protocol: str, codes: list[str], tmp_path: Path
) -> None:
    statement = f"[{{Effect: Allow, Principal: {{AWS: '111122223333'}}, Action: '*', Resource: {resource}}}]"

    assert [each for each in found(statement, tmp_path, protocol=protocol) if each != "LTC901"] == codes


@pytest.mark.parametrize(
    ("principal", "codes"),
    [
        ("{AWS: !GetAtt ClientRole.Arn}", []),
        ("{AWS: [!GetAtt ClientRole.Arn, !Ref Given]}", []),
        ("!Ref Given", []),
        ("{AWS: !Sub 'arn:aws:iam::${Given}:role/app'}", []),
        ("{AWS: 'arn:aws:iam::111122223333:root'}", []),
        ("{AWS: 'arn:aws:iam::111122223333:role/aws-service-role/app'}", []),
        ("{AWS: 'arn:aws:sts::111122223333:assumed-role/app/session'}", []),
        ("'111122223333'", []),
        ("{AWS: !Ref ClientRole}", ["LTC206"]),
        ("{AWS: [!GetAtt ClientRole.Arn, 'arn:aws:iam::111122223333:role/app-*']}", ["LTC206"]),
        ("{AWS: 'arn:aws:iam::111122223333:assumed-role/app/session'}", ["LTC206"]),
        ("{AWS: 'arn:aws:sts::111122223333:assumed-role/app'}", ["LTC206"]),
        ("{AWS: 'arn:aws:iam::1111-2222-3333:root'}", ["LTC206"]),
        ("{AWS: 'arn:aws:lambda:us-east-1:111122223333:function:client'}", ["LTC206"]),
        ("{AWS: '111122223333', Service: lambda.amazonaws.com}", ["LTC206"]),
        ("{Federated: cognito-identity.amazonaws.com}", ["LTC206"]),
        ("{Role: app}", ["LTC206"]),
        ("{AWS: []}", ["LTC206"]),
    ],
)
def test_principals(principal: str, codes: list[str], tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
    statement = f"[{{Effect: Allow, Action: '*', Resource: '*', Principal: {principal}}}]"

    assert found(statement, tmp_path) == codes


@pytest.mark.parametrize(
    ("condition", "codes"),
    [
        ("StringEquals: {'vpc-lattice-svcs:RequestHeader/accept': '*/*'}", []),
        ("StringLike: {'vpc-lattice-svcs:RequestPath': '/orders/*'}", []),
        ("StringEquals: {'vpc-lattice-svcs:RequestPath': '/orders/*'}", ["LTC209"]),
        ("StringEqualsIfExists: {'vpc-lattice-svcs:RequestPath': '/orders/*'}", []),
        ("StringNotEquals: {'vpc-lattice-svcs:RequestPath': '/orders/*'}", []),
        ("StringEquals: {'vpc-lattice-svcs:RequestMethod': [GET, get]}", ["LTC209"]),
        ("StringEqualsIgnoreCase: {'vpc-lattice-svcs:RequestMethod': get}", []),
        ("StringEquals: {'vpc-lattice-svcs:RequestMethod': !Ref Given}", []),
        ("StringEquals: {'vpc-lattice-svcs:Port': '443'}", []),
        ("NumericEquals: {'vpc-lattice-svcs:Port': 443}", []),
        ("StringEquals: {'vpc-lattice-svcs:SourceVpc': 'arn:aws:ec2:us-east-1:111122223333:vpc/vpc-1'}", ["LTC209"]),
        ("StringEquals: {'aws:PrincipalOrgID': abc}", ["LTC209"]),
        ("ForAllValues:StringEquals: {'aws:PrincipalOrgID': abc}", []),  # nobody without one is kept out
        ("StringEquals: {'aws:PrincipalOrgID': o-a1b2c3d4e5}", []),
        ("ForAnyValue:StringLike: {'aws:PrincipalOrgPaths': 'o-a1b2c3d4e5/r-ab12/*'}", []),
        ("ArnLike: {'aws:PrincipalArn': 'arn:aws:iam::*:role/app-*'}", []),
        ("ArnEquals: {'aws:PrincipalArn': !GetAtt ClientRole.Arn}", []),
        ("ArnLike: {'aws:PrincipalArn': 'arn:aws:sts::111122223333:assumed-role/app/*'}", ["LTC209"]),
        ("StringEquals: {'vpc-lattice-svcs:ServiceArn': !Sub '${Service.Arn}/*'}", ["LTC209"]),
        ("StringEquals: {'aws:SourceIp': 10.0.0.0/8}", ["LTC209"]),
        ("IpAddress: {'aws:SourceIp': 10.0.0.0/8}", []),
        ("StringEquals: {'aws:SourceVpc': vpc-0a1b2c3d}", ["LTC211"]),
        ("StringNotEquals: {'AWS:sourceVpc': vpc-0a1b2c3d}", ["LTC211"]),
        ("StringEqualsIfExists: {'aws:SourceVpc': vpc-0a1b2c3d}", []),
        ("'Null': {'aws:SourceVpc': 'true'}", []),
        ("StringEquals: {'aws:SourceVpce': vpce-0a1b2c3d}", []),
        ("StringEquals: {'aws:ResourceOrgID': o-a1b2c3d4e5}", []),
        ("StringEquals: {'aws:SourceAccount': '111122223333'}", ["LTC204"]),
        ("StringNotEquals: {'aws:SourceAccount': '111122223333'}", ["LTC204"]),
        ("StringEqualsIfExists: {'aws:SourceAccount': '111122223333'}", []),
        ("'Null': {'aws:SourceAccount': 'true'}", []),
        ("StringEquals: {'aws:PrincipalType': Anonymous}", []),
        ("StringEquals: {'aws:PrincipalType': anonymous}", ["LTC209"]),
        ("StringEquals: {'lambda:SourceFunctionArn': 'arn:aws:lambda:us-east-1:111122223333:function:f'}", []),
    ],
)  # fmt: skip
def test_conditions(condition: str, codes: list[str], tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-condition-keys"""
    assert found(f"[{{{ALLOW}, Resource: '*', Condition: {{{condition}}}}}]", tmp_path) == codes


@pytest.mark.parametrize(
    ("statements", "codes"),
    [
        pytest.param(f"[{{{EVERYBODY}}}]", ["LTC207"], id="everybody"),
        pytest.param(f"{{{EVERYBODY}}}", ["LTC207"], id="one statement without a list"),
        pytest.param(f"[{{{EVERYBODY}, Condition: {{StringNotEquals: {{'aws:PrincipalType': anonymous}}}}}}]", ["LTC207"], id="Anonymous in the wrong case"),
        pytest.param(f"[{{{EVERYBODY}, Condition: {{StringNotEquals: {{'aws:PrincipalType': Anonymous}}}}}}]", [], id="only who signs"),
        pytest.param(f"[{{{EVERYBODY}, Condition: {{StringEquals: {{'aws:PrincipalOrgID': o-a1b2c3d4e5}}}}}}]", [], id="an organization"),
        pytest.param(f"[{{{EVERYBODY}, Condition: {{StringNotEquals: {{'aws:PrincipalOrgID': o-a1b2c3d4e5}}}}}}]", ["LTC207"], id="all but an organization"),
        pytest.param(f"[{{{EVERYBODY}, Condition: {{StringEquals: {{'aws:PrincipalOrgID': !Ref Given}}}}}}]", [], id="an unknown organization"),
        pytest.param(f"[{{{EVERYBODY}, Condition: !Ref Given}}]", [], id="an unknown condition"),
        pytest.param(f"[{{{EVERYBODY}, Condition: {{StringEquals: {{'aws:PrincipalType': [Anonymous, AssumedRole]}}}}}}]", [], id="said on purpose"),
        pytest.param(f"[{{{EVERYBODY}, Condition: {{StringEquals: {{'vpc-lattice-svcs:RequestMethod': GET}}}}}}]", [], id="anonymous GET, as the guide proposes"),
        pytest.param(f"[{{{EVERYBODY.replace(chr(39) + '*' + chr(39) + '}', '')}}}]".replace("Resource: '*'", "Resource: '*/health'"), [], id="a path"),
        pytest.param(f"[{{{EVERYBODY}}}, {{Effect: Deny, Principal: '*', Action: '*', Resource: '*', Condition: {{StringEquals: {{'aws:PrincipalType': Anonymous}}}}}}]", [], id="denied beside it"),
        pytest.param(f"[{{{EVERYBODY}}}, {{Effect: Deny, Principal: '*', Action: '*', Resource: '*/admin', Condition: {{StringEquals: {{'aws:PrincipalType': Anonymous}}}}}}]", ["LTC207"], id="denied at a path"),
        pytest.param(f"[{{{EVERYBODY}}}, {{Effect: Deny, Principal: '*', Action: '*', Resource: '*', Condition: {{Bool: {{'aws:SecureTransport': 'false'}}}}}}]", ["LTC207"], id="only without TLS denied"),
        pytest.param("[{Effect: Allow, Principal: {AWS: '*'}, Action: '*', Resource: '*'}]", ["LTC207"], id="AWS: *"),
        pytest.param("[{Effect: Deny, Principal: '*', Action: '*', Resource: '*/admin'}]", [], id="a Deny"),
        pytest.param(f"[{{{ALLOW}, Resource: '*'}}, {{Effect: Deny, Principal: {{AWS: '111122223333'}}, Action: '*', Resource: '*'}}]", ["LTC209"], id="denied to the same"),
        pytest.param(f"[{{{ALLOW}, Resource: '*'}}, {{Effect: Deny, Principal: {{AWS: '111122223333'}}, Action: '*', Resource: !Ref Given}}]", [], id="denied somewhere"),
        pytest.param(f"[{{{ALLOW}, Resource: '*/a/*'}}, {{Effect: Deny, Principal: '*', Action: '*', Resource: '*/a*'}}]", ["LTC209"], id="denied by a wider pattern"),
        pytest.param(f"[{{{ALLOW}, Resource: '*/a*'}}, {{Effect: Deny, Principal: '*', Action: '*', Resource: '*/a?'}}]", [], id="denied with one more character"),
        pytest.param(f"[{{{ALLOW}, Resource: '*/a/*'}}, {{Effect: Deny, Principal: '*', Action: '*', Resource: '*/a/b'}}]", [], id="denied in part"),
    ],
)  # fmt: skip
def test_statements_together(statements: str, codes: list[str], tmp_path: Path) -> None:
    assert found(statements, tmp_path) == codes


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        (f"[{{{ALLOW}, Resource: '*', Sids: a}}]", ["LTC208"]),
        (f"[{{{ALLOW}}}]", ["LTC208"]),
        ("[]", ["LTC208"]),
        ("[!Ref Given]", []),
        ("!Ref Given", []),
        (f"[{{{ALLOW}, Resource: '*'}}, x]", ["LTC208"]),
    ],
)
def test_documents(statement: str, codes: list[str], tmp_path: Path) -> None:
    assert found(statement, tmp_path) == codes


def test_a_variable_needs_the_newer_version(tmp_path: Path) -> None:
    statement = f"[{{{ALLOW}, Resource: '*/${{aws:PrincipalTag/team}}'}}]"

    assert found(statement, tmp_path, version="'2008-10-17'") == ["LTC209"]
    assert found(statement, tmp_path, version="!Ref Given") == []


_LEVELS = """\
Resources:
  Network:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties: {Name: shop, AuthType: NETWORK_TYPE}
  NetworkPolicy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties: {ResourceIdentifier: !Ref Network, Policy: {Version: '2012-10-17', Statement: [NETWORK]}}
  Service:
    Type: AWS::VpcLattice::Service
    Properties: {Name: orders, AuthType: AWS_IAM}
  ServicePolicy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties: {ResourceIdentifier: !Ref Service, Policy: {Version: '2012-10-17', Statement: [SERVICE]}}
  Association:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties: {ServiceIdentifier: !Ref Service, ServiceNetworkIdentifier: !Ref Network}
"""
SIGNED = f"{{{EVERYBODY}, Condition: {{StringNotEquals: {{'aws:PrincipalType': Anonymous}}}}}}"


def named(principal: str, more: str = "Resource: '*'", effect: str = "Allow") -> str:
    return f"{{Effect: {effect}, Principal: {{AWS: {principal}}}, Action: 'vpc-lattice-svcs:Invoke', {more}}}"


@pytest.mark.parametrize(
    ("network", "service", "codes"),
    [
        pytest.param(f"{{{EVERYBODY}}}", named("'111122223333'"), [], id="the service asks"),
        pytest.param(SIGNED, f"{{{EVERYBODY}}}", [], id="the network asks"),
        pytest.param(f"{{{EVERYBODY}}}", f"{{{EVERYBODY}}}", ["LTC207", "LTC207"], id="nobody asks"),
        pytest.param(SIGNED, named("'111122223333'"), [], id="everybody who signs, and one account"),
        pytest.param(named("'444455556666'"), named("'111122223333'"), ["LTC210"], id="two accounts"),
        pytest.param(named("'444455556666'"), named("'arn:aws:iam::444455556666:role/r'"), [], id="an account and its role"),
        pytest.param(named("'arn:aws:iam::444455556666:role/r'"), named("'444455556666'"), [], id="a role and its account"),
        pytest.param(named("'arn:aws:iam::444455556666:role/p/r'"), named("'arn:aws:sts::444455556666:assumed-role/r/x'"), [], id="a role and its session"),
        pytest.param(named("'arn:aws:iam::444455556666:role/r'"), named("'arn:aws:iam::444455556666:role/s'"), ["LTC210"], id="two roles"),
        pytest.param(named("!Ref AWS::AccountId"), named("'111122223333'"), [], id="the account of the stack, which may be any"),
        pytest.param(f"{SIGNED}, {named(chr(39) + '111122223333' + chr(39), effect='Deny')}", named("'111122223333'"), ["LTC210"], id="denied at the network"),
        pytest.param(SIGNED.replace("Resource: '*'", "Resource: !Sub '${Service.Arn}/*'"), named("'111122223333'"), [], id="the network for this service"),
        pytest.param(f"{SIGNED}, {named(chr(39) + '444455556666' + chr(39), 'Resource: !Sub ' + chr(39) + '${Service.Arn}/*' + chr(39))}", named("'111122223333'"), ["LTC210"], id="the network names another for this service"),
        pytest.param(named("'111122223333'", "Resource: '*', Condition: {StringEquals: {'aws:PrincipalAccount': '444455556666'}}"), named("'111122223333'"), ["LTC210"], id="a condition on the account"),
    ],
)  # fmt: skip
def test_both_levels(network: str, service: str, codes: list[str], tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-evaluation-logic"""
    text = _LEVELS.replace("NETWORK_TYPE", "AWS_IAM").replace("NETWORK", network).replace("SERVICE", service)

    assert codes_of(text, tmp_path, "LTC2", "LTC901") == codes


def test_a_network_that_asks_nobody_keeps_nobody_out(tmp_path: Path) -> None:
    text = _LEVELS.replace("NETWORK_TYPE", "NONE").replace("NETWORK", SIGNED)

    assert codes_of(text.replace("SERVICE", f"{{{EVERYBODY}}}"), tmp_path, "LTC2") == ["LTC202", "LTC207"]


def test_a_policy_of_an_unknown_service_may_be_the_one_that_is_missing(tmp_path: Path) -> None:
    text = """\
Parameters:
  Given: {Type: String}
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties: {Name: orders, AuthType: AWS_IAM}
  Policy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties: {ResourceIdentifier: !Ref Given, Policy: {Version: '2012-10-17', Statement: []}}
"""

    assert "LTC201" not in codes_of(text, tmp_path)


def test_the_edit_of_one_item_keeps_the_others(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    statement = "[{%s, Resource: ['*/health', !GetAtt Service.Arn]}]" % ALLOW  # noqa: UP031 (braces of YAML)
    file.write_text(
        _TEMPLATE.replace("STATEMENT", statement)
        .replace("PROTOCOL", "HTTPS")
        .replace("VERSION", "'2012-10-17'")
    )

    (edit,) = next(each for each in findings_in(file) if each.code == "LTC203").edits

    assert (edit.name, edit.inside, edit.value) == ("Resource", 1, {"Fn::Sub": "${Service.Arn}/*"})


@pytest.mark.parametrize(
    ("document", "edits"),
    [
        pytest.param(
            "{Statement: [{Effect: Allow, Principal: {AWS: '111122223333'}, Action: '*', Resource: '*/${aws:username}'}]}",
            [("Policy", "Version", "2012-10-17")],
            id="a mapping",
        ),
        pytest.param(
            "{Version: '2008-10-17', Statement: [{Effect: Allow, Principal: {AWS: '111122223333'}, Action: '*', Resource: '*/${aws:username}'}]}",
            [("Version", "", "2012-10-17")],
            id="a mapping with the older version",
        ),
        pytest.param(
            """!Sub '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "*", "Resource": "*/${!aws:username}"}]}'""",
            [],
            id="what makes a text",
        ),
    ],
)  # fmt: skip
def test_the_version_that_a_variable_needs_is_set_where_that_can_be_done(
    document: str, edits: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(
        f"""\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties: {{Name: orders, AuthType: AWS_IAM}}
  Policy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties:
      ResourceIdentifier: !Ref Service
      Policy: {document}
"""
    )

    found = next(each for each in findings_in(file) if each.code == "LTC209")

    assert [(each.name, each.inside, each.value) for each in found.edits] == edits
