'use strict';

const { show } = require('./words');

const TEXTS = ['exact', 'prefix', 'contains'];

/** What is wrong with one event of model.js, beyond what its schema says. */
function checkEvent({ match = {}, where }, wrong) {
  const { path, pathPrefix, headers = [] } = match;
  if (path !== undefined && pathPrefix !== undefined) {
    wrong(
      [...where, 'pathPrefix'],
      `is ${show(pathPrefix)} beside the path ${show(path)}: a request has one path. Leave one of them out`,
    );
  }
  headers.forEach(({ name, ...texts }) => checkHeader(texts, [...where, 'headers', name], wrong));
}

function checkHeader({ caseSensitive, ...texts }, where, wrong) {
  if (Object.keys(texts).length !== 1)
    wrong(where, `must have one of ${TEXTS.join(', ')}, not ${show({ ...texts, caseSensitive })}`);
}

module.exports = { checkEvent };
