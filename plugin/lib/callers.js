'use strict';

const { called, environment } = require('./calls');
const { callerRole } = require('./compile/callers');
const ids = require('./ids');
const model = require('./model');
const { read } = require('./read');
const { roleOf } = require('./roles');

/** The part that gives functions with `iam: {call: […]}` a role of their own, and the URLs of what they call. */
function callers({ serverless }) {
  return {
    hooks: {
      initialize: () => addVariables(serverless),
      'before:package:compileFunctions': () => useRoles(serverless),
      'before:package:finalize': () => addRoles(serverless),
    },
  };
}

/**
 * Tell functions where the services are that they call; what the user says wins. In every command, since more than
 * one reads it (`deploy function`), but where the framework can do nothing with what only the stack knows.
 */
function addVariables(serverless) {
  if (serverless.processedInput.commands.join(' ') === 'invoke local') return;
  const { events, config, calls } = read(serverless);
  const services = model.services(events, config.services);
  for (const [name, written] of Object.entries(calls)) {
    const definition = serverless.service.functions[name];
    const found = written.map((each) => called(each, services));
    definition.environment = { ...environment(found), ...definition.environment };
  }
}

/** Instead of the role that all functions share, so that no other function may call what these call. */
function useRoles(serverless) {
  const { functions, provider } = serverless.service;
  for (const [name, logicalId] of Object.entries(rolesOf(serverless))) {
    if (roleOf(functions[name], provider).isShared) functions[name].role = { 'Fn::Sub': `\${${logicalId}.Arn}` };
  }
}

/** Those roles: the framework's, as it is when everything has been added to it. */
function addRoles(serverless) {
  const { functions, provider } = serverless.service;
  const { Resources } = provider.compiledCloudFormationTemplate;
  const shared = Resources[serverless.getProvider('aws').naming.getRoleLogicalId()];
  for (const [name, logicalId] of Object.entries(rolesOf(serverless))) {
    if (roleOf(functions[name], provider).logicalId === logicalId) Resources[logicalId] = callerRole(shared);
  }
}

/** The logical id of the role of each function that calls, by its name. */
function rolesOf(serverless) {
  const { naming } = serverless.getProvider('aws') ?? {};
  const names = Object.keys(read(serverless).calls);
  return Object.fromEntries(names.map((name) => [name, ids.ofFunction(naming.getNormalizedFunctionName(name)).role]));
}

module.exports = callers;
