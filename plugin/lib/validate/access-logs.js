'use strict';

const { show } = require('./words');

/** What is wrong with where access logs go: of a service or a service network. */
function checkAccessLogs({ accessLogs = [] }, where, wrong) {
  const kinds = [accessLogs].flat().map((each) => (typeof each === 'string' ? each.split(':')[2] : undefined));
  kinds.forEach((kind, index) => {
    if (kind === undefined || kinds.indexOf(kind) === index) return;
    wrong(
      [...where, 'accessLogs', index],
      `is ${show(accessLogs[index])}, the second of its kind: logs go to one log group, one bucket and one Firehose stream at most. Leave one out`,
    );
  });
}

module.exports = { checkAccessLogs };
