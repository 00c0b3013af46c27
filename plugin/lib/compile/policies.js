'use strict';

const { ref } = require('./resources');

/** The auth policy of a service or a service network: `{id, of, owner}` are the logical ids and who it is. */
function authPolicy({ authPolicy: written }, { id, of, owner }, resources) {
  if (written === undefined) return;
  resources.add(id, `the auth policy of ${owner}`, {
    Type: 'AWS::VpcLattice::AuthPolicy',
    Properties: { ResourceIdentifier: ref(of), Policy: asMapping(written) },
  });
}

/** JSON text becomes a mapping: VPC Lattice refuses the line ends that texts in YAML have. */
function asMapping(policy) {
  return typeof policy === 'string' ? JSON.parse(policy) : policy;
}

/** One subscription for each destination. */
function accessLogs({ accessLogs: written = [] }, { id, of, owner }, resources) {
  [written].flat().forEach((destination, index) => {
    resources.add(id(index), `the access logs of ${owner}`, {
      Type: 'AWS::VpcLattice::AccessLogSubscription',
      Properties: { ResourceIdentifier: ref(of), DestinationArn: destination },
    });
  });
}

module.exports = { accessLogs, asMapping, authPolicy };
