'use strict';

const model = require('../model');
const { CUSTOM, EVENT, IAM } = require('../schema');
const { checkServices } = require('./services');
const { read } = require('./schema');

/**
 * Read what the plugin is given, and find all that is wrong with it. Pure.
 *
 * `functions` and `custom` are those of the configuration. Gives {events, config, calls, problems}: the events of
 * model.js, `custom.lattice` as its schema means it, the services that each function calls, and problems, each
 * {path, words}.
 */
function validate(functions, custom) {
  const problems = [];
  const wrong = (path, words) => problems.push({ path, words });
  const config = read(CUSTOM, custom?.lattice ?? {}, ['custom', 'lattice'], wrong) ?? {};
  const events = readEvents(functions, wrong);
  const calls = readCalls(functions, wrong);
  if (problems.length === 0) checkServices({ events, config }, wrong);
  return { events, config, calls, problems };
}

function readEvents(functions, wrong) {
  return Object.entries(functions ?? {}).flatMap(([name, { events }]) =>
    (Array.isArray(events) ? events : []).flatMap((each, index) => {
      if (each?.lattice === undefined) return [];
      const where = ['functions', name, 'events', index, 'lattice'];
      const meant = read(EVENT, each.lattice, where, wrong);
      return meant === undefined ? [] : [model.event(name, meant, where)];
    }),
  );
}

function readCalls(functions, wrong) {
  const found = Object.entries(functions ?? {}).filter(([, { iam }]) => iam !== undefined);
  return Object.fromEntries(
    found.map(([name, { iam }]) => [name, read(IAM, iam, ['functions', name, 'iam'], wrong)?.call ?? []]),
  );
}

module.exports = { validate };
