'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { argumentsOf, declared, readWritten } = require('../../lib/commands/written');

/** A command line as a shell splits it, without quotes. */
function read(line) {
  return readWritten(line.split(' '));
}

test('words end at the first option', () => {
  assert.deepEqual(read('lattice explain GET https://foo/x --as me k8s'), {
    words: ['explain', 'GET', 'https://foo/x'],
    rest: ['--as', 'me', 'k8s'],
  });
});

test('another command is none of ours', () => {
  assert.deepEqual(read('deploy --stage prod'), { words: [], rest: [] });
});

for (const [line, given] of [
  ['lattice dev', []],
  ['lattice dev k8s . --quiet', ['k8s', '.', '--quiet']],
  ['lattice explain -s prod POST /x', ['--stage', 'prod', 'POST', '/x']],
  ['lattice dev -r=eu-west-1 -c other.yml', ['--region=eu-west-1', '--config', 'other.yml']],
  ['lattice dev --param a=b --param c=d -- -x', ['--param', 'a=b', '--param', 'c=d', '--', '-x']],
]) {
  test(`the Python CLI gets all that was written: ${line}`, () => {
    assert.deepEqual(argumentsOf(read(line)), given);
  });
}

test('every option that was written is declared, as a flag or with a value', () => {
  const { rest } = read('lattice dev --port 0 --quiet --no-cache --header=a:b --target x=y --target z=w');
  const types = Object.entries(declared(rest)).map(([name, { type }]) => [name, type]);
  assert.deepEqual(Object.fromEntries(types), {
    port: 'multiple',
    quiet: 'boolean',
    cache: 'boolean',
    header: 'multiple',
    target: 'multiple',
  });
});
