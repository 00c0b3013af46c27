'use strict';

const { createHash } = require('node:crypto');

// Logical ids. Each starts with Lattice and ends with the kind of the resource; between them are the names that the
// user gave, so that nothing but a rename changes one. README.md says what they are.

/** foo-service is FooService. */
function pascal(name) {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

/** Ids of what belongs to a service. */
function ofService(name) {
  const base = `Lattice${pascal(name)}`;
  return {
    service: base,
    association: `${base}Association`,
    authPolicy: `${base}AuthPolicy`,
    accessLogs: (index) => `${base}AccessLogs${index || ''}`,
    listener: (listener) => `${base}Listener${suffix(listener)}`,
    rule: (listener, priority) => `${base}${suffix(listener)}Rule${priority}`,
    domainName: `${base}DomainName`,
  };
}

/** The default listener needs no words: HTTPS on 443. */
function suffix({ protocol, port }) {
  return protocol === 'HTTPS' && port === 443 ? '' : `${pascal(protocol.toLowerCase())}${port}`;
}

/** Ids of a function (or alias) as a target of a service. */
function ofTarget({ service, functionName, alias, eventVersion }, names) {
  const version = eventVersion === 'V2' ? '' : eventVersion;
  const base = `Lattice${pascal(service)}To${names[functionName].normalized}${pascal(alias ?? '')}${version}`;
  return { targetGroup: `${base}TargetGroup`, permission: `${base}Permission` };
}

/** Ids of what belongs to a function, by the name that the framework gives it in ids. */
function ofFunction(normalized) {
  return {
    alias: (name) => `Lattice${normalized}${pascal(name)}Alias`,
    role: `Lattice${normalized}Role`,
    policy: `Lattice${normalized}CallPolicy`,
  };
}

/** Ids of what belongs to a VPC: by its id, or by what stands for it. */
function ofVpc(vpcId) {
  const base = `Lattice${pascal(typeof vpcId === 'string' ? vpcId : named(vpcId))}`;
  return { association: `${base}Association`, securityGroup: `${base}SecurityGroup` };
}

function named(intrinsic) {
  const text = JSON.stringify(Object.values(intrinsic)[0]);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return /^"[A-Za-z0-9]+"$/.test(text) ? text.slice(1, -1) : `vpc-${hash}`;
}

const NETWORK = {
  serviceNetwork: 'LatticeServiceNetwork',
  authPolicy: 'LatticeServiceNetworkAuthPolicy',
  accessLogs: (index) => `LatticeServiceNetworkAccessLogs${index || ''}`,
};

module.exports = { NETWORK, ofFunction, ofService, ofTarget, ofVpc };
