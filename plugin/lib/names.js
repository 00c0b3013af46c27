'use strict';

/** What the framework makes of each function, by its name. */
function namesOf(serverless) {
  const { naming } = serverless.getProvider('aws');
  return Object.fromEntries(
    Object.entries(serverless.service.functions).map(([name, { versionLogicalId, targetAlias, condition }]) => [
      name,
      {
        logicalId: naming.getLambdaLogicalId(name),
        normalized: naming.getNormalizedFunctionName(name),
        version: versionLogicalId,
        alias: targetAlias,
        condition,
      },
    ]),
  );
}

module.exports = { namesOf };
