'use strict';

const ids = require('../ids');
const { forward, permissions } = require('./forward');
const { ref } = require('./resources');

/** The rules of each listener of a service. */
function rules(service, names, resources) {
  const owned = ids.ofService(service.name);
  for (const listener of service.listeners) {
    for (const rule of service.rules) {
      resources.add(owned.rule(listener, rule.priority), `a rule of the service ${service.name}`, {
        Type: 'AWS::VpcLattice::Rule',
        DependsOn: permissions(rule.events, names),
        Condition: names[rule.events[0].functionName].condition, // which all of them have
        Properties: {
          ServiceIdentifier: ref(owned.service), // which CloudFormation does not take from the listener's ARN
          ListenerIdentifier: ref(owned.listener(listener)),
          Priority: rule.priority,
          Match: { HttpMatch: httpMatch(rule.match) },
          Action: forward(rule.events, names),
        },
      });
    }
  }
}

function httpMatch({ path, pathPrefix, method, headers }) {
  const text = path === undefined ? { Prefix: pathPrefix } : { Exact: path };
  const hasPath = path !== undefined || pathPrefix !== undefined;
  return {
    ...(method && { Method: method }),
    ...(hasPath && { PathMatch: { CaseSensitive: true, Match: text } }),
    ...(headers && { HeaderMatches: headers.map(headerMatch) }),
  };
}

function headerMatch({ name, caseSensitive, exact, prefix, contains }) {
  const texts = Object.entries({ Exact: exact, Prefix: prefix, Contains: contains });
  return {
    Name: name,
    CaseSensitive: caseSensitive,
    Match: Object.fromEntries(texts.filter(([, text]) => text !== undefined)),
  };
}

module.exports = { rules };
