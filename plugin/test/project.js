'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const PLUGIN = path.join(__dirname, '..');
// The Serverless CLI that the tests run; scripts/frameworks names others.
const CLI = process.env.SERVERLESS_CLI ?? path.join(PLUGIN, '..', 'node_modules', '.bin', 'osls');

/** Package a service with the real Serverless CLI, or run another of its commands: {status, output, template}. */
function packaged(configuration, args = ['package']) {
  const folder = project(configuration);
  try {
    return packagedIn(folder, args);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** The same in the folder of a service. */
function packagedIn(folder, args = ['package']) {
  const { status, stdout, stderr } = spawnSync(CLI, args, { cwd: folder, env: environment(folder), encoding: 'utf8' });
  const file = path.join(folder, '.serverless', 'cloudformation-template-update-stack.json');
  const template = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
  return { status, output: stdout + stderr, template };
}

/** The folder of a service that uses the plugin; whoever asks removes it. */
function project(configuration) {
  const folder = bareProject(configuration);
  fs.mkdirSync(path.join(folder, 'node_modules'));
  fs.symlinkSync(PLUGIN, path.join(folder, 'node_modules', 'serverless-vpc-lattice'));
  return folder;
}

/** The same before the plugin is installed. */
function bareProject(configuration) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'serverless-vpc-lattice-'));
  fs.writeFileSync(path.join(folder, 'serverless.json'), JSON.stringify(service(configuration)));
  fs.writeFileSync(path.join(folder, 'handler.py'), 'def hello(event, context):\n    return "hello"\n');
  fs.writeFileSync(path.join(folder, 'node.js'), 'exports.hello = async () => process.env.LATTICE_SERVICE_FOO_URL ?? "unknown";\n');
  return folder;
}

/** A whole configuration, of what is special about it. */
function service(configuration) {
  const provider = { name: 'aws', runtime: 'python3.11', region: 'eu-west-1', ...configuration.provider };
  return { service: 'sample', plugins: ['serverless-vpc-lattice'], ...configuration, provider };
}

/** What the CLI may know: no credentials but made-up ones, and no home but the project. */
function environment(folder) {
  return {
    PATH: process.env.PATH,
    HOME: folder,
    AWS_ACCESS_KEY_ID: 'made-up',
    AWS_SECRET_ACCESS_KEY: 'made-up',
    AWS_EC2_METADATA_DISABLED: 'true',
    SLS_TELEMETRY_DISABLED: '1',
  };
}

module.exports = { CLI, PLUGIN, bareProject, environment, packaged, packagedIn, project, service };
