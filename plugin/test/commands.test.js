'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const { CLI, environment, project } = require('./project');

const ROOT = path.join(__dirname, '..', '..');
const SERVICE = { functions: { hello: { handler: 'handler.hello' } } };
// Stands for the Python CLI: repeats what it was given, and counts interruptions.
const REPEATS = `#!${process.execPath}
if (process.argv[3] === '--help') { console.log('Usage: lattice '); process.exit(0); }
process.on('SIGINT', () => { console.log('interrupted'); setImmediate(() => process.exit(3)); });
console.log(JSON.stringify(process.argv.slice(2)));
setInterval(() => {}, 1e6);`;

function folderOf(t) {
  const folder = project(SERVICE);
  t.after(() => fs.rmSync(folder, { recursive: true }));
  return folder;
}

/** Start the Serverless CLI; `done` promises its status and output, once nobody holds the other end of our pipes. */
function start(folder, words) {
  const child = spawn(process.execPath, [CLI, ...words], { cwd: folder, env: environment(folder) });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (written[name] += text));
  const done = once(child, 'close').then(([status]) => ({ status, ...written }));
  const failed = done.then(({ stdout, stderr }) => assert.fail(stdout + stderr));
  const says = async (text) => {
    while (!written.stdout.includes(text)) await Promise.race([once(child.stdout, 'data'), failed]);
  };
  failed.catch(() => {}); // it is only asked while a text is waited for
  return { child, done, says };
}

test('what no framework knows reaches the Python CLI, as does Ctrl-C, once; its exit status comes back', async (t) => {
  const folder = folderOf(t);
  fs.mkdirSync(path.join(folder, '.venv', 'bin'), { recursive: true });
  fs.writeFileSync(path.join(folder, '.venv', 'bin', 'lattice'), REPEATS, { mode: 0o755 });
  const words = ['GET', 'https://foo/x', '--as', 'me', '--header', 'a:b', '--header', 'c:d', '--no-cache', '--json'];
  const { child, done, says } = start(folder, ['lattice', 'explain', ...words]);
  await says('\n');
  child.kill('SIGINT');
  const { status, stdout } = await done;
  const [given, ...rest] = stdout.trim().split('\n');
  assert.deepEqual(rest, ['interrupted']);
  assert.deepEqual(JSON.parse(given), ['explain', '--serverless-command', CLI, ...words]);
  assert.equal(status, 3);
});

test('`serverless lattice dev` runs the network of the project until Ctrl-C, and leaves nothing running', async (t) => {
  const folder = folderOf(t);
  fs.symlinkSync(path.join(ROOT, '.venv'), path.join(folder, '.venv'));
  const ports = ['--port', '0', '--tls-port', '0', '--control-port', '0'];
  const { child, done, says } = start(folder, ['lattice', 'dev', '--json', ...ports]);
  await says('"ready"');
  child.kill('SIGINT');
  const { status, stdout, stderr } = await done;
  assert.match(stdout, /sample-dev-hello/);
  assert.equal(status, 0, stderr);
});
