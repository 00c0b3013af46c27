'use strict';

const { called } = require('../calls');
const { roleOf } = require('../roles');
const { show, suggestion } = require('./words');

/** What is wrong with the services that functions call, and with the roles that are to be allowed to. */
function checkCalls(calls, services, { functions, provider }, wrong) {
  for (const [name, written] of Object.entries(calls)) {
    written.forEach((each, index) => checkCalled(each, services, ['functions', name, 'iam', 'call', index], wrong));
    const role = roleOf(functions[name], provider);
    if (role.isOutside) {
      const where = functions[name].role === undefined ? 'provider' : `functions.${name}`;
      wrong(
        ['functions', name, 'iam', 'call'],
        `cannot change the role ${show(role.written)} of ${where}, which is not in this stack: allow it vpc-lattice-svcs:Invoke where it is made, set the variables under environment, and leave iam out; or leave the role out`,
      );
    }
  }
}

function checkCalled(written, services, where, wrong) {
  if (called(written, services)) return;
  const names = services.map(({ name }) => name);
  const hint = suggestion(written, names);
  wrong(
    where,
    `is ${show(written)}, which is no service of this file${hint} and not the ARN of one: for a service of another stack write {name: …, arn: …, url: …}`,
  );
}

module.exports = { checkCalls };
