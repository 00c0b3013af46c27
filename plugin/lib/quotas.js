'use strict';

// Quotas that AWS raises when it is asked: more than the default is worth a word, and no mistake.

const RULES = 10; // of a listener
const TARGET_GROUPS = 10; // of a service

/** A sentence for each default quota that services of model.js are above. */
function aboveDefaults(services) {
  return services.flatMap(({ name, defaults, rules }) => {
    const events = [...defaults, ...rules.flatMap((rule) => rule.events)];
    const groups = new Set(
      events.map(({ functionName, alias, eventVersion }) => `${functionName}:${alias}:${eventVersion}`),
    );
    return [
      ...(rules.length > RULES ? [sentence(name, rules.length, 'rules', RULES)] : []),
      ...(groups.size > TARGET_GROUPS ? [sentence(name, groups.size, 'target groups', TARGET_GROUPS)] : []),
    ];
  });
}

function sentence(name, count, what, quota) {
  return `The service ${name} has ${count} ${what}. The default quota is ${quota}: have it raised (Service Quotas, VPC Lattice), or the deploy fails.`;
}

module.exports = { aboveDefaults };
