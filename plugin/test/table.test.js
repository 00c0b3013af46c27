'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { after, test } = require('node:test');

const { rows } = require('./cases');
const { CLI, environment, project, service } = require('./project');

// The framework's own class, in this process: a CLI for each row would take minutes.
const Serverless = require(path.join(fs.realpathSync(CLI), '..', '..', 'lib', 'serverless'));

const folder = project({});
after(() => fs.rmSync(folder, { recursive: true }));
Object.assign(process.env, environment(folder));

/** What the framework says to a configuration; empty where it has nothing against it. */
async function refusal(configuration) {
  const input = { commands: ['package'], options: {}, serviceDir: folder, configurationFilename: 'serverless.json' };
  const serverless = new Serverless({ ...input, configuration: structuredClone(service(configuration)) });
  try {
    await serverless.init();
    await serverless.run();
  } catch (error) {
    return error.message;
  }
  return '';
}

for (const { name, configuration, expected } of rows('bad')) {
  test(`the framework refuses ${name}`, async () => {
    const said = await refusal(configuration);
    for (const line of expected) assert.ok(said.includes(line), `${line}\nis not in\n${said}`);
  });
}

// What the plugin leaves to a framework that is not run here.
const ELSEWHERE = 'what Serverless 4 has under iam';

for (const { name, configuration } of rows('good').filter((row) => row.name !== ELSEWHERE)) {
  test(`the framework packages ${name}`, async () => {
    assert.equal(await refusal({ ...configuration, configValidationMode: 'error' }), '');
  });
}
