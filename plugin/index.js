'use strict';

const { merge } = require('./lib/parts');

// What the plugin is made of. A part is a function of {serverless, options, utils} that gives what the framework
// asks of a plugin: {hooks, commands, configurationVariablesSources}, each of them optional.
const PARTS = [
  require('./lib/wiring'),
  require('./lib/callers'),
  require('./lib/variables'),
  require('./lib/info'),
  require('./lib/commands'),
];

class ServerlessVpcLattice {
  constructor(serverless, options, utils) {
    Object.assign(this, merge(PARTS.map((part) => part({ serverless, options, utils }))));
  }
}

module.exports = ServerlessVpcLattice;
