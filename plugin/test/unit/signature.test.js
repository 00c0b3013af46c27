'use strict';

const assert = require('node:assert/strict');
const { createHash, createHmac } = require('node:crypto');
const { test } = require('node:test');

const { SignatureV4 } = require('@smithy/signature-v4'); // the AWS SDK's own signer, which osls brings along

const { signedHeaders } = require('../../lib/variables/signature');

class Sha256 {
  constructor(secret) {
    this.hash = secret ? createHmac('sha256', secret) : createHash('sha256');
  }

  update(data) {
    this.hash.update(data);
  }

  async digest() {
    return this.hash.digest();
  }
}

const NOW = new Date('2026-03-04T05:06:07.890Z');
const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a/secret+key' };
const ARN = 'arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-0123456789abcdef0';

async function authorizationOfSdk(url, credentials) {
  const signer = new SignatureV4({ credentials, region: 'eu-west-1', service: 'vpc-lattice', sha256: Sha256, applyChecksum: false });
  const request = {
    method: 'GET',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host },
  };
  return (await signer.sign(request, { signingDate: NOW })).headers.authorization;
}

for (const [name, path, credentials] of [
  ['a list', '/services?maxResults=100', KEY],
  ['a token with characters that must be encoded', `/services?nextToken=${encodeURIComponent("a+b/c==&d*(e)'!~ f")}&maxResults=2`, KEY],
  ['an ARN in the path', `/services/${encodeURIComponent(ARN)}`, KEY],
  ['temporary credentials', '/servicenetworks', { ...KEY, sessionToken: 'IQoJ//+==' }],
]) {
  test(`a request is signed as the AWS SDK signs it: ${name}`, async () => {
    const url = new URL(`https://vpc-lattice.eu-west-1.amazonaws.com${path}`);
    const ours = signedHeaders(url, { credentials, service: 'vpc-lattice', region: 'eu-west-1', now: NOW });
    assert.equal(ours.authorization, await authorizationOfSdk(url, credentials));
  });
}
