'use strict';

const ids = require('../ids');
const { forward, permissions } = require('./forward');
const { ref } = require('./resources');

/** The listeners of a service: all have the same default action. */
function listeners(service, names, resources) {
  const owned = ids.ofService(service.name);
  for (const listener of service.listeners) {
    resources.add(owned.listener(listener), `the listener of the service ${service.name}`, {
      Type: 'AWS::VpcLattice::Listener',
      DependsOn: service.defaults.length > 0 ? permissions(service.defaults, names) : undefined,
      Properties: {
        ServiceIdentifier: ref(owned.service),
        Protocol: listener.protocol,
        Port: listener.statedPort,
        DefaultAction: defaultAction(service, names),
      },
    });
  }
}

function defaultAction({ defaults, settings }, names) {
  if (defaults.length > 0) return forward(defaults, names);
  return { FixedResponse: { StatusCode: settings.defaultAction?.fixedResponse ?? 404 } };
}

module.exports = { listeners };
