'use strict';

// What the events of all functions say about each service: the default action and the rules, with their priorities.

const { assign } = require('./priorities');

const DEFAULT_LISTENER = { protocol: 'HTTPS' };
const PORTS = { HTTPS: 443, HTTP: 80 };

/** The services that events or `custom.lattice.services` name, in the order of their names. */
function services(events, settings = {}) {
  const said = new Map(Object.entries(settings)); // a service may be called constructor
  const names = new Set([...said.keys(), ...events.map((each) => each.service)]);
  return [...names].sort().map((name) => {
    const own = events.filter((each) => each.service === name);
    return service(name, own, said.get(name) ?? {});
  });
}

function service(name, events, settings) {
  const groups = group(events);
  const rules = groups.filter(({ match }) => match);
  return {
    name,
    settings,
    listeners: (settings.listeners ?? [DEFAULT_LISTENER]).map(listener),
    defaults: groups.find(({ match }) => !match)?.events ?? [],
    rules: assign(rules),
  };
}

function listener({ protocol = 'HTTPS', port }) {
  return { protocol, port: port ?? PORTS[protocol], statedPort: port };
}

/** Events with the same match share its requests. */
function group(events) {
  const groups = new Map();
  for (const event of events) {
    const key = JSON.stringify(event.match ?? null);
    if (!groups.has(key)) groups.set(key, { match: event.match, events: [] });
    groups.get(key).events.push(event);
  }
  return [...groups.values()];
}

/** An event as its function has it, with its place: `where` is the path of its fields. */
function event(functionName, written, where) {
  const {
    service: name,
    priority,
    weight,
    alias,
    eventVersion = 'V2',
    ...conditions
  } = typeof written === 'string' ? { service: written } : written;
  return { functionName, where, service: name, priority, weight, alias, eventVersion, match: match(conditions) };
}

/** What a request must have; undefined where anything will do. Always the same for the same conditions. */
function match({ path, pathPrefix, method, headers = {} }) {
  const found = {
    ...(path !== undefined && { path }),
    ...(pathPrefix !== undefined && { pathPrefix }),
    ...(method !== undefined && { method }),
    ...(Object.keys(headers).length > 0 && { headers: Object.entries(headers).map(header).sort(byName) }),
  };
  return Object.keys(found).length === 0 ? undefined : found;
}

function header([name, written]) {
  const { caseSensitive = false, ...text } = typeof written === 'object' ? written : { exact: written };
  return { name, caseSensitive, ...text };
}

function byName(one, other) {
  return one.name < other.name ? -1 : 1;
}

module.exports = { event, services };
