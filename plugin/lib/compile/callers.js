'use strict';

const { called, policyDocument } = require('../calls');
const ids = require('../ids');
const { roleOf } = require('../roles');
const { ref } = require('./resources');

/** What lets functions call services, through the role that each runs as: a policy of its own name, since roles are shared. */
function callerPolicies(calls, services, { names, functions, provider }, resources) {
  for (const [name, written] of Object.entries(calls)) {
    const owned = ids.ofFunction(names[name].normalized);
    const { logicalId = owned.role } = roleOf(functions[name], provider);
    const found = written.map((each) => called(each, services));
    if (logicalId === owned.role) resources.reserve(owned.role, `the role of ${name}`);
    resources.add(owned.policy, `the policy of ${name}`, {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: `lattice-calls-of-${name}`,
        PolicyDocument: policyDocument(found),
        Roles: [ref(logicalId)],
      },
    });
  }
}

/** A copy of the framework's shared role, for one function alone. Its name cannot be the same. */
function callerRole(shared) {
  const { RoleName, ...properties } = structuredClone(shared.Properties);
  return { ...shared, Properties: properties };
}

module.exports = { callerPolicies, callerRole };
