'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const { findProgram } = require('../../lib/commands/program');

const ROOT = path.join(__dirname, '..', '..', '..');
const OLD = `#!${process.execPath}
if (process.argv[2] !== '--version') process.exit(2);
console.log('lattice, version 0.0.1');`;

/** A folder with programs at these paths, and nothing else on PATH. */
function folderWith(t, programs) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'program-'));
  for (const [name, code] of Object.entries(programs)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), code, { mode: 0o755 });
  }
  const before = process.env.PATH;
  process.env.PATH = path.join(folder, 'bin');
  t.after(() => {
    process.env.PATH = before;
    fs.rmSync(folder, { recursive: true });
  });
  return folder;
}

test('the CLI of the nearest .venv is used', (t) => {
  folderWith(t, {});
  assert.deepEqual(findProgram('dev', path.join(ROOT, 'plugin', 'test')), [path.join(ROOT, '.venv', 'bin', 'lattice')]);
});

test('else the one on PATH', (t) => {
  const folder = folderWith(t, { 'bin/lattice': `#!/bin/sh\nexec ${ROOT}/.venv/bin/lattice "$@"\n` });
  assert.deepEqual(findProgram('dev', folder), ['lattice']);
});

test('else the module of python3, past another program called lattice', (t) => {
  const python = `#!/bin/sh\nexec ${ROOT}/.venv/bin/python "$@"\n`;
  const folder = folderWith(t, { 'bin/lattice': '#!/bin/sh\necho Lattice Diamond, version 3.14\n', 'bin/python3': python });
  assert.deepEqual(findProgram('explain', folder), ['python3', '-m', 'lattice_events']);
});

test('where there is none, the error says how to install it', (t) => {
  const message = /was not found: not in \.venv\/bin here or above, .* Install it: pip install 'lattice-events\[local\]'$/;
  assert.throws(() => findProgram('dev', folderWith(t, {})), { message });
});

test('where the installed version does not have the command, the error says how to upgrade', (t) => {
  const folder = folderWith(t, { '.venv/bin/lattice': OLD });
  const message = /^lattice-events 0\.0\.1 has no command check\. Install a later version: pip install --upgrade 'lattice-/;
  assert.throws(() => findProgram('check', folder), { message });
});
