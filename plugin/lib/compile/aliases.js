'use strict';

const ids = require('../ids');
const { getAtt, ref } = require('./resources');

/** The aliases that events name, each for the version that is deployed. The framework's own are there already. */
function aliases(events, names, resources) {
  const distinct = new Map(
    events.filter(isOurs(names)).map((event) => [`${event.functionName}:${event.alias}`, event]),
  );
  for (const { functionName, alias } of distinct.values()) {
    const { logicalId, normalized, version, condition } = names[functionName];
    resources.add(ids.ofFunction(normalized).alias(alias), `the alias ${alias} of ${functionName}`, {
      Type: 'AWS::Lambda::Alias',
      Condition: condition,
      Properties: { FunctionName: ref(logicalId), FunctionVersion: getAtt(version, 'Version'), Name: alias },
    });
  }
}

function isOurs(names) {
  return ({ functionName, alias }) => alias !== undefined && alias !== names[functionName].alias?.name;
}

/** The function or alias that an event means, as a target and as what a permission is for. */
function targetOf({ functionName, alias }, names) {
  const { logicalId, normalized, alias: own } = names[functionName];
  if (alias === undefined && !own) return { arn: getAtt(logicalId, 'Arn'), name: ref(logicalId) };
  const aliasId = alias === undefined || alias === own?.name ? own.logicalId : ids.ofFunction(normalized).alias(alias);
  return { arn: ref(aliasId), name: ref(aliasId) };
}

module.exports = { aliases, targetOf };
