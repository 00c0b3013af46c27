'use strict';

const ids = require('../ids');
const { authPolicy, accessLogs } = require('./policies');
const { getAtt, ref, tags } = require('./resources');
const { networkIdentifier } = require('./service-network');

/** The service itself, its place on the service network, its auth policy and its access logs. */
function serviceResources({ name, settings }, config, resources) {
  const owned = ids.ofService(name);
  const owner = `the service ${name}`;
  resources.add(owned.service, owner, {
    Type: 'AWS::VpcLattice::Service',
    Properties: {
      Name: settings.name ?? name,
      AuthType: settings.authType ?? 'NONE',
      CustomDomainName: settings.customDomainName,
      CertificateArn: settings.certificateArn,
      IdleTimeoutSeconds: settings.idleTimeoutSeconds,
      Tags: tags(settings.tags),
    },
  });
  resources.add(owned.association, `the association of ${owner} with the service network`, {
    Type: 'AWS::VpcLattice::ServiceNetworkServiceAssociation',
    Properties: { ServiceIdentifier: ref(owned.service), ServiceNetworkIdentifier: networkIdentifier(config) },
  });
  authPolicy(settings, { id: owned.authPolicy, of: owned.service, owner }, resources);
  accessLogs(settings, { id: owned.accessLogs, of: owned.service, owner }, resources);
}

function serviceOutputs({ name }) {
  const owned = ids.ofService(name);
  const output = {
    Description: `Where ${name} answers, for clients on the service network`,
    Value: getAtt(owned.service, 'DnsEntry.DomainName'),
  };
  return { [owned.domainName]: output };
}

module.exports = { serviceOutputs, serviceResources };
