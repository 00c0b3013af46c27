'use strict';

const ids = require('../ids');

/**
 * The lines about VPC Lattice in what `serverless info` shows; none before the first deploy.
 *
 * `services` are those of model.js, `serviceNetwork` is that of `custom.lattice`; `outputs` are values by key.
 */
function section(services, serviceNetwork, outputs) {
  const deployed = services.filter(({ name }) => outputs[ids.ofService(name).domainName]);
  if (deployed.length === 0) return [];
  const lines = deployed.map((service) => `${service.name}: ${urls(service, outputs).join(', ')}`);
  const network = serviceNetwork?.name ?? serviceNetwork?.arn ?? serviceNetwork?.id;
  return typeof network === 'string' ? [...lines, `service network: ${network}`] : lines;
}

/** Where a service answers: at its custom domain, and at the one that VPC Lattice generates, by each listener. */
function urls({ name, settings, listeners }, outputs) {
  const domains = [settings.customDomainName, outputs[ids.ofService(name).domainName]];
  const known = domains.filter((each) => typeof each === 'string');
  return known.flatMap((domain) => listeners.map((listener) => url(domain, listener)));
}

function url(domain, { protocol, port }) {
  const scheme = protocol.toLowerCase();
  return new URL(`${scheme}://${domain}:${port}`).origin; // without a port that the scheme implies
}

module.exports = { section };
