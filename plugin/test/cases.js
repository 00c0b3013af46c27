'use strict';

const fs = require('node:fs');
const path = require('node:path');

const NETWORK = { id: 'sn-0123456789abcdef0' };

/**
 * The rows of a table in cases/. `events` are the lattice events of each function, `functions` what else a function
 * has, `lattice` is custom.lattice (with a service network unless it says one, even null), `expected` the lines of the error.
 */
function rows(name) {
  const text = fs.readFileSync(path.join(__dirname, 'cases', `${name}.json`), 'utf8');
  return JSON.parse(text).map(({ name: sentence, expected, ...row }) => ({
    name: sentence,
    expected,
    ...configuration(row),
  }));
}

function configuration({ events = {}, functions = {}, lattice = {}, ...rest }) {
  const names = new Set([...Object.keys(events), ...Object.keys(functions)]);
  const all = [...names].map((name) => [
    name,
    { handler: 'handler.hello', ...functions[name], events: (events[name] ?? []).map((event) => ({ lattice: event })) },
  ]);
  const custom = {
    lattice: typeof lattice === 'object' && !Array.isArray(lattice) ? { serviceNetwork: NETWORK, ...lattice } : lattice,
  };
  return { configuration: { functions: Object.fromEntries(all), custom, ...rest } };
}

module.exports = { rows };
