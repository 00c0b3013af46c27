'use strict';

const ids = require('../ids');
const { targetOf } = require('./aliases');
const { getAtt } = require('./resources');

/** Each function (or alias) that a service forwards to as a target group, and the permission that it needs. */
function targetGroups(service, names, resources) {
  const events = [...service.defaults, ...service.rules.flatMap((rule) => rule.events)];
  const distinct = new Map(events.map((event) => [ids.ofTarget(event, names).targetGroup, event]));
  for (const event of distinct.values()) targetGroup(event, names, resources);
}

function targetGroup(event, names, resources) {
  const owned = ids.ofTarget(event, names);
  const target = targetOf(event, names);
  const { condition } = names[event.functionName];
  const owner = `${event.functionName} behind the service ${event.service}`;
  resources.add(owned.targetGroup, `the target group of ${owner}`, {
    Type: 'AWS::VpcLattice::TargetGroup',
    Condition: condition,
    Properties: {
      Type: 'LAMBDA',
      Config: { LambdaEventStructureVersion: event.eventVersion },
      Targets: [{ Id: target.arn }],
    },
  });
  resources.add(owned.permission, `the permission of ${owner}`, {
    Type: 'AWS::Lambda::Permission',
    Condition: condition,
    Properties: {
      FunctionName: target.name,
      Action: 'lambda:InvokeFunction',
      Principal: 'vpc-lattice.amazonaws.com',
      SourceArn: getAtt(owned.targetGroup, 'Arn'),
    },
  });
}

module.exports = { targetGroups };
