'use strict';

/** One plugin of several parts. Parts that take the same hook run one after the other. */
function merge(parts) {
  return {
    hooks: mergeHooks(parts.map(({ hooks }) => hooks ?? {})),
    commands: Object.assign({}, ...parts.map(({ commands }) => commands)),
    configurationVariablesSources: Object.assign(
      {},
      ...parts.map(({ configurationVariablesSources }) => configurationVariablesSources),
    ),
  };
}

function mergeHooks(all) {
  const names = new Set(all.flatMap(Object.keys));
  return Object.fromEntries([...names].map((name) => [name, inTurn(all.map((hooks) => hooks[name]).filter(Boolean))]));
}

function inTurn(steps) {
  return async () => {
    for (const step of steps) await step();
  };
}

module.exports = { merge };
