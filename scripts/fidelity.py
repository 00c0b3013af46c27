"""Write docs/fidelity.md from the switches and the table of behaviours; --check compares only."""

import dataclasses
import sys
from pathlib import Path

from lattice_events.assumptions import Assumptions

PAGE = Path(__file__).parents[1] / "docs" / "fidelity.md"
INTRODUCTION = """\
# Fidelity

This page lists what `lattice dev` emulates, and how sure each behaviour is. *Same*: documented by AWS.
*Observed*: seen on the service. *Assumed*: nobody outside AWS knows, so it is a guess, or a switch below.
*Absent*: not emulated. `scripts/fidelity.py` writes this page; a test compares it with the code.
"""
BEHAVIOURS = (
    (
        "same",
        "Services, listeners, rules by priority, method, path and header matches, weights, fixed responses",
    ),
    ("same", "V1 and V2 events; the body is base64 by content type"),
    ("same", "400 for over 100 headers or 60 K of them; 6 MB for Lambda targets, both ways"),
    (
        "same",
        "`x-forwarded-*`, `x-amzn-requestid`, `x-amzn-lattice-*`; the `x-amzn-lattice-*` headers of a client are removed",
    ),
    (
        "same",
        "SigV4 and SigV4A in the header and in the query string: scope, date, signed headers, unsigned payload, session token",
    ),
    (
        "same",
        "Auth policies of service network and service and the caller's IAM policies must all allow; a Deny in any of them wins",
    ),
    (
        "same",
        "Every condition operator of IAM, set operators, IfExists, Null, each `vpc-lattice-svcs:` key; policy variables where Version is 2012-10-17",
    ),
    ("same", "AuthType AWS_IAM without an auth policy denies everything; with NONE no policy is evaluated"),
    (
        "same",
        "Health checks of HTTP targets with the documented defaults; healthy targets take turns; when none is healthy, all get requests",
    ),
    ("same", "The certificates of HTTPS targets are not validated"),
    ("same", "A function's timeout, memory setting and environment variables"),
    (
        "same",
        "Reserved concurrency: of all versions together; further invocations are throttled, with 0 all of them. "
        "The Invoke API answers `TooManyRequestsException`",
    ),
    (
        "same",
        "What a function's process sends to the Runtime API, and when it ends: as awslambdaric's native client does",
    ),
    (
        "same",
        "Node.js functions under AWS's runtime client, and a `bootstrap` of `provided.al2023` and `provided.al2`, natively. "
        "The address in `AWS_LAMBDA_RUNTIME_API` of a bootstrap has a path, which keeps other programs out",
    ),
    (
        "same",
        "The variables of a function are those of Lambda, and nothing of the shell but `PATH`. `LAMBDA_TASK_ROOT` and "
        "`LAMBDA_RUNTIME_DIR` are folders of this machine; `LD_LIBRARY_PATH` has the code and the layers, the system has its own",
    ),
    (
        "absent",
        "`PYTHONPATH`, since the runtime's modules are the interpreter's, and `AWS_XRAY_DAEMON_ADDRESS`, since there is none. "
        "Variables that Lambda lacks: `HOME` and `TMPDIR` (folders of the run), `PYTHONUNBUFFERED` (lines come at once), "
        "proxy and certificates (services are reachable by them), `LATTICE_SERVICE_…_URL`, `LATTICE_EVENTS_STRICT`, "
        "`AWS_ENDPOINT_URL_LAMBDA` (functions invoke each other here), `AWS_EC2_METADATA_DISABLED`",
    ),
    (
        "assumed",
        "A process that was idle for ten minutes ends, and the next invocation is a cold start. Lambda says only that it "
        "is some minutes. It gets SIGKILL, as a function without extensions does",
    ),
    (
        "same",
        "`START`, `END` and `REPORT` of an invocation, or the events of a log in JSON; in `LogResult`, too. The memory is "
        "that of the process on this machine",
    ),
    (
        "observed",
        "What is billed includes the init; `Status` and `Error Type` in the `REPORT` of a timeout or of a process that "
        "ends, and the lines before its `END`",
    ),
    (
        "absent",
        "`INIT_START`, `INIT_REPORT` and `platform.runtimeDone` in the log of a function; its `SystemLogLevel`",
    ),
    ("same", "A function's log format, level and group (`LoggingConfig`), by the real runtime client"),
    (
        "same",
        "Layers: folders of one path become one, a file of a later layer replaces that of an earlier one",
    ),
    (
        "observed",
        "A function's modules come first, then those of layers, then the runtime's own; layers come last if the function sets `PYTHONPATH`",
    ),
    ("same", "The fields of an access log record, one for each request to a service"),
    (
        "observed",
        "The texts of the 403: the caller, the resource with its path, which of the three policies has no Allow, and an explicit deny in the service's policy",
    ),
    (
        "observed",
        "When several policies have no Allow, the text names the network's policy first and the caller's own last",
    ),
    ("observed", "`ForAnyValue:` is false when its key is absent, also with `IfExists`"),
    ("observed", "The texts `Signed payloads are not supported` and that for missing signed headers"),
    ("observed", "`x-amzn-source-vpc`, and the fields and the order of the identity header of HTTP targets"),
    ("observed", "The order of the fields of an access log record; `-` for a field without a value"),
    ("observed", "An unsigned caller's event has the source VPC as its only identity"),
    ("observed", "The path of an event includes the query string; events have `requestId` or `request_id`"),
    ("observed", "`{statusCode, body}` alone is a valid response of a function"),
    ("observed", "Names of response headers reach the client in lower case"),
    ("observed", "The controller ignores the filters of HTTPRoutes, and orders rules as in the document"),
    (
        "observed",
        "Of rules of an HTTPRoute with an equal match, the one that the controller writes last stays",
    ),
    (
        "observed",
        "A backend that is not there is dropped; an import that nothing resolves fails its HTTPRoute",
    ),
    (
        "assumed",
        "A Service that is not in the manifests is there when a target is given for it; a ServiceExport is that of the "
        "cluster and VPC which a ServiceImport names",
    ),
    ("assumed", "Pods behind HTTP2 and GRPC target groups of the controller get HTTP/1.1"),
    ("absent", "GRPCRoute, TLSRoute: a note says so, and the rest is read"),
    (
        "assumed",
        "The text of the 403 for an explicit deny in the network's policy or the caller's own is that of the service's policy; the resource has no query string",
    ),
    (
        "assumed",
        "The texts for an unknown key or token, a wrong signature and a missing part of Authorization are those of other AWS services",
    ),
    (
        "assumed",
        "Other errors in a signature have the error code of other AWS services and a text of our own: `Authorization cannot be read.`, `Credential must be …`, `Credential should be scoped to …, not …`, `… stands 2 times.`, `One signature is needed: …`, `The query string has no …`, `X-Amz-Expires must be …`, the algorithm, the date, the region set",
    ),
    (
        "assumed",
        "The bodies of 400, 413, 500, 502, 503 and 504 are the status in words; every answer of VPC Lattice's own is text/plain",
    ),
    ("assumed", "A port on which a service has no listener answers 404"),
    ("assumed", "A path is matched as it was sent: nothing is decoded or normalized"),
    ("assumed", "A weighted target group is chosen at random for each request"),
    ("assumed", "HTTP targets get the client's Host unchanged"),
    (
        "assumed",
        "`traceparent`, `tracestate`, `baggage` and `x-amzn-trace-id` reach functions and HTTP targets as they were sent, and none is added; `lattice dev` with [OpenTelemetry](telemetry.md) changes nothing of it",
    ),
    ("assumed", "For an unsigned caller, HTTP targets get no `x-amzn-lattice-identity`"),
    (
        "assumed",
        r"A value that ends in a backslash has a blank behind it in VPC Lattice's own headers, since `\;` is a semicolon inside a value",
    ),
    ("assumed", "`targetGroupArn` is `-` for a request that was denied"),
    ("assumed", "The values of a repeated header are one value of `RequestHeader/`, joined by a comma"),
    ("assumed", "A principal may be an account id, alone or under `AWS`"),
    ("assumed", "One matching value of a repeated header is enough for a header match"),
    (
        "assumed",
        "`failureReason` TargetProtocolError for a function that fails; `callerPrincipalTags` as `name=value`",
    ),
    (
        "assumed",
        "While all targets of a group drain, a request is answered as when no target takes the connection; an expired token "
        "as an unknown one (faults on purpose: `unavailable`, `expired-token`)",
    ),
    (
        "assumed",
        "A condition operator without a set operator is true for a repeated query parameter if every value satisfies it",
    ),
    (
        "assumed",
        "A negated condition operator is true for a value that it cannot parse, and when a policy variable has no value",
    ),
    (
        "assumed",
        "A `NotPrincipal` exempts a caller if it names both the account and the role or user, as the IAM guide says; it is not known whether VPC Lattice needs both",
    ),
    (
        "assumed",
        "A value of an ARN operator has six parts, and each part is compared separately; a colon inside a policy variable does not separate parts; a value with fewer parts is an error, because it would match nothing",
    ),
    (
        "assumed",
        "A date without a time zone is in UTC; four digits are a year, other numbers are seconds since 1970",
    ),
    (
        "assumed",
        "A client that closes the connection has status 400 in the access log; the guide says so for one that closes it within its body",
    ),
    (
        "assumed",
        "Names of condition keys are case-insensitive, as in IAM; the guide calls them case-sensitive",
    ),
    (
        "assumed",
        "A caller whose VPC is on none of a service's networks uses the first of them; on AWS it could not reach the service",
    ),
    (
        "assumed",
        "`requestToTargetDuration` ends with the last byte sent to the target, `responseFromTargetDuration` begins with the first of its answer",
    ),
    (
        "assumed",
        "A request target that is neither a path nor an http URL, such as that of `OPTIONS *`, gets a 400 and no access log record; so does one with a fragment (`/a#b`) or with bytes that are not ASCII",
    ),
    (
        "assumed",
        "A Host that is not `HOST` or `HOST:PORT`, and a second Host, get a 400; a dot at its end is ignored",
    ),
    (
        "assumed",
        "Headers that `Connection` names, and `Expect`, are removed before policies and rules are evaluated; Host, Authorization, `content-*`, `x-amz*` and `x-forwarded-*` are never removed",
    ),
    (
        "assumed",
        "A Transfer-Encoding other than `chunked` gets a 501, or a 400 if it is not clear where the body ends",
    ),
    (
        "assumed",
        "A status below 200 or above 599 is not a valid answer of a function or an HTTP target; 1xx before the answer of an HTTP target are dropped",
    ),
    (
        "assumed",
        "An HTTP target that sends a folded header line, a control character in its head, a Transfer-Encoding other than `chunked`, or more than one length of a body, gets the client a 502",
    ),
    (
        "absent",
        "Web pages of other sites get a 403 from `lattice dev` itself, which says so; VPC Lattice has no such protection",
    ),
    (
        "absent",
        "Permissions of functions: every function may be invoked by every other one, whatever its role allows (`lambda:InvokeFunction`), and by every program on the machine",
    ),
    (
        "absent",
        "The silence of a service without a ServiceNetworkServiceAssociation: no client could reach it on AWS; here it answers, with a note at the start and in `lattice explain`",
    ),
    ("absent", "The idle timeout setting of a service; it is always 60 seconds"),
    (
        "absent",
        "gRPC, HTTP/2 (a request in it is answered 505), TLS passthrough, resource configurations: refused by name",
    ),
    (
        "absent",
        "Permissions boundaries, session policies, service control policies; X.509 identities (Roles Anywhere)",
    ),
    (
        "absent",
        "IAM policies that are in no template and not in the setting `callers`: they count as allowing, and a note at the start says so",
    ),
    (
        "absent",
        "Condition keys that `lattice dev` never sets: `aws:userid`, `aws:TokenIssueTime` and other keys of a session, `aws:SourceVpc` and other keys of a network except `aws:SourceIp`, `aws:ResourceOrgID`, `aws:referer`; they are treated as absent, and a note at the start names them",
    ),
    ("absent", "Real service ids in the ARNs of policies: use `!Ref`, `!GetAtt` or wildcards"),
    ("absent", "Metrics; access log subscriptions: use `lattice dev --access-log FILE`"),
    ("absent", "The port of a health check (the target's port is used); draining of targets"),
    ("absent", "Security groups, and VPCs that are on no network: every local client reaches every service"),
    ("absent", "Clients that ignore proxy variables: use `http://NAME.localhost:8480/`"),
    (
        "absent",
        "The memory limit of a function; container images and runtimes other than Python, Node.js and `provided`, which fail as targets",
    ),
    (
        "absent",
        "`/opt`: code finds modules, programs and libraries of layers by `sys.path`, `PATH` and `LD_LIBRARY_PATH`, but no file by a path that begins with `/opt`; extensions do not run",
    ),
    (
        "absent",
        "Lambda's own filtering by level of what a function prints; the runtime client filters what it logs",
    ),
    ("absent", "Idle and lifetime limits of client connections; the limit of 10,000 requests per second"),
    (
        "absent",
        "Macros of a template, but for SAM, `AWS::LanguageExtensions` and `AWS::Include` with a local file, do not run, "
        "and a note says so: use the processed template",
    ),
    (
        "assumed",
        "A key without a value beside a loop of `Fn::ForEach` counts for nothing; `12:30` in YAML is text",
    ),
    ("absent", "Terraform's `.tf` files are not read; the JSON of a plan or state is"),
    (
        "same",
        "`lattice cloud`: what an input of the VPC Lattice API must be, by botocore's model of it; every problem is named at once",
    ),
    (
        "assumed",
        "`lattice cloud`: a value of a wrong type is a SerializationException, an unknown path an UnknownOperationException, as in the tests of the protocol; the words of errors",
    ),
    (
        "absent",
        "`lattice cloud`: resource gateways, resource configurations, their associations, domain verifications and resource policies are kept as records, and the network does not use them; a verification stays PENDING, an association has no DNS name, and there are no VPC endpoints",
    ),
    (
        "same",
        "`lattice cloud`: a version or an alias of a function runs the code that it stands for, under the function's name",
    ),
    (
        "absent",
        "`lattice cloud`: the weights of an alias (`RoutingConfig`): its version gets every request, and a note says so; weights of target groups count",
    ),
    (
        "absent",
        "`lattice cloud`: the permission that VPC Lattice needs to invoke a target (`lambda:AddPermission`): a request is answered without it, and a note says that it fails on AWS",
    ),
    (
        "absent",
        "`lattice cloud`: signatures of calls to AWS APIs and IAM permissions for them: any credentials may do everything; requests to services are checked as ever",
    ),
    (
        "assumed",
        "`lattice cloud`: what a call changes is in force when it is answered; on AWS some of it takes seconds to minutes",
    ),
    (
        "absent",
        "`lattice cloud`: the services beside VPC Lattice are moto's, whatever it has of them; what moto would send to other machines (SNS to a URL, say) is not sent, and a custom resource of a function in another language than Python is kept by name",
    ),
    (
        "absent",
        "`lattice cloud`: what functions write is printed, and is not in CloudWatch Logs; access log records go to the file of `--access-log`, not to where a subscription says",
    ),
    (
        "assumed",
        "`lattice cloud`: a role with a policy that cannot be read, and one that is gone, may call nothing; an auth policy that cannot be read allows nothing",
    ),
    (
        "same",
        "`lattice cloud`: what of the VPC Lattice API names and deletes what: ids and ARNs, names, ports and priorities that are there once, a target group of one service, what goes with a service or a service network, and what cannot be deleted while it is used",
    ),
    (
        "same",
        "`lattice cloud`: quotas of an account that never asked for more, with their codes; quotas that AWS raised for an account are not known",
    ),
    (
        "same",
        "`lattice cloud`: defaults of the API: event structure version V1, weight 100 of a single target group, ports, health checks; a fixed response has status 404 or 500",
    ),
    (
        "observed",
        "`lattice cloud`: the texts `has VPC(s) associated` and `has been associated with other services`, and the failure code UnsupportedTarget; other texts of conflicts, the values of `resourceType` and other failure codes are our own",
    ),
    (
        "assumed",
        "`lattice cloud`: a resource is ACTIVE at once, and gone at once when it is deleted, where AWS takes seconds to minutes; targets are not drained. Targets of a group with health checks are HEALTHY at once, also if nothing listens there",
    ),
    (
        "assumed",
        "`lattice cloud`: a client token that comes again with other parameters is a ConflictException; one whose resource was deleted is free again",
    ),
    (
        "assumed",
        "`lattice cloud`: an update of a health check leaves the members that it does not name; 0 and empty text bring defaults back, as the API's reference says",
    ),
    (
        "assumed",
        "`lattice cloud`: lists are in the order in which things were created, rules by priority; the default rule comes last, its name is `default`",
    ),
    (
        "assumed",
        "`lattice cloud`: an auth policy may have several lines: the CLI's example has, though the API's reference forbids it; it is answered on one. A policy that cannot be evaluated is refused",
    ),
    (
        "assumed",
        "`lattice cloud`: a target group that is not for a function needs a VPC; without a protocol it is HTTPS, or HTTP on port 80. A second target of a group of type LAMBDA or ALB is a ServiceQuotaExceededException",
    ),
    (
        "absent",
        "`lattice cloud`: VPCs, security groups, certificates, instances, load balancers, functions and log destinations that a call names are not looked up, and no access log is delivered; other accounts see nothing, whatever is shared with them",
    ),
    (
        "same",
        "`lattice cloud`: what CloudFormation does with a stack: the order of dependencies, updates in place, replacement when a create-only property of a type of VPC Lattice changes (the new resource first, the old one in the clean-up), conditions, DeletionPolicy and UpdateReplacePolicy, roll-back, exports in use, change sets, statuses and events",
    ),
    (
        "assumed",
        "`lattice cloud`: a stack makes its resources one after the other, where AWS makes several at once: two rules that exchange their priorities fail here, and on AWS by luck. The words of reasons, and what a target group does between the old target and the new",
    ),
    (
        "assumed",
        "`lattice cloud`: a custom resource's function has answered when it ends; AWS waits an hour for the answer. The answer is a PUT with an empty `Content-Type`, as AWS asks for. A custom resource whose function is not in Python (most of CDK's own) is kept by name, which the stack's event says",
    ),
    (
        "absent",
        "`lattice cloud`: types of CloudFormation that neither it nor moto has, and AWS::S3::BucketPolicy, are kept by name, which the stack's event says; `Fn::GetAtt` of one fails. Of moto's other types, create-only properties are known of the commonest, and some are never deleted",
    ),
    (
        "absent",
        "`lattice cloud`: macros, `Fn::ForEach` and `AWS::Include` are refused by name; SAM templates go through SAM's own translator (extra `sam`). Stack policies, drift, imports of resources and `DisableRollback` do nothing; new tags of a stack reach a resource at its next change",
    ),
    (
        "absent",
        "`lattice cloud`: targets of type IP are asked at their own address, so only servers on this machine answer; instances and load balancers never do",
    ),
    (
        "absent",
        "`lattice cloud`: a `CertificateArn` or `HealthCheck` that is removed from a template stays as it was, since the API cannot unset it; what ListStackResources and DescribeStackResources say of the status of a resource is moto's, the stack's events are right",
    ),
    (
        "assumed",
        "`lattice cloud`: the hosted zone of a service and the TXT record of a domain verification are made up; ARNs begin with `arn:aws` in every Region",
    ),
)


def page() -> str:
    """The whole page."""
    rows = [INTRODUCTION, "## Behaviours\n", "| mark | behaviour |", "|---|---|"]
    rows += [f"| {mark} | {text} |" for mark, text in BEHAVIOURS]
    rows += ["", "## Switches\n", "Set one with `assumptions` in lattice.yaml.\n"]
    rows += ["| switch | default | mark | why |", "|---|---|---|---|"]
    for field in dataclasses.fields(Assumptions):
        rows.append(
            f"| `{field.name}` | `{field.default!r}` | {field.metadata['mark']} | {field.metadata['why']} |"
        )
    return "\n".join(rows) + "\n"


def main() -> int:
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page())
        return 0
    if PAGE.read_text() == page():
        return 0
    print(
        "docs/fidelity.md is not what the code says; run: .venv/bin/python scripts/fidelity.py",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
