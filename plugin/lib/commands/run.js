'use strict';

const { spawn } = require('node:child_process');
const os = require('node:os');

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Run a program on our own terminal to its end; resolves with its exit status, as a shell counts.
 *
 * It stands in a process group of its own, so that Ctrl-C reaches it once: through us.
 */
async function run([program, ...words]) {
  const child = spawn(program, words, { stdio: 'inherit', detached: true });
  const pass = (signal) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, pass);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (status, signal) => resolve(status ?? 128 + os.constants.signals[signal]));
    });
  } finally {
    for (const signal of SIGNALS) process.off(signal, pass);
  }
}

module.exports = { run };
