"""What agents see of a source: no secrets, whatever its form."""

from __future__ import annotations

import pytest

from lattice_events.cli.agents.hiding import hide_in_source


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("DB_PASSWORD: hunter22", "DB_PASSWORD: …"),
        ("  password : 'hunter 22' # of the test", "  password : '…' # of the test"),
        ('  "apiKey": "abc-123",', '  "apiKey": "…",'),
        ("AWS_SECRET_ACCESS_KEY=abc", "AWS_SECRET_ACCESS_KEY=…"),
        ('x-api-key = "abc"', 'x-api-key = "…"'),
        ("Authorization: Bearer abc", "Authorization: …"),
        ("tokens: abc", "tokens: …"),
        ("DB_PWD: abc\nDB_PASS: abc\nbypass: no", "DB_PWD: …\nDB_PASS: …\nbypass: no"),
        ('{"PASSWORD":"abc","TOKEN":"a\\"bc","STAGE":"dev"}', '{"PASSWORD":"…","TOKEN":"…","STAGE":"dev"}'),
        ('{"Tokens":[{"Ref":"Key"}],"PASSWORD":"abc"}', '{"Tokens":[{"Ref":"Key"}],"PASSWORD":"…"}'),
        ('"CONFIG": "{\\"token\\": \\"abc\\"}"', '"CONFIG": "{\\"token\\": …'),
        ('PASSWORD: "abc\n  def"\nSTAGE: dev', 'PASSWORD: "…"\nSTAGE: dev'),
        ("STRIPE: sk_live_51abc\nGH: ghp_abc", "STRIPE: …\nGH: …"),
        ("JWT: eyJhbGci.eyJzdWIi.abc_d\nX: Bearer a1bc", "JWT: …\nX: …"),
        ("SecretString: abc", "SecretString: …"),
        ("SecretString: |\n  a: b\n\n  c\nName: d", "SecretString: …\nName: d"),
        ("  api_token: >-\n    abc", "  api_token: …\n"),
        ("- name: DB_PASSWORD\n  value: abc\n- name: STAGE\n  value: dev", "- name: DB_PASSWORD\n  value: …\n- name: STAGE\n  value: dev"),
        ('{"Name": "API_TOKEN", "Value": "abc"}', '{"Name": "API_TOKEN", "Value": "…"}'),
        ("DATABASE_URL: postgres://shop:abc@db:5432/shop", "DATABASE_URL: postgres://shop:…@db:5432/shop"),
        ("Action: secretsmanager:GetSecretValue", "Action: secretsmanager:GetSecretValue"),
        ("value: no-name", "value: no-name"),
        ("url: https://x/?X-Amz-Signature=abc&y=1", "url: https://x/?X-Amz-Signature=…&y=1"),
        ("SecretArn: arn:aws:secretsmanager:x", "SecretArn: arn:aws:secretsmanager:x"),
        ("Password: !Ref Password", "Password: !Ref Password"),
        ("PASSWORD: ${ssm:/db/password}", "PASSWORD: ${ssm:/db/password}"),
        ("MasterPassword: '{{resolve:secretsmanager:db}}'", "MasterPassword: '{{resolve:secretsmanager:db}}'"),
        ("Password: {Type: String, NoEcho: true}", "Password: {Type: String, NoEcho: true}"),
        ("  Password:\n    Type: String", "  Password:\n    Type: String"),
        ("TokenSeconds: 300", "TokenSeconds: 300"),
        ("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----…-----END PRIVATE KEY-----"),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc", "-----BEGIN RSA PRIVATE KEY-----…"),
        (
            "kind: Service\ndata:\n  a: b\n---\nkind: Secret\ndata:\n  a: YWJj\n  b: |\n    x\n\nmetadata: {name: s}\n---\nkind: Pod",
            "kind: Service\ndata:\n  a: b\n---\nkind: Secret\ndata: …\nmetadata: {name: s}\n---\nkind: Pod",
        ),
        ("stringData:\n  a: abc\nkind: Secret", "stringData: …\nkind: Secret"),
    ],
)  # fmt: skip
def test_secrets_of_a_source_are_hidden(source: str, shown: str) -> None:
    assert hide_in_source(source) == shown
