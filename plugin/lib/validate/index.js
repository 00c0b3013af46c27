'use strict';

const model = require('../model');
const { CUSTOM, EVENT, IAM } = require('../schema');
const { checkCalls } = require('./calls');
const { checkEvent } = require('./events');
const { checkNetwork } = require('./network');
const { read } = require('./schema');
const { checkServices } = require('./services');
const { checkTargets } = require('./targets');

/**
 * Read what the plugin is given, and find all that is wrong with it. Pure.
 *
 * `functions`, `custom` and `provider` are those of the configuration. Gives {events, config, calls, problems}: the
 * events of model.js, `custom.lattice` as its schema means it, the services that each function calls, and problems,
 * each {path, words}.
 */
function validate({ functions = {}, custom = {}, provider = {} }) {
  const unread = [];
  const wrong = (path, words) => unread.push({ path, words });
  const config = readConfig(custom?.lattice ?? {}, wrong);
  const events = readEvents(functions, wrong);
  const calls = readCalls(functions, wrong);
  // What follows from a field that did not read is not said: it ends with that field.
  const isNews = ({ path }) => !unread.some((other) => isOfOne(other.path, path));
  const further = check({ events, config, calls }, { functions, provider }, isNews).filter(isNews);
  return { events, config, calls, problems: [...unread, ...further] };
}

function check({ events, config, calls }, given, isNews) {
  const problems = [];
  const wrong = (path, words) => problems.push({ path, words });
  const readable = events.filter(({ where }) => isNews({ path: where }));
  const services = model.services(readable, config.services);
  const isNeeded = events.length > 0 || services.length > 0 || config.vpcAssociations !== undefined;
  checkNetwork(config, isNeeded, wrong);
  readable.forEach((event) => checkEvent(event, wrong));
  checkServices(services, events.map(({ service }) => service).filter(Boolean), wrong);
  checkTargets(services, given, wrong);
  checkCalls(calls, services, given, wrong);
  return problems;
}

/** Whether two paths lead into the same event, service, service network, association or list of calls. */
function isOfOne(one, other) {
  return one.slice(0, depth(one)).every((each, index) => index >= other.length || each === other[index]);
}

function depth([root, , kind]) {
  if (root === 'functions') return kind === 'events' ? 4 : 3;
  return kind === 'serviceNetwork' ? 3 : 4;
}

function readConfig(written, wrong) {
  return read(CUSTOM, written, ['custom', 'lattice'], wrong) ?? {};
}

function readEvents(functions, wrong) {
  return Object.entries(functions).flatMap(([name, definition]) =>
    [definition?.events ?? []].flat().flatMap((each, index) => {
      if (each?.lattice === undefined) return [];
      const where = ['functions', name, 'events', index, 'lattice'];
      const meant = read(EVENT, each.lattice, where, wrong);
      return meant === undefined ? [] : [model.event(name, meant, where)];
    }),
  );
}

function readCalls(functions, wrong) {
  const found = Object.entries(functions).map(([name, definition]) => [name, ours(definition?.iam)]);
  return Object.fromEntries(
    found
      .filter(([, iam]) => iam !== undefined)
      .map(([name, iam]) => [name, read(IAM, iam, ['functions', name, 'iam'], wrong)?.call ?? []]),
  );
}

/** What of `iam` is the plugin's: Serverless 4 has fields of its own there. */
function ours(iam) {
  if (iam?.role === undefined && iam?.inheritStatements === undefined) return iam;
  const { role, inheritStatements, ...rest } = iam;
  return Object.keys(rest).length > 0 ? rest : undefined;
}

module.exports = { validate };
