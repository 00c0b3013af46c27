'use strict';

const { called, environment } = require('./calls');
const { callerRole } = require('./compile/callers');
const { compile } = require('./compile');
const ids = require('./ids');
const model = require('./model');
const { namesOf } = require('./names');
const { aboveDefaults } = require('./quotas');
const { roleOf } = require('./roles');
const { define } = require('./schema');
const { validate } = require('./validate');
const { join } = require('./validate/words');

/** The part that turns events, `iam` and `custom.lattice` into resources. */
function wiring({ serverless, utils }) {
  define(serverless.configSchemaHandler);
  checkFirst(serverless.configSchemaHandler, () => read(serverless));
  return {
    hooks: {
      'initialize': () => addVariables(serverless),
      'before:package:compileFunctions': () => useRoles(serverless),
      'package:compileEvents': () => addResources(serverless, utils.log),
      'before:package:finalize': () => addRoles(serverless),
    },
  };
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

/** What the plugin is given; an error that names all that is wrong with it. */
function read(serverless) {
  const found = validate(serverless.service);
  if (found.problems.length > 0) refuse(serverless, found.problems.map(({ path, words }) => `${join(path)} ${words}.`));
  return found;
}

function refuse(serverless, problems) {
  const lines = [...new Set(problems)].map((each) => `  ${each}`);
  const text = ['serverless-vpc-lattice cannot use this configuration:', ...lines].join('\n');
  throw new serverless.classes.Error(text, 'LATTICE_CONFIGURATION');
}

/**
 * Tell functions where the services are that they call; what the user says wins. In every command, since more than
 * one reads it (`deploy function`), but where the framework can do nothing with what only the stack knows.
 */
function addVariables(serverless) {
  if (serverless.processedInput.commands.join(' ') === 'invoke local') return;
  for (const { definition, calls } of callers(serverless)) {
    definition.environment = { ...environment(calls), ...definition.environment };
  }
}

/** Functions with calls each run as a role of their own, so that no other function may call what they call. */
function useRoles(serverless) {
  const { provider } = serverless.service;
  for (const { definition, roleId } of callers(serverless)) {
    if (roleOf(definition, provider).isShared) definition.role = { 'Fn::Sub': `\${${roleId}.Arn}` };
  }
}

/** Those roles: the framework's, as it is when everything has been added to it. */
function addRoles(serverless) {
  const { provider } = serverless.service;
  const { Resources } = provider.compiledCloudFormationTemplate;
  const shared = Resources[serverless.getProvider('aws').naming.getRoleLogicalId()];
  for (const { definition, roleId } of callers(serverless)) {
    if (roleOf(definition, provider).logicalId === roleId) Resources[roleId] = callerRole(shared);
  }
}

/** The functions that call services: {definition, calls, roleId}. */
function callers(serverless) {
  const { events, config, calls } = read(serverless);
  const services = model.services(events, config.services);
  const { naming } = serverless.getProvider('aws');
  return Object.entries(calls).map(([name, written]) => ({
    definition: serverless.service.functions[name],
    calls: written.map((each) => called(each, services)),
    roleId: ids.ofFunction(naming.getNormalizedFunctionName(name)).role,
  }));
}

function addResources(serverless, log) {
  const { functions, provider, resources } = serverless.service;
  const given = read(serverless);
  aboveDefaults(model.services(given.events, given.config.services)).forEach((each) => log.warning(each));
  const found = compile(given, { names: namesOf(serverless), functions, provider });
  const template = provider.compiledCloudFormationTemplate;
  refuseClashes(serverless, found, resources?.Resources ?? {});
  Object.assign(template.Resources, found.Resources);
  template.Outputs = { ...template.Outputs, ...found.Outputs };
}

function refuseClashes(serverless, { owners, clashes }, written) {
  const own = clashes.map(({ logicalId, owners: [one, other] }) => `${one} and ${other} would both be the resource ${logicalId}: rename a service, function or alias.`);
  const others = Object.keys(owners).filter((logicalId) => Object.hasOwn(written, logicalId));
  const theirs = others.map((logicalId) => `resources.Resources.${logicalId} has the name of ${owners[logicalId]}, which the plugin makes: rename yours, or change the plugin's under resources.extensions.`);
  if (own.length + theirs.length > 0) refuse(serverless, [...own, ...theirs]);
}

module.exports = wiring;
