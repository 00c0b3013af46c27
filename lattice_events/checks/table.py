"""Every rule, in the order of their codes; a new one takes the next free code of its family, and none is used again."""

from __future__ import annotations

from lattice_events.checks.rule import Rule
from lattice_events.checks.rules.associations import (
    association_incomplete,
    association_without_security_group,
    certificate_for_another_name,
    certificate_without_custom_domain,
    custom_domain_without_certificate,
    log_destination_twice,
    log_destination_without_arn,
    prefix_list_by_name,
    vpc_in_two_networks,
)
from lattice_events.checks.rules.groups import (
    answer_part_ignored,
    answer_refused,
    event_version_unstated,
    handler_failed,
    handler_lost,
)
from lattice_events.checks.rules.limits import name_of_replaced_group, name_refused
from lattice_events.checks.rules.reading import (
    ignore_without_reason,
    unknown_ignore,
    unreadable,
    unused_ignore,
)

RULES: tuple[Rule, ...] = (
    event_version_unstated.RULE,
    handler_lost.RULE,
    answer_refused.RULE,
    handler_failed.RULE,
    answer_part_ignored.RULE,
    association_incomplete.RULE,
    association_without_security_group.RULE,
    prefix_list_by_name.RULE,
    custom_domain_without_certificate.RULE,
    certificate_without_custom_domain.RULE,
    log_destination_without_arn.RULE,
    vpc_in_two_networks.RULE,
    log_destination_twice.RULE,
    certificate_for_another_name.RULE,
    name_refused.RULE,
    name_of_replaced_group.RULE,
    unreadable.RULE,
    ignore_without_reason.RULE,
    unused_ignore.RULE,
    unknown_ignore.RULE,
)
RULE_BY_CODE = {rule.code: rule for rule in RULES}
