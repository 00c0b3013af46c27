'use strict';

const { compile } = require('./compile');
const model = require('./model');
const { namesOf } = require('./names');
const { aboveDefaults } = require('./quotas');
const { read, refuse } = require('./read');
const { define } = require('./schema');

/** The part that turns events, `iam` and `custom.lattice` into resources. */
function wiring({ serverless, utils }) {
  define(serverless.configSchemaHandler);
  checkFirst(serverless.configSchemaHandler, () => read(serverless));
  return { hooks: { 'package:compileEvents': () => addResources(serverless, utils.log) } };
}

/**
 * Look at the configuration before the framework does: some of its versions only warn, and none says what to do.
 * There is no hook between the resolution of variables and the framework's own look.
 */
function checkFirst(handler, check) {
  const { validateConfig } = handler;
  handler.validateConfig = async (...given) => {
    check();
    return validateConfig.apply(handler, given);
  };
}

function addResources(serverless, log) {
  const { functions, provider, resources } = serverless.service;
  const given = read(serverless);
  aboveDefaults(model.services(given.events, given.config.services)).forEach((each) => log.warning(each));
  const found = compile(given, { names: namesOf(serverless), functions, provider });
  refuse(serverless, clashes(found, resources?.Resources ?? {}));
  const template = provider.compiledCloudFormationTemplate;
  Object.assign(template.Resources, found.Resources);
  template.Outputs = { ...template.Outputs, ...found.Outputs };
}

/** Resources that would have the logical id of another one: of the plugin's, or of the user's. */
function clashes({ owners, clashes: own }, written) {
  const others = Object.keys(owners).filter((logicalId) => Object.hasOwn(written, logicalId));
  return [
    ...own.map(
      ({ logicalId, owners: [one, other] }) =>
        `${one} and ${other} would both be the resource ${logicalId}: rename a service, function or alias.`,
    ),
    ...others.map(
      (logicalId) =>
        `resources.Resources.${logicalId} has the name of ${owners[logicalId]}, which the plugin makes: ` +
        "rename yours, or change the plugin's under resources.extensions.",
    ),
  ];
}

module.exports = wiring;
