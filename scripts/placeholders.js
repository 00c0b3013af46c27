'use strict';

// Refuse to deploy while a placeholder of the current folder's serverless.yml is still in use. Called with the
// arguments of `osls deploy`; the Serverless CLI itself resolves the configuration, without calling AWS.

const { spawnSync } = require('node:child_process');
const path = require('node:path');

const CLI = path.join(__dirname, '..', 'node_modules', '.bin', 'osls');
const PLACEHOLDER = /0{16}/; // no id that AWS makes looks like it

/** Names and values of the parameters whose placeholder is used somewhere in the resolved configuration. */
function placeholdersInUse(configuration) {
  const { params, ...rest } = configuration;
  const used = JSON.stringify(rest);
  return Object.entries(params?.default ?? {}).filter(
    ([, value]) => PLACEHOLDER.test(value) && used.includes(JSON.stringify(value).slice(1, -1)),
  );
}

/** The configuration as these arguments resolve it. */
function resolve(args) {
  const done = spawnSync(CLI, ['print', '--format', 'json', ...args], { encoding: 'utf8' });
  if (done.status !== 0) {
    process.stderr.write(done.stdout + done.stderr);
    process.exit(done.status ?? 1);
  }
  return JSON.parse(done.stdout.slice(done.stdout.indexOf('{')));
}

const found = placeholdersInUse(resolve(process.argv.slice(2)));
if (found.length > 0) {
  console.error('deploy: these parameters of serverless.yml still have their placeholders; give each its value:');
  for (const [name, value] of found) console.error(`  --param="${name}=…"    now ${value}`);
  console.error('docs/deploy.md says where to find them.');
  process.exitCode = 2;
}
