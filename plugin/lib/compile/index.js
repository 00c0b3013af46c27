'use strict';

const { services } = require('../model');
const { aliases } = require('./aliases');
const { callerPolicies } = require('./callers');
const { listeners } = require('./listeners');
const { Resources } = require('./resources');
const { rules } = require('./rules');
const { serviceNetwork } = require('./service-network');
const { serviceOutputs, serviceResources } = require('./services');
const { targetGroups } = require('./target-groups');
const { vpcAssociations } = require('./vpc-associations');

const HTTPS = 443;

/**
 * The resources of CloudFormation that a configuration stands for. Pure.
 *
 * `found` is what validate() gives: {events, config, calls}. `about` says what they are in the stack: `names` (see
 * names.js), and `functions` and `provider` of the configuration. Gives {Resources, Outputs, owners, clashes}.
 */
function compile({ events, config, calls }, about) {
  const resources = new Resources();
  const all = services(events, config.services);
  serviceNetwork(config, resources);
  aliases(events, about.names, resources);
  for (const service of all) {
    serviceResources(service, config, resources);
    targetGroups(service, about.names, resources);
    listeners(service, about.names, resources);
    rules(service, about.names, resources);
  }
  vpcAssociations(config, portsOf(all), resources);
  callerPolicies(calls, all, about, resources);
  const { owners, clashes } = resources;
  return { Resources: resources.all, Outputs: Object.assign({}, ...all.map(serviceOutputs)), owners, clashes };
}

/** The ports that clients connect to: those of the services here, else that of HTTPS. */
function portsOf(all) {
  const ports = new Set(all.flatMap(({ listeners: each }) => each.map(({ port }) => port)));
  return ports.size > 0 ? [...ports].sort((one, other) => one - other) : [HTTPS];
}

module.exports = { compile };
