'use strict';

const { join, show } = require('./words');

const MOST_TARGET_GROUPS = 10;
const isSame = (one, other) => ['functionName', 'alias', 'eventVersion'].every((name) => one[name] === other[name]);

/** What is wrong with the rules of a service, and with its default action. */
function checkRules({ defaults, rules, settings, name }, wrong) {
  for (const { priority, where } of defaults.filter((event) => event.priority !== undefined)) {
    wrong(
      [...where, 'priority'],
      `is ${priority} without a match: the default action comes last. Say what to match (path, pathPrefix, method or headers), or leave priority out`,
    );
  }
  if (settings.defaultAction && defaults.length > 0) {
    const where = ['custom', 'lattice', 'services', name, 'defaultAction'];
    wrong(
      where,
      `is ${show(settings.defaultAction)}, but ${join(defaults[0].where)} matches every request: leave one of the two out`,
    );
  }
  for (const events of [defaults, ...rules.map((rule) => rule.events)]) checkShares(events, wrong);
  rules.forEach(({ events }) => checkOnePriority(events, wrong));
  checkClashes(rules, wrong);
}

/** Events with the same match share its requests by weight. */
function checkShares(events, wrong) {
  const doubles = events.filter((event, index) => events.slice(0, index).some((other) => isSame(event, other)));
  for (const { where } of doubles)
    wrong(where, 'says the same as an event before it: leave it out, or match something else');
  if (events.length < 2) return checkSingle(events, wrong);
  for (const { where, functionName } of events.filter(({ weight }) => weight === undefined)) {
    const others = events.filter((other) => other.where !== where).map((other) => join(other.where));
    wrong(
      [...where, 'weight'],
      `is missing: ${others.join(' and ')} match${others.length > 1 ? '' : 'es'} the same requests, so say which share ${functionName} gets (0 to 999)`,
    );
  }
  if (events.every(({ weight }) => weight === 0))
    wrong([...events[0].where, 'weight'], 'is 0, as are the others with this match: give one of them a share');
  if (events.length > MOST_TARGET_GROUPS)
    wrong(
      events[MOST_TARGET_GROUPS].where,
      `is the ${MOST_TARGET_GROUPS + 1}th event with this match: ${MOST_TARGET_GROUPS} at most can share requests`,
    );
}

function checkSingle([event], wrong) {
  if (event?.weight === 0)
    wrong(
      [...event.where, 'weight'],
      'is 0, and no other event has this match: nothing would answer. Leave weight out, or give another function a share',
    );
}

function checkOnePriority(events, wrong) {
  const [first, ...others] = events.filter(({ priority }) => priority !== undefined);
  for (const { priority, where } of others.filter((other) => other.priority !== first.priority)) {
    wrong(
      [...where, 'priority'],
      `is ${priority}, and ${first.priority} in ${join(first.where)}, which matches the same requests: they share one rule, so give both the same priority`,
    );
  }
}

function checkClashes(rules, wrong) {
  const stated = rules.map(({ events }) => events.find(({ priority }) => priority !== undefined)).filter(Boolean);
  stated.forEach(({ priority, where }, index) => {
    const other = stated.slice(0, index).find((each) => each.priority === priority);
    if (other)
      wrong(
        [...where, 'priority'],
        `is ${priority}, as in ${join(other.where)}: a listener has one rule of each priority. Change one, or leave priority out`,
      );
  });
  for (const { events } of rules.filter((rule) => rule.priority > 2000)) {
    wrong([...events[0].where, 'priority'], 'is missing, and the plugin finds none that is free up to 2000: say one');
  }
}

module.exports = { checkRules };
