'use strict';

// Reads of the VPC Lattice API, with no SDK: the frameworks have different ones, and none has this service.
//
// Source: https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/Welcome.html

const { setTimeout: pause } = require('node:timers/promises');

const { signedHeaders } = require('./signature');

const TIMEOUT_MS = 10_000;
const ATTEMPTS = 3;
const PAUSE_MS = 200;
const PAGE = 100; // the most that a list gives at once

/** An answer that is an error. `code` is the API's own name of it; `status` is 0 where no answer came. */
class ApiError extends Error {
  constructor(message, { code, status, cause }) {
    super(message, { cause });
    this.code = code;
    this.status = status;
  }
}

/** Where the API is: what the environment says, as for every AWS SDK, else the Region's own endpoint. */
function endpointOf(region, environment) {
  const given = environment.AWS_ENDPOINT_URL_VPC_LATTICE || environment.AWS_ENDPOINT_URL;
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return (given || `https://vpc-lattice.${region}.${suffix}`).replace(/\/+$/, '');
}

class LatticeApi {
  /** `credentials` is a function that promises some; it is asked once, when the first call is made. */
  constructor({ region, credentials, environment = process.env }) {
    this.region = region;
    this.endpoint = endpointOf(region, environment);
    this.askCredentials = credentials;
  }

  /** What is at a path; throws an ApiError. */
  async get(path, query = {}) {
    this.credentials ??= this.askCredentials();
    const credentials = await this.credentials;
    const url = new URL(this.endpoint + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.send(url, credentials);
      } catch (error) {
        if (attempt === ATTEMPTS || !isPassing(error)) throw error;
        await pause(PAUSE_MS * attempt);
      }
    }
  }

  /** Every item of a list. */
  async list(path) {
    const items = [];
    let query = { maxResults: PAGE };
    for (;;) {
      const page = await this.get(path, query);
      items.push(...(page.items ?? []));
      if (!page.nextToken) return items;
      query = { maxResults: PAGE, nextToken: page.nextToken };
    }
  }

  async send(url, credentials) {
    const signing = { credentials, service: 'vpc-lattice', region: this.region, now: new Date() };
    const { host, ...headers } = signedHeaders(url, signing); // fetch writes Host itself
    const response = await this.fetched(url, headers);
    const text = await response.text();
    if (!response.ok) throw errorOf(response, parsed(text) ?? {});
    const answer = parsed(text);
    if (answer === undefined) throw new ApiError(`${url.host} did not answer as the VPC Lattice API does`, { status: 0 });
    return answer;
  }

  async fetched(url, headers) {
    try {
      // What is signed is not sent anywhere else.
      return await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      const reason = error.name === 'TimeoutError' ? `no answer in ${TIMEOUT_MS / 1000} seconds` : reasonOf(error);
      throw new ApiError(`${url.host} cannot be reached (${reason})`, { status: 0, cause: error });
    }
  }
}

function reasonOf(error) {
  return error.cause?.code ?? error.cause?.message ?? error.message;
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}

function errorOf(response, body) {
  const named = response.headers.get('x-amzn-errortype') ?? body.__type ?? body.code ?? '';
  const code = named.split('#').pop().split(':')[0] || `HTTP ${response.status}`;
  return new ApiError(body.message ?? body.Message ?? '', { code, status: response.status });
}

/** Whether the same call may succeed a moment later. */
function isPassing(error) {
  return error.status === 429 || error.status >= 500 || error.code === 'ThrottlingException';
}

module.exports = { LatticeApi, ApiError };
