'use strict';

// What the user wrote behind `serverless lattice`. The frameworks know neither further words nor options that a plugin
// has not declared; those of the Python CLI are its own to check, so whatever was written is declared.

// As the frameworks tell an option: --name, --name=value, -n.
const OPTION = /^-(?:-(?<name>[a-zA-Z][\w:-]+)|(?<letters>[a-z]+))(?:=(?<value>.*)|$)/;
// The frameworks' own letters, which the Python CLI does not have.
const LETTERS = { c: '--config', r: '--region', s: '--stage' };

/** What stands behind `lattice` on a command line: words, and the rest from the first option on. */
function readWritten(argv) {
  const first = argv.findIndex((each) => OPTION.test(each));
  const words = first < 0 ? argv : argv.slice(0, first);
  return words[0] === 'lattice' ? { words: words.slice(1), rest: argv.slice(words.length) } : { words: [], rest: [] };
}

/** What the Python CLI is given: everything behind the name of its command. */
function argumentsOf({ words, rest }) {
  return [...words.slice(1), ...rest.map(spelledOut)];
}

function spelledOut(argument) {
  const { letters, value } = OPTION.exec(argument)?.groups ?? {};
  const name = LETTERS[letters];
  if (!name) return argument;
  return value === undefined ? name : `${name}=${value}`;
}

/** The options that were written, as a framework wants them declared. */
function declared(rest) {
  const options = {};
  rest.forEach((argument, index) => {
    const { name, value } = OPTION.exec(argument)?.groups ?? {};
    if (!name) return;
    const next = rest[index + 1];
    const isFlag = value === undefined && (!next || next === '--' || OPTION.test(next));
    const key = isFlag ? name.replace(/^no-/, '') : name;
    options[key] = { usage: 'Of the Python CLI', type: isFlag ? 'boolean' : 'multiple' };
  });
  return options;
}

module.exports = { argumentsOf, declared, readWritten };
