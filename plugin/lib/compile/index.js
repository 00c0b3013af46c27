'use strict';

const { services } = require('../model');
const { Resources } = require('./resources');
const { serviceResources, serviceOutputs } = require('./services');
const { listeners } = require('./listeners');
const { rules } = require('./rules');
const { targetGroups } = require('./target-groups');
const { serviceNetwork } = require('./service-network');

/**
 * The resources of CloudFormation that events and `custom.lattice` stand for. Pure.
 *
 * `events` are those of model.js, `config` is `custom.lattice`; `names` says by name what the framework makes of a
 * function: {logicalId, normalized, version, alias, condition}.
 */
function compile(events, config, names) {
  const resources = new Resources();
  serviceNetwork(config, resources);
  const all = services(events, config.services);
  for (const service of all) {
    serviceResources(service, config, resources);
    targetGroups(service, names, resources);
    listeners(service, names, resources);
    rules(service, names, resources);
  }
  return { Resources: resources.all, Outputs: Object.assign({}, ...all.map(serviceOutputs)) };
}

module.exports = { compile };
