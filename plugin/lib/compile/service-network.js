'use strict';

const { NETWORK } = require('../ids');
const { accessLogs, authPolicy } = require('./policies');
const { ref, tags } = require('./resources');

/** The service network, where it is to be made. */
function serviceNetwork({ serviceNetwork: written }, resources) {
  if (written?.name === undefined) return;
  const owner = `the service network ${written.name}`;
  resources.add(NETWORK.serviceNetwork, owner, {
    Type: 'AWS::VpcLattice::ServiceNetwork',
    Properties: { Name: written.name, AuthType: written.authType ?? 'NONE', Tags: tags(written.tags) },
  });
  authPolicy(written, { id: NETWORK.authPolicy, of: NETWORK.serviceNetwork, owner }, resources);
  accessLogs(written, { id: NETWORK.accessLogs, of: NETWORK.serviceNetwork, owner }, resources);
}

/** How other resources name it. */
function networkIdentifier({ serviceNetwork: { arn, id } }) {
  return arn ?? id ?? ref(NETWORK.serviceNetwork);
}

module.exports = { networkIdentifier, serviceNetwork };
