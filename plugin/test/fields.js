'use strict';

// The tables of README.md that say what there is to write, from the schemas. `node plugin/test/fields.js` prints them.

const { CUSTOM, EVENT, IAM } = require('../lib/schema');

const mapping = (schema) => schema.anyOf?.find(({ properties }) => properties) ?? schema;
const { serviceNetwork, services, vpcAssociations } = CUSTOM.properties;
const service = services.additionalProperties;

const TABLES = {
  'functions.FUNCTION.events: - lattice:': mapping(EVENT),
  'functions.FUNCTION.iam:': IAM,
  'custom.lattice:': { properties: { services, vpcAssociations } },
  'custom.lattice.serviceNetwork:': mapping(serviceNetwork),
  'custom.lattice.services.SERVICE:': service,
  'custom.lattice.services.SERVICE.listeners: -': service.properties.listeners.items,
  'custom.lattice.vpcAssociations: -': vpcAssociations.items,
};

function tables() {
  return Object.entries(TABLES).map(([title, { properties, required = [] }]) => {
    const rows = Object.entries(properties).map(
      ([name, { description }]) =>
        `| \`${name}\` | ${required.includes(name) ? '**needed.** ' : ''}${escaped(description)} |`,
    );
    return [`\`${title}\``, '', '| field | what it says |', '|---|---|', ...rows].join('\n');
  });
}

function escaped(text) {
  return text.replaceAll('|', '\\|');
}

module.exports = { tables };

if (require.main === module) console.log(tables().join('\n\n'));
