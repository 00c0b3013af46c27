'use strict';

const { show } = require('./words');

/** What is wrong with the functions behind the events: their versions, and their conditions. */
function checkTargets(services, { functions, provider }, wrong) {
  for (const { defaults, rules } of services) {
    const groups = [defaults, ...rules.map(({ events }) => events)];
    groups.flat().forEach((event) => checkAlias(event, functions[event.functionName], provider, wrong));
    checkConditions(defaults, functions, [undefined], wrong);
    rules.forEach(({ events }) =>
      checkConditions(events, functions, [functions[events[0].functionName].condition], wrong),
    );
  }
}

/** An alias needs a version to stand for. */
function checkAlias({ alias, where }, { versionFunction, provisionedConcurrency, snapStart }, provider, wrong) {
  const isVersioned = versionFunction ?? provider.versionFunctions ?? true;
  if (alias === undefined || isVersioned || provisionedConcurrency || snapStart) return;
  const field = versionFunction === false ? `functions.${where[1]}.versionFunction` : 'provider.versionFunctions';
  wrong(
    [...where, 'alias'],
    `is ${show(alias)}, but the function has no versions: set ${field} to true, or leave alias out`,
  );
}

/** What forwards to a function is there only where the function is, so all that share it have one condition. */
function checkConditions(events, functions, [allowed], wrong) {
  for (const { where, functionName, match } of events) {
    const { condition } = functions[functionName];
    if (condition === allowed) continue;
    const said = condition === undefined ? 'without a condition' : `with the condition ${show(condition)}`;
    const why = match
      ? 'shares its requests with one under another condition: give all of them the same'
      : 'answers what no rule wants, which is there always: say what to match, or leave the condition out';
    wrong(where, `is of a function ${said}, and ${why}`);
  }
}

module.exports = { checkTargets };
