'use strict';

// Where the Python CLI is.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const INSTALL = "pip install 'lattice-events[local]'";
const UPGRADE = "pip install --upgrade 'lattice-events[local]'";

// Other programs are called lattice, too.
const USAGE = /^Usage: lattice /;
const VERSION = /^lattice, version (\S+)/;

/** What might be the CLI, the nearest first: that of the project, one on PATH, a module of Python. */
function* candidates(folder) {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const program = path.join(at, '.venv', 'bin', 'lattice');
    if (fs.existsSync(program)) yield [program];
    if (at === path.dirname(at)) break;
  }
  yield ['lattice'];
  yield ['python3', '-m', 'lattice_events'];
}

/** The program, as a list of words, that has a command. Throws an Error that says what to install. */
function findProgram(command, folder) {
  let old;
  for (const words of candidates(folder)) {
    if (USAGE.test(run(words, command, '--help'))) return words;
    old ??= versionOf(words);
  }
  if (old) throw new Error(`lattice-events ${old} has no command ${command}. Install a later version: ${UPGRADE}`);
  throw new Error(
    'The Python CLI lattice was not found: not in .venv/bin here or above, not on PATH, and python3 has no module ' +
      `lattice_events. Install it: ${INSTALL}`,
  );
}

/** The version of a program that is the CLI. */
function versionOf(words) {
  return VERSION.exec(run(words, '--version'))?.[1];
}

/** What a program prints; nothing unless it succeeds. */
function run([program, ...words], ...more) {
  const { status, stdout } = spawnSync(program, [...words, ...more], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout : '';
}

module.exports = { findProgram };
