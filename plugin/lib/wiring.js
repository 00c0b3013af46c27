'use strict';

const { compile } = require('./compile');
const { namesOf } = require('./names');
const { define } = require('./schema');
const { validate } = require('./validate');
const { join } = require('./validate/words');

/** The part that turns events and `custom.lattice` into resources. */
function wiring({ serverless }) {
  const { service, configSchemaHandler } = serverless;
  define(configSchemaHandler);
  checkFirst(configSchemaHandler, () => refuse(serverless));
  return {
    hooks: {
      'package:compileEvents': () => {
        const { events, config } = refuse(serverless);
        merge(compile(events, config, namesOf(serverless)), service.provider.compiledCloudFormationTemplate);
      },
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
function refuse(serverless) {
  const { functions, custom } = serverless.service;
  const found = validate(functions, custom);
  if (found.problems.length > 0) throw new serverless.classes.Error(text(found.problems), 'LATTICE_CONFIGURATION');
  return found;
}

function text(problems) {
  const lines = problems.map(({ path, words }) => `  ${join(path)} ${words}.`);
  return [`serverless-vpc-lattice cannot use this configuration:`, ...new Set(lines)].join('\n');
}

function merge({ Resources, Outputs }, template) {
  Object.assign(template.Resources, Resources);
  template.Outputs = { ...template.Outputs, ...Outputs };
}

module.exports = wiring;
