'use strict';

// The section `lattice` of `serverless info` and of the end of `serverless deploy`: where each service answers.

const { services } = require('../model');
const { validate } = require('../validate');
const { section } = require('./section');

/** The part that shows it. The framework has just read the stack's outputs, for its own sections. */
function info({ serverless }) {
  return {
    hooks: {
      'after:aws:info:gatherData': () => {
        const { events, config } = validate(serverless.service);
        const lines = section(services(events, config.services), config.serviceNetwork, outputsOf(serverless));
        if (lines.length > 0) serverless.addServiceOutputSection('lattice', lines);
      },
    },
  };
}

/** The stack's outputs, by key. */
function outputsOf({ pluginManager }) {
  const { gatheredData } = pluginManager.plugins.find(({ constructor }) => constructor.name === 'AwsInfo') ?? {};
  return Object.fromEntries((gatheredData?.outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}

module.exports = info;
