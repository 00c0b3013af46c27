"""What the rules say of those who call: functions, their roles, and the policies of these."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checking import codes_of, findings_in
from tests.mistakes import DEFINITIONS

_ASSUME = "AssumeRolePolicyDocument: {}"
_TEMPLATE = """\
Parameters:
  Given: {Type: String}
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties: {Name: orders, AuthType: AWS_IAM, CustomDomainName: orders.example.com}
  Other:
    Type: AWS::VpcLattice::Service
    Properties: {Name: other, AuthType: NONE}
  Policy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties:
      ResourceIdentifier: !Ref Service
      Policy: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: PRINCIPAL, Action: '*', Resource: '*'}]}
  Client:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Code: {ZipFile: 'def handler(event, context): return None'}
      Role: !GetAtt Role.Arn
      Environment: {Variables: {URL: VALUE}}
  Role:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {}, ROLE}
"""
SIGNED = "{AWS: '111122223333'}"
DOMAIN = "!GetAtt Service.DnsEntry.DomainName"


def inline(statement: str, more: str = "") -> str:
    return f"Policies: [{{PolicyName: p, PolicyDocument: {{Version: '2012-10-17', Statement: [{statement}{more}]}}}}]"


def calls(resource: str, action: str = "vpc-lattice-svcs:Invoke", effect: str = "Allow") -> str:
    return f"{{Effect: {effect}, Action: '{action}', Resource: {resource}}}"


def found(
    folder: Path, *, role: str = "", value: str = DOMAIN, principal: str = SIGNED, more: str = ""
) -> list[str]:
    text = _TEMPLATE.replace("ROLE", role).replace("VALUE", value).replace("PRINCIPAL", principal)
    return codes_of(text + more, folder, "LTC3")


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        pytest.param(DOMAIN, ["LTC301"], id="the domain name"),
        pytest.param("!Sub 'https://${Service.DnsEntry.DomainName}/orders?a=b'", ["LTC301"], id="a URL"),
        pytest.param("https://orders.example.com", ["LTC301"], id="the custom domain name"),
        pytest.param("orders.example.com:443", ["LTC301"], id="with a port"),
        pytest.param("https://orders-0a1b2c3d4e5f60718.7d67968.vpc-lattice-svcs.us-east-1.on.aws", ["LTC301"], id="the domain name on AWS"),
        pytest.param("https://orders-0a1b2c3d4e5f60718.7d67968.vpc-lattice-svcs.eu-west-1.on.aws", [], id="of another Region"),
        pytest.param("!GetAtt Other.DnsEntry.DomainName", [], id="a service that asks nobody"),
        pytest.param("!Ref Given", [], id="unknown"),
        pytest.param("orders", [], id="a word"),
        pytest.param("''", [], id="nothing"),
    ],
)  # fmt: skip
def test_a_function_calls_whose_domain_name_it_has(value: str, codes: list[str], tmp_path: Path) -> None:
    assert found(tmp_path, value=value) == codes


@pytest.mark.parametrize(
    ("role", "codes"),
    [
        pytest.param(inline(calls("!Sub '${Service.Arn}/*'")), [], id="this service"),
        pytest.param(inline(calls("'*'")), [], id="every service"),
        pytest.param(inline(calls("!Sub '${Service.Arn}/orders'")), [], id="a path"),
        pytest.param(inline(calls("!Sub '${Other.Arn}/*'")), ["LTC301"], id="another service"),
        pytest.param(inline(calls("'arn:aws:vpc-lattice:us-east-1:111122223333:service/svc-0a1b2c3d4e5f60718/*'")), [], id="an id of AWS, which may be this one's"),
        pytest.param(inline(calls("!Sub '${Given}/*'")), [], id="unknown"),
        pytest.param(inline("!Ref Given"), [], id="an unknown statement"),
        pytest.param("Policies: !Ref Given", [], id="unknown policies"),
        pytest.param("ManagedPolicyArns: ['arn:aws:iam::aws:policy/VPCLatticeServicesInvokeAccess']", [], id="AWS's own policy"),
        pytest.param("ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole']", ["LTC301"], id="another of AWS's own"),
        pytest.param("ManagedPolicyArns: ['arn:aws:iam::111122223333:policy/mine']", [], id="somebody's own"),
        pytest.param("ManagedPolicyArns: [!Ref Given]", [], id="an unknown one"),
        pytest.param(inline(calls("'*'", action="s3:*")), ["LTC301"], id="another service of AWS"),
        pytest.param(inline(calls("'*'"), f", {calls(chr(39) + '*' + chr(39), effect='Deny')}"), ["LTC301"], id="denied"),
        pytest.param(inline(calls("'*'"), f", {calls('!Ref Given', effect='Deny')}"), [], id="denied somewhere"),
        pytest.param(inline(calls("!GetAtt Service.Arn")), ["LTC303"], id="the bare ARN, told of there only"),
        pytest.param(inline(calls("'*'", action="vpc-lattice-svcs:Invok")), ["LTC303"], id="mistyped, told of there only"),
    ],
)  # fmt: skip
def test_its_role_must_allow_it(role: str, codes: list[str], tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-evaluation-logic"""
    assert found(tmp_path, role=role) == codes


