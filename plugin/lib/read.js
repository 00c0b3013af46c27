'use strict';

const { validate } = require('./validate');
const { join } = require('./validate/words');

/** What the plugin is given (see validate()); an error that names all that is wrong with it. */
function read(serverless) {
  const found = validate(serverless.service);
  refuse(
    serverless,
    found.problems.map(({ path, words }) => `${join(path)} ${words}.`),
  );
  return found;
}

/** Stop with an error, if there are problems. */
function refuse(serverless, problems) {
  if (problems.length === 0) return;
  const lines = [...new Set(problems)].map((each) => `  ${each}`);
  const text = ['serverless-vpc-lattice cannot use this configuration:', ...lines].join('\n');
  throw new serverless.classes.Error(text, 'LATTICE_CONFIGURATION');
}

module.exports = { read, refuse };
