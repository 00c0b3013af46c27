'use strict';

const { compile } = require('../../lib/compile');
const { validate } = require('../../lib/validate');

const upperFirst = (name) => name.charAt(0).toUpperCase() + name.slice(1);

/** What a configuration compiles to, with functions named as the framework names them. */
function compiled(functions, lattice, { provider = {}, aliases = {} } = {}) {
  const configuration = {
    functions,
    custom: { lattice: { serviceNetwork: { id: 'sn-0123456789abcdef0' }, ...lattice } },
    provider,
  };
  const found = validate(configuration);
  if (found.problems.length > 0) throw new Error(JSON.stringify(found.problems));
  const names = Object.keys(functions).map((name) => [
    name,
    {
      logicalId: `${upperFirst(name)}LambdaFunction`,
      normalized: upperFirst(name),
      version: `${upperFirst(name)}LambdaVersion1`,
      alias: aliases[name],
      condition: functions[name].condition,
    },
  ]);
  return compile(found, { names: Object.fromEntries(names), functions, provider });
}

/** A function with lattice events. */
function on(...events) {
  return { events: events.map((lattice) => ({ lattice })) };
}

/** The properties of the resources of a type, by logical id. */
function ofType({ Resources }, type) {
  const found = Object.entries(Resources).filter(([, { Type }]) => Type.endsWith(`::${type}`));
  return Object.fromEntries(found.map(([id, { Properties }]) => [id, Properties]));
}

module.exports = { compiled, ofType, on };