@pytest.mark.parametrize(
    "attached",
    [
        "{Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [!Ref Role], PolicyDocument: DOCUMENT}}",
        "{Type: AWS::IAM::ManagedPolicy, Properties: {Roles: [!Ref Role], PolicyDocument: DOCUMENT}}",
        "{Type: AWS::IAM::RolePolicy, Properties: {PolicyName: p, RoleName: !Ref Role, PolicyDocument: DOCUMENT}}",
        "{Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [!Ref Given], PolicyDocument: DOCUMENT}}",
    ],
)
def test_a_policy_that_is_attached_counts(attached: str, tmp_path: Path) -> None:
    document = f"{{Version: '2012-10-17', Statement: [{calls(chr(39) + '*' + chr(39))}]}}"

    assert found(tmp_path, more=f"  Attached: {attached.replace('DOCUMENT', document)}\n") == []


def test_a_managed_policy_of_the_template_counts(tmp_path: Path) -> None:
    document = f"{{Version: '2012-10-17', Statement: [{calls(chr(39) + '*' + chr(39))}]}}"
    managed = f"  Managed: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {document}}}}}\n"

    assert found(tmp_path, role="ManagedPolicyArns: [!Ref Managed]", more=managed) == []


@pytest.mark.parametrize(
    ("principal", "codes"),
    [
        (SIGNED, ["LTC301"]),
        ("'*'", []),  # a call need not be signed
        ("!Ref Given", []),
        ("{AWS: !GetAtt Role.Arn}", ["LTC301"]),  # and not LTC305, for the same
    ],
)
def test_whoever_need_not_sign_needs_no_permission(principal: str, codes: list[str], tmp_path: Path) -> None:
    assert found(tmp_path, principal=principal) == codes


@pytest.mark.parametrize(
    ("role", "codes"),
    [("", ["LTC305"]), (inline(calls("'*'")), []), ("ManagedPolicyArns: [!Ref Given]", [])],
)
def test_a_role_that_is_let_in_must_be_allowed(role: str, codes: list[str], tmp_path: Path) -> None:
    assert found(tmp_path, role=role, value="nothing", principal="{AWS: !GetAtt Role.Arn}") == codes


@pytest.mark.parametrize(
    ("host", "role", "codes"),
    [
        ("menu-default", "", ["LTC301"]),
        ("menu-default", inline(calls("'*'")), []),
        ("other-default", "", []),
    ],
)
def test_a_route_is_called_like_a_service(host: str, role: str, codes: list[str], tmp_path: Path) -> None:
    """Whose IAMAuthPolicy is what must be signed for."""
    template = tmp_path / "client.yaml"
    name = f"https://{host}-0a1b2c3d4e5f60718.7d67968.vpc-lattice-svcs.us-east-1.on.aws"
    template.write_text(_TEMPLATE.replace("ROLE", role).replace("VALUE", name).replace("PRINCIPAL", SIGNED))

    found = findings_in(template, DEFINITIONS / "pods" / "all.yaml")

    assert [each.code for each in found if each.code.startswith("LTC3")] == codes


