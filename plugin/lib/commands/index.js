'use strict';

// `serverless lattice dev | check | explain`: the Python CLI's commands of these names.

const { findProgram } = require('./program');
const { run } = require('./run');
const { argumentsOf, declared, readWritten } = require('./written');

const COMMANDS = {
  dev: 'Emulate the service network of this project on this machine',
  check: 'Find what VPC Lattice would refuse, or answer with silence',
  explain: 'Explain what VPC Lattice would do with a request: explain [METHOD] URL',
};
const MORE = (name) => `. Arguments and options go to the Python CLI: see lattice ${name} --help`;

// The Python CLI packages the service with the framework that runs now; what the user wrote comes later, and wins.
const SAME_FRAMEWORK = ['--serverless-command', process.argv[1]];

/** A command of the framework; one that further words follow holds a command for each of them. */
function commandOf(usage, words, options) {
  const command = { usage, lifecycleEvents: ['run'], options };
  const [word, ...rest] = words;
  if (word !== undefined) command.commands = { [word]: { ...commandOf(usage, rest, options), isHidden: true } };
  return command;
}

/** This part of the plugin. */
module.exports = ({ serverless }, argv = process.argv.slice(2)) => {
  const { words, rest } = readWritten(argv);
  const commands = {};
  for (const [name, usage] of Object.entries(COMMANDS)) {
    const isWritten = name === words[0];
    commands[name] = commandOf(usage + MORE(name), isWritten ? words.slice(1) : [], isWritten ? declared(rest) : {});
  }
  const start = async () => {
    let program;
    try {
      program = findProgram(words[0], process.cwd());
    } catch (error) {
      throw new serverless.classes.Error(error.message, 'LATTICE_CLI');
    }
    process.exitCode = await run([...program, words[0], ...SAME_FRAMEWORK, ...argumentsOf({ words, rest })]);
  };
  return {
    commands: { lattice: { type: 'container', usage: 'VPC Lattice on this machine', commands } },
    hooks: words[0] in COMMANDS ? { [`${['lattice', ...words].join(':')}:run`]: start } : {},
  };
};
