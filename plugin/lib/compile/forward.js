'use strict';

const ids = require('../ids');
const { ref } = require('./resources');

/** Events as the action that forwards to their functions; a weight says something only beside another. */
function forward(events, names) {
  const groups = events.map((event) => ({
    TargetGroupIdentifier: ref(ids.ofTarget(event, names).targetGroup),
    ...(events.length > 1 && { Weight: event.weight }),
  }));
  return { Forward: { TargetGroups: groups } };
}

/** What must be there before requests are forwarded: else VPC Lattice may not invoke the functions yet. */
function permissions(events, names) {
  return [...new Set(events.map((event) => ids.ofTarget(event, names).permission))];
}

module.exports = { forward, permissions };