_POLICY = """\
Parameters:
  Given: {Type: String}
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties: {Name: orders, AuthType: NONE}
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Version: '2012-10-17', Statement: [STATEMENT]}}
"""


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        (calls("'*'"), []),
        (calls("'*'", action="vpc-lattice-svcs:*"), ["LTC302"]),
        (calls("'*'", action="*"), []),  # of nobody that a function runs as
        (calls("!Sub '${Service.Arn}/*'", action="vpc-lattice-svcs:*"), []),
        (calls("'*', Condition: {StringEquals: {'aws:ResourceAccount': '111122223333'}}", action="vpc-lattice-svcs:*"), []),
        (calls("'*'", action="vpc-lattice:*"), []),
        (calls("'*'", action="vpc-lattice:CreateService"), []),
        (calls("'*'", action="vpc-lattice:Invoke"), ["LTC303"]),
        (calls("'*'", action="vpc-lattice-svc:Invoke"), ["LTC303"]),
        (calls("'*'", action="vpclattice:Invoke"), ["LTC303"]),
        (calls("'*'", action="vpc-lattice-svcs:InvokeService"), ["LTC303"]),
        (calls("'*'", action="lambda:InvokeFunction"), []),
        (calls("'*'", action="execute-api:Invoke"), []),
        (calls("!GetAtt Service.Arn"), ["LTC303"]),
        (calls("!GetAtt Service.Arn", effect="Deny"), ["LTC303"]),
        (calls("[!GetAtt Service.Arn, !Sub '${Service.Arn}/*']"), []),
        (calls("!Ref Given"), []),
        ("{Effect: Allow, Action: ['vpc-lattice:GetService', 'vpc-lattice-svcs:Invoke'], Resource: [!GetAtt Service.Arn]}", []),
        (calls("'*', Condition: {StringEquals: {'vpc-lattice-svcs:SourceVpcArn': x}}"), ["LTC303"]),
        (calls("'*', Condition: {StringEquals: {'vpc-lattice-svcs:RequestMethod': get}}"), ["LTC303"]),
        (calls("'*', Condition: {StringEquals: {'aws:NewKey': x}}", action="s3:*"), []),
        (calls("'*', Principal: '*'"), ["LTC303"]),
        ("!Ref Given", []),
    ],
)  # fmt: skip
def test_statements_of_identity_policies(statement: str, codes: list[str], tmp_path: Path) -> None:
    assert codes_of(_POLICY.replace("STATEMENT", statement), tmp_path, "LTC3", "LTC901") == codes


def test_everything_is_too_wide_for_a_function(tmp_path: Path) -> None:
    assert found(tmp_path, role=inline(calls("'*'", action="*"))) == ["LTC302"]


_FUNCTION = """\
  {name}:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Code: {{ZipFile: 'def handler(event, context): return None'}}
      Role: {role}
"""


@pytest.mark.parametrize(
    ("roles", "codes"),
    [
        (["arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/b"], []),
        (["arn:aws:iam::111122223333:role/a", "arn:aws:iam::444455556666:role/b"], ["LTC304"]),
        (["arn:aws:iam::111122223333:role/a", "!Ref Given"], []),
        (["arn:aws:iam::111122223333:role/a", "!Sub 'arn:aws:iam::${AWS::AccountId}:role/b'"], []),
        (["a"], ["LTC304"]),
        (["arn:aws:iam::111122223333:user/a"], ["LTC304"]),
        (["arn:aws:sts::111122223333:assumed-role/a/b"], ["LTC304"]),
    ],
)
def test_functions_and_roles_are_in_one_account(roles: list[str], codes: list[str], tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html"""
    functions = "".join(_FUNCTION.format(name=f"F{index}", role=role) for index, role in enumerate(roles))

    assert (
        codes_of(f"Parameters: {{Given: {{Type: String}}}}\nResources:\n{functions}", tmp_path, "LTC3")
        == codes
    )
