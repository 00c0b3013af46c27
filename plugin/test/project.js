'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const PLUGIN = path.join(__dirname, '..');
const OSLS = path.join(PLUGIN, '..', 'node_modules', '.bin', 'osls');

/** Package a service with the real Serverless CLI: {status, output, template}. */
function packaged(configuration, { command = OSLS } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'serverless-vpc-lattice-'));
  try {
    const whole = { service: 'sample', plugins: ['serverless-vpc-lattice'], ...configuration };
    whole.provider = { name: 'aws', runtime: 'python3.11', region: 'eu-west-1', ...configuration.provider };
    fs.writeFileSync(path.join(folder, 'serverless.json'), JSON.stringify(whole));
    fs.mkdirSync(path.join(folder, 'node_modules'));
    fs.symlinkSync(PLUGIN, path.join(folder, 'node_modules', 'serverless-vpc-lattice'));
    fs.writeFileSync(path.join(folder, 'handler.py'), 'def hello(event, context):\n    return "hello"\n');
    return run(command, folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function run(command, cwd) {
  const env = { PATH: process.env.PATH, HOME: cwd, AWS_ACCESS_KEY_ID: 'made-up', AWS_SECRET_ACCESS_KEY: 'made-up', SLS_TELEMETRY_DISABLED: '1' };
  const done = spawnSync(command, ['package'], { cwd, env, encoding: 'utf8' });
  const file = path.join(cwd, '.serverless', 'cloudformation-template-update-stack.json');
  const template = done.status === 0 ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
  return { status: done.status, output: done.stdout + done.stderr, template };
}

module.exports = { packaged };
