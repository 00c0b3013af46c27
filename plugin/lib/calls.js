'use strict';

// What `iam: {call: […]}` of a function stands for: whom it calls, and how it is told where.

const ids = require('./ids');

const ARN = /^arn:[^:]+:vpc-lattice:[^:]+:[^:]+:service\/svc-[0-9a-z]{17}$/;

/** A called service: {name, arn, url}; a bare ARN has no name and no URL. */
function called(written, services) {
  if (typeof written !== 'string') return written;
  if (ARN.test(written)) return { arn: written };
  const found = services.find(({ name }) => name === written);
  return found && ofThisStack(found);
}

function ofThisStack({ name, listeners }) {
  const { service } = ids.ofService(name);
  return { name, arn: { 'Fn::GetAtt': [service, 'Arn'] }, url: url(service, listeners) };
}

/** The URL at the listener that a client would rather use: HTTPS, if there is one. */
function url(service, listeners) {
  const { protocol, port } = listeners.find((each) => each.protocol === 'HTTPS') ?? listeners[0];
  const isUsual = port === (protocol === 'HTTPS' ? 443 : 80);
  const parts = [`${protocol.toLowerCase()}://`, { 'Fn::GetAtt': [service, 'DnsEntry.DomainName'] }];
  return { 'Fn::Join': ['', isUsual ? parts : [...parts, `:${port}`]] };
}

/** The environment variable that holds the URL of a service: the same as the client of lattice-events looks for. */
function variable(name) {
  return `LATTICE_SERVICE_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_URL`;
}

/** The variables of a function. */
function environment(calls) {
  return Object.fromEntries(calls.filter(({ name }) => name).map(({ name, url: value }) => [variable(name), value]));
}

/** Leave to invoke these services, any path of them, and nothing else. */
function policyDocument(calls) {
  const resources = calls.map(({ arn }) => ({ 'Fn::Join': ['', [arn, '/*']] }));
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'vpc-lattice-svcs:Invoke', Resource: resources }],
  };
}

module.exports = { called, environment, policyDocument };
