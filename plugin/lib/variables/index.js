'use strict';

// The variable source `${lattice:NAME.url}`: what other stacks and clusters have put on VPC Lattice, by name.

const { parseAddress } = require('./address');
const { ApiError, LatticeApi } = require('./api');
const { credentialsOf } = require('./credentials');
const { find, NotFound } = require('./find');

const PLACEHOLDER = (address) => `{{resolve:lattice:${address}}}`;

class LatticeSource {
  constructor(serverless) {
    this.serverless = serverless;
    this.apis = new Map();
  }

  /** A parameter of the variable's own name wins, so that nothing is asked; else AWS says. */
  async resolve({ address, params, resolveVariable }) {
    const wanted = this.parse(address);
    const given = await givenValue(address, resolveVariable);
    if (given != null) return { value: given };
    // The CLI that such a command starts resolves the variables itself.
    if (this.serverless.processedInput.commands[0] === 'lattice') return { value: PLACEHOLDER(address) };
    return { value: await this.ask(wanted, { address, region: params?.[0] }) };
  }

  /** What is known without AWS, else null: asked by `lattice dev`, which knows the services of its network. */
  async resolveOffline({ address, resolveVariable }) {
    this.parse(address);
    return { value: (await givenValue(address, resolveVariable)) ?? null };
  }

  /** The code of the error is of the framework's own form for it: `lattice dev` passes such errors on. */
  parse(address) {
    try {
      return parseAddress(address);
    } catch (error) {
      throw this.error(`\${lattice:${address ?? ''}}: ${error.message}`, 'INVALID_LATTICE_SOURCE_ADDRESS');
    }
  }

  async ask(wanted, { address, region }) {
    const api = this.apiOf(region);
    try {
      return await find(wanted, api);
    } catch (error) {
      const what = explain(error, { wanted, api });
      if (!what) throw error;
      const param = `lattice:${address}`;
      throw this.error(
        `\${${param}}: ${what}, or give the value yourself: --param="${param}=VALUE", or ` +
          `'${param}': VALUE under params.default in serverless.yml.`,
        'LATTICE_VARIABLE',
      );
    }
  }

  apiOf(given) {
    const provider = this.serverless.getProvider('aws');
    const region = given ?? provider.getRegion();
    if (!this.apis.has(region)) {
      const credentials = async () => {
        try {
          return await credentialsOf(provider, region);
        } catch (error) {
          throw new NoCredentials(error.message);
        }
      };
      this.apis.set(region, new LatticeApi({ region, credentials }));
    }
    return this.apis.get(region);
  }

  error(message, code) {
    return new this.serverless.classes.Error(message, code);
  }
}

class NoCredentials extends Error {}

/** The parameter that is called like the variable. */
async function givenValue(address, resolveVariable) {
  return resolveVariable(`param:lattice:${address}, null`);
}

/** What went wrong, and the first of two ways to mend it. */
function explain(error, { wanted, api }) {
  if (error instanceof NotFound) return error.message;
  if (error instanceof NoCredentials) {
    const says = error.message.split(/\.\s|\n/)[0].replace(/\.$/, ''); // its first sentence
    return `AWS cannot be asked without credentials (${says}). Set some up, for example AWS_PROFILE`;
  }
  if (!(error instanceof ApiError)) return undefined;
  if (error.status === 0) return `${error.message}. Check the network and AWS_ENDPOINT_URL`;
  const says = [error.code, error.message].filter(Boolean).join(': ').replace(/\.$/, '');
  if (error.status !== 403) return `the VPC Lattice API says: ${says}. Try again`;
  const action = wanted.isName ? wanted.kind.actions.list : wanted.kind.actions.get;
  return `AWS refused the call in ${api.region} (${says}). Check the credentials, which need ${action}`;
}

/** This part of the plugin. */
module.exports = ({ serverless }) => {
  const source = new LatticeSource(serverless);
  return {
    configurationVariablesSources: {
      lattice: {
        resolve: (question) => source.resolve(question),
        resolveOffline: (question) => source.resolveOffline(question),
      },
    },
  };
};
