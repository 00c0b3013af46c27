'use strict';

// Compare the resources and outputs of two packaged templates, but for what differs in each run: the time in the key of
// an archive, and the hash in the name of a version.   node scripts/same_resources.js EXPECTED ACTUAL

const assert = require('node:assert/strict');
const fs = require('node:fs');

const HASH = /(LambdaVersion)[A-Za-z0-9]{30,}/g; // 43 characters of base64, less each + and /
const TIME = /\/\d{13}-\d{4}-\d\d-\d\dT[\d:.]+Z\//g;

function resources(file) {
  const text = fs.readFileSync(file, 'utf8').replace(HASH, '$1').replace(TIME, '/TIME/');
  const { Resources, Outputs } = JSON.parse(text);
  for (const { Type, Properties } of Object.values(Resources)) {
    if (Type === 'AWS::Lambda::Version') delete Properties.CodeSha256; // an archive holds the times of its files
  }
  return { Resources, Outputs };
}

const [expected, actual] = process.argv.slice(2);
try {
  assert.deepEqual(resources(actual), resources(expected));
} catch (error) {
  console.error(`${actual} is not ${expected}:\n${error.message}`);
  process.exitCode = 1;
}
