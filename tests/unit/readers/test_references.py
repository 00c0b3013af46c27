"""References of a template: the name that was meant, and values that must not grow without end."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.readers.cloudformation.intrinsics import Resolver
from lattice_events.readers.cloudformation.outside import OtherStacks, UnresolvableError
from lattice_events.readers.common.documents import parse_yaml
from tests.unit.readers.test_cloudformation import TEMPLATE, link, problems, read

WRONG = [
    ("- Id: !GetAtt Function.Arn", "- Id: !GetAtt Functoin.Arn", "23:11", "Fn::GetAtt Functoin.Arn (there is no such resource). Did you mean Function?"),
    ("- Id: !GetAtt Function.Arn", "- Id: !GetAtt Function.Ar", "23:11", "Fn::GetAtt Function.Ar (a resource of type AWS::Lambda::Function). Did you mean Arn?"),
    ("!Ref NetworkArn", "!Ref NetwrokArn", "52:7", "Ref NetwrokArn (there is no such resource or parameter). Did you mean NetworkArn?"),
    ("TargetGroupIdentifier: !Ref Group", "TargetGroupIdentifier: !Ref Grop", "36:15", "Ref Grop (there is no such resource or parameter). Did you mean Group?"),
    ("ServiceIdentifier: !Ref Service", "ServiceIdentifier: !Ref Servce", "31:7", "Ref Servce (there is no such resource or parameter). Did you mean Service?"),
    ("ListenerIdentifier: !GetAtt Listener.Arn", "ListenerIdentifier: !GetAtt Listner.Arn", "40:7", "Fn::GetAtt Listner.Arn (there is no such resource). Did you mean Listener?"),
    ("!GetAtt Service.Id", "!GetAtt Service.Ids", "51:7", "Fn::GetAtt Service.Ids (a resource of type AWS::VpcLattice::Service). Did you mean Id?"),
    ("!GetAtt Service.Id", "!GetAtt Service.DnsEntry.DomianName", "51:7", "Fn::GetAtt Service.DnsEntry.DomianName (a resource of type AWS::VpcLattice::Service). Did you mean DnsEntry.DomainName?"),
    ("!Sub 'hello-${Stage}'", "!Sub 'hello-${Stag}'", "11:7", "Ref Stag (there is no such resource or parameter). Did you mean Stage?"),
    ("!Sub 'hello-${Stage}'", "!Sub 'hello-${AWS::Regoin}'", "11:7", "Ref AWS::Regoin (there is no such resource or parameter). Did you mean AWS::Region?"),
    ("!Sub 'hello-${Stage}'", "!Subb 'hello-${Stage}'", "11:7", "Fn::Subb hello-${Stage}. Did you mean Fn::Sub?"),
    ("Condition: IsProduction\n    Prop", "Condition: IsProdution\n    Prop", "55:5", "Condition IsProdution (it is not defined under Conditions). Did you mean IsProduction?"),
    ("TargetGroupIdentifier: !Ref Group", "TargetGroupIdentifier: !Ref OnlyInProduction", "36:15", "Ref OnlyInProduction (its condition excludes that resource). Choose with Fn::If and the same condition."),
    ("ServiceIdentifier: !Ref Service", "ServiceIdentifier: !Ref Qqqq", "31:7", "Ref Qqqq (there is no such resource or parameter). Define it, or write the name of a resource or parameter of this template."),
    ("ServiceIdentifier: !Ref Service", "ServiceIdentifier: !ImportValue svc", "31:7", "Fn::ImportValue svc. Give it with --variable import:svc=VALUE."),
]  # fmt: skip


def service(name: str) -> str:
    return f"    Type: AWS::VpcLattice::Service\n    Properties: {{Name: {name}}}\n"


def functions(name: str) -> str:
    """Resources of which each name has the one before twice."""
    made = "".join(
        f"  F{n}:\n    Type: AWS::Lambda::Function\n    Properties: {{Handler: a.b, Runtime: python3.12, FunctionName: {name.replace('X', f'F{n - 1}')}}}\n"
        for n in range(1, 60)
    )
    return f"Resources:\n  F0:\n    Type: AWS::Lambda::Function\n    Properties: {{Handler: a.b, Runtime: python3.12}}\n{made}"


@pytest.mark.parametrize(("old", "new", "place", "said"), WRONG)
def test_a_wrong_reference_is_the_only_problem_and_names_what_was_meant(
    old: str, new: str, place: str, said: str
) -> None:
    assert old in TEMPLATE

    assert problems(TEMPLATE.replace(old, new, 1)) == [
        f"template.yml:{place}: This value is needed but cannot be known: {said}"
    ]


def test_a_target_group_that_is_named_like_text_is_named() -> None:
    found = problems(TEMPLATE.replace("TargetGroupIdentifier: !Ref Group", "TargetGroupIdentifier: Grop"))

    assert found == [
        "template.yml:36:15: TargetGroupIdentifier is not a target group of this template: Grop. Did you mean Group?"
    ]


def test_a_wrong_reference_in_a_variable_is_a_note() -> None:
    _, notes = link(read(TEMPLATE.replace("!Ref Table", "!Ref Tabel")))

    assert notes[0] == (
        "TABLE of hello-dev is unknown (Ref Tabel (there is no such resource or parameter)). Did you mean Table?"
    )


# Written out, each would be a text of 2 ** 59 names, or a tree of as many questions.
@pytest.mark.parametrize(
    "name", ["!Sub '${X}${X}'", "!Join ['', [!Ref X, !Ref X]]", "!Base64 {Fn::Sub: '${X}${X}'}"]
)
def test_a_name_that_doubles_again_and_again_is_refused(name: str) -> None:
    found = problems(functions(name))

    assert any("it is longer than 100,000 characters" in each for each in found)
    assert all(len(each) < 1200 for each in found)


LONG = "x" * 90_000
SUB = "!Sub '${P}-'"
BOMBS = {
    "variables": f"!Sub '{'${P}' * 10_000}'",
    "a text and variables": f"!Sub ['{'${V}' * 10_000}', {{V: !Ref P}}]",
    "items": f"!Join ['', [{', '.join(['!Ref P'] * 1_000)}]]",
    "delimiters": f"!Join ['{LONG}', !Split [x, !Ref P]]",
    "lists": f"!Select [0, [{', '.join(['!Split [x, !Ref P]'] * 100)}]]",
    "texts": f"!Select [0, [{', '.join([SUB] * 1_000)}]]",
    "Base64": f"!Select [0, [{', '.join(['!Base64 {Ref: P}'] * 1_000)}]]",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_text_that_would_be_too_long_is_never_made(bomb: str) -> None:
    document = parse_yaml(bomb, "bomb.yml").value
    resolver = resolver_of(P=LONG)
    tracemalloc.start()
    with pytest.raises(UnresolvableError, match="is longer than"):
        resolver.resolve(document)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 60_000_000


ODD_ARGUMENTS = [
    "!Select [-1, [a, b]]", "!Select ['-1', [a, b]]", "!Select [1.7, [a, b]]", "!Select [1.0, [a, b]]",
    "!Select [true, [a, b]]", "!Select ['1_0', [a, b]]", "!Select [' 1', [a, b]]", "!Select ['１', [a, b]]",
    "!Select [2, [a, b]]", "!Select [0, abc]", "!Select [0, {a: b}]", "!Select [[0], [a]]",
    "!Join [!Ref P, [a, b]]", "!Join [1, [a, b]]", "!Join [null, [a, b]]", "!Join ['', abc]", "!Join ['', {a: b}]",
    "!Join ['', [[a], b]]", "!Join ['', [{a: b}]]", "!Split [!Ref P, a]", "!Split [null, a b]", "!Split ['', a]",
    "!Split [',', [a]]", "!Sub ['${A}', {A: [a]}]", "!Sub '${L}'", "!Base64 [a]", "!Base64 {a: b}",
    "!If [BothNot, a, b]",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD_ARGUMENTS)
def test_what_cloudformation_refuses_of_a_function_s_arguments_is_refused(text: str) -> None:
    """Source: the reference of each; delimiters take no functions, an index is from 0 to N-1."""
    with pytest.raises(UnresolvableError, match="its form is wrong"):
        resolver_of(P="-", L="a,b").resolve(parse_yaml(text, "odd.yml").value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!Select ['1', [a, b]]", "b"), ("!Select [1, [a, b]]", "b"), ("!Select [!Ref N, !Ref L]", "b"),
        ("!Join ['-', [a, 1, true, !Ref P, !Ref 'AWS::NoValue']]", "a-1-true--"),
        ("!Join ['', []]", ""), ("!Split [',', 'a,b']", ["a", "b"]), ("!Sub '${!P}${P}${ P }'", "${P}--"),
        ("!Sub ['${A}', {A: 1}]", "1"), ("!Base64 a", "YQ=="),
        (f"!Sub '{'${P}' * 100_000}'", "-" * 100_000),
    ],
)  # fmt: skip
def test_what_cloudformation_takes_of_a_function_s_arguments_is_taken(text: str, value: Any) -> None:
    assert resolver_of(P="-", L="a,b", N="1").resolve(parse_yaml(text, "right.yml").value) == value


def resolver_of(**parameters: str) -> Resolver:
    declared = {name: {"Type": "CommaDelimitedList" if name == "L" else "String"} for name in parameters}
    both_not = {"Fn::Not": [{"Fn::Equals": ["a", "b"]}, {"Fn::Equals": ["a", "a"]}]}
    return Resolver(
        {"Parameters": declared, "Conditions": {"BothNot": both_not}},
        pseudo={},
        parameters=parameters,
        variables={},
        stacks=OtherStacks(),
        reference=lambda name: name,
        attribute=lambda name, attribute: f"{name}.{attribute}",
    )


def test_conditions_that_ask_for_each_other_twice_are_worked_out_once() -> None:
    conditions = "".join(
        f"  C{n}: !And [{{Condition: C{n - 1}}}, {{Condition: C{n - 1}}}]\n" for n in range(1, 30)
    )
    text = f"Conditions:\n  C0: !Equals [a, a]\n{conditions}Resources:\n  S:\n    Condition: C29\n{service('foo')}"

    network, _ = link(read(text))

    assert [each.name for each in network.services] == ["foo"]


def test_a_value_that_is_nested_over_many_references_is_refused() -> None:
    deep = f"{'[' * 80}!Ref X{']' * 80}"
    first, *resources = functions(deep).split("  F")
    text = "  F".join((first, *reversed(resources)))  # so that the first one asks for all others

    assert "it is nested too deeply" in str(problems(text))


@pytest.mark.parametrize("text", ["${" * 300_000, "${!" * 300_000, "${a" * 300_000])
def test_a_text_of_variables_that_do_not_end_is_plain_text(text: str) -> None:
    fragment = read(f"Resources:\n  S:\n{service('!Sub ' + chr(39) + text + chr(39))}")

    assert "it is longer than 100,000 characters" in str(fragment.problems)


def test_a_hint_takes_no_time_over_endless_names() -> None:
    assert did_you_mean("ab" * 1_000_000, ["ba" * 1_000_000, "x"]) == ""
    assert did_you_mean("Servce", ["ab" * 1_000_000, "Service"]) == " Did you mean Service?"
