'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const { PLUGIN, bareProject, environment, packagedIn } = require('./project');

function npm(folder, ...words) {
  const env = { ...environment(folder), npm_config_cache: path.join(folder, '.npm') };
  const done = spawnSync('npm', [...words, '--offline', '--no-audit', '--no-fund'], { cwd: folder, env, encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

test('what npm would publish installs into a new project, needs nothing else, and works there', (t) => {
  const events = [{ lattice: 'foo-service' }];
  const custom = { lattice: { serviceNetwork: { id: 'sn-0123456789abcdef0' } } };
  const folder = bareProject({ functions: { hello: { handler: 'handler.hello', events } }, custom });
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const [{ filename }] = JSON.parse(npm(folder, 'pack', '--json', PLUGIN));
  fs.writeFileSync(path.join(folder, 'package.json'), '{}');
  npm(folder, 'install', `./${filename}`);

  const installed = path.join(folder, 'node_modules', 'serverless-vpc-lattice');
  assert.deepEqual(fs.readdirSync(installed).sort(), ['LICENSE', 'README.md', 'index.js', 'lib', 'package.json']);
  const { output, template } = packagedIn(folder);
  assert.equal(template?.Resources.LatticeFooService.Type, 'AWS::VpcLattice::Service', output);
});
