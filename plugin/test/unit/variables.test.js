'use strict';

const assert = require('node:assert/strict');
const http = require('node:http');
const { test } = require('node:test');

const variables = require('../../lib/variables');
const { latticeApi, refusal } = require('./support/lattice_api');

const REGION = 'eu-west-1';
const ARN = `arn:aws:vpc-lattice:${REGION}:123456789012`;
const EKS_APP = service('eks-app-default', 'svc-0123456789abcdef0');
const SAMPLE = { name: 'sample', id: 'sn-0123456789abcdef0', arn: `${ARN}:servicenetwork/sn-0123456789abcdef0` };
const HTTPS = { protocol: 'HTTPS', port: 443 };

function service(name, id, more = {}) {
  const dnsEntry = { domainName: `${name}-${id.slice(4)}.7d67968.vpc-lattice-svcs.${REGION}.on.aws` };
  return { name, id, arn: `${ARN}:service/${id}`, dnsEntry, ...more };
}

function listenersPath({ id }) {
  return `/services/${id}/listeners`;
}

const LISTS = {
  '/services': [service('orders', 'svc-aaaaaaaaaaaaaaaaa'), service('billing', 'svc-bbbbbbbbbbbbbbbbb'), EKS_APP],
  '/servicenetworks': [SAMPLE],
  [listenersPath(EKS_APP)]: [HTTPS],
};

class ServerlessError extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

/** The variable source in a framework that has these credentials, parameters and command. */
function source(t, { endpoint, credentials, given = {}, command = 'deploy' } = {}) {
  const before = process.env.AWS_ENDPOINT_URL_VPC_LATTICE;
  process.env.AWS_ENDPOINT_URL_VPC_LATTICE = endpoint ?? 'http://127.0.0.1:1';
  t.after(() => {
    if (before === undefined) delete process.env.AWS_ENDPOINT_URL_VPC_LATTICE;
    else process.env.AWS_ENDPOINT_URL_VPC_LATTICE = before;
  });
  const known = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' });
  const provider = {
    getRegion: () => REGION,
    getAwsSdkV3Config: async () => ({ credentials: credentials ?? known }),
  };
  const serverless = {
    classes: { Error: ServerlessError },
    processedInput: { commands: [command] },
    getProvider: () => provider,
  };
  const { lattice } = variables({ serverless }).configurationVariablesSources;
  const resolveVariable = async (text) => given[text.replace(/^param:|, null$/g, '')] ?? null;
  const ask = (how) => async (address, params) => (await lattice[how]({ address, params, resolveVariable })).value;
  return { resolve: ask('resolve'), resolveOffline: ask('resolveOffline') };
}

/** Where nobody listens. */
async function closedPort() {
  const server = http.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

async function resolved(t, address, answers = { lists: LISTS }) {
  const api = await latticeApi(t, answers);
  return source(t, { endpoint: api.url }).resolve(address);
}

for (const [address, value] of [
  ['eks-app-default.url', `https://${EKS_APP.dnsEntry.domainName}`],
  ['eks-app-default.domainName', EKS_APP.dnsEntry.domainName],
  ['eks-app-default.arn', EKS_APP.arn],
  ['eks-app-default.id', EKS_APP.id],
  ['serviceNetwork/sample.arn', SAMPLE.arn],
]) {
  test(`${address} is found by name, also on a later page`, async (t) => {
    assert.equal(await resolved(t, address), value);
  });
}

for (const reference of [EKS_APP.id, EKS_APP.arn]) {
  test(`${reference} is asked for without a list`, async (t) => {
    const api = await latticeApi(t, { items: { [`/services/${reference}`]: EKS_APP } });
    assert.equal(await source(t, { endpoint: api.url }).resolve(`${reference}.domainName`), EKS_APP.dnsEntry.domainName);
    assert.equal(api.requests.length, 1);
  });
}

for (const [name, listeners, url] of [
  ['HTTPS is preferred', [{ protocol: 'HTTP', port: 80 }, HTTPS], `https://${EKS_APP.dnsEntry.domainName}`],
  ['HTTP is all there is', [{ protocol: 'HTTP', port: 80 }], `http://${EKS_APP.dnsEntry.domainName}`],
  ['the port is unusual', [{ protocol: 'HTTPS', port: 8443 }], `https://${EKS_APP.dnsEntry.domainName}:8443`],
  ['TLS is passed through to a custom domain', [{ protocol: 'TLS_PASSTHROUGH', port: 443 }], 'https://shop.example.com'],
]) {
  test(`a URL is where the service listens: ${name}`, async (t) => {
    const app = { ...EKS_APP, customDomainName: 'shop.example.com' };
    const lists = { '/services': [app], [listenersPath(app)]: listeners };
    assert.equal(await resolved(t, 'eks-app-default.url', { lists }), url);
  });
}

test("the URL of another account's service, whose listeners are not shown, is HTTPS", async (t) => {
  assert.equal(
    await resolved(t, 'eks-app-default.url', { lists: { '/services': [EKS_APP] } }),
    `https://${EKS_APP.dnsEntry.domainName}`,
  );
});

test('a parameter of the same name wins, and nothing is asked', async (t) => {
  const api = await latticeApi(t);
  const given = { 'lattice:eks-app-default.url': 'https://given.example.com' };
  const { resolve } = source(t, { endpoint: api.url, given });
  assert.equal(await resolve('eks-app-default.url'), 'https://given.example.com');
  assert.deepEqual(api.requests, []);
});

test('offline, only a parameter gives a value', async (t) => {
  const given = { 'lattice:eks-app-default.url': 'https://given.example.com' };
  const { resolveOffline } = source(t, { given });
  assert.equal(await resolveOffline('eks-app-default.url'), 'https://given.example.com');
  assert.equal(await resolveOffline('eks-app-default.arn'), null);
  await assert.rejects(resolveOffline('eks-app-default.port'), /A service has no "\.port"/);
});

test('under `serverless lattice` nothing is asked, since the CLI resolves the variables', async (t) => {
  const { resolve } = source(t, { command: 'lattice' });
  assert.equal(await resolve('eks-app-default.url'), '{{resolve:lattice:eks-app-default.url}}');
});

test('a Region in brackets is asked', async (t) => {
  const api = await latticeApi(t, { lists: LISTS });
  await source(t, { endpoint: api.url }).resolve('eks-app-default.id', ['us-west-2']);
  assert.match(api.requests[0].headers.authorization, /\/us-west-2\/vpc-lattice\/aws4_request/);
});

test('a call that is throttled is made again', async (t) => {
  const busy = (url, count) => (count === 1 ? refusal(429, 'ThrottlingException', 'Slow down') : undefined);
  assert.equal(await resolved(t, 'eks-app-default.id', { lists: LISTS, answer: busy }), EKS_APP.id);
});

const BOTH_WAYS = /--param="lattice:[^"]+=VALUE", or 'lattice:[^']+': VALUE under params\.default in serverless\.yml\.$/;

for (const [name, address, answers, message] of [
  ['misspelt', 'eks-ap-default.url', { lists: LISTS }, /eu-west-1 has no service named eks-ap-default\. Did you mean eks-app-default\?/],
  ['shortened', 'eks-app.url', { lists: LISTS }, /Did you mean eks-app-default\?/],
  ['unknown', 'payments.url', { lists: LISTS }, /those that you see there are billing, eks-app-default, orders\. Correct the name or the Region/],
  ['in an empty account', 'payments.url', { lists: { '/services': [] } }, /you see none there at all/],
  ['of a network', 'sample.arn', { lists: LISTS }, /but a service network of this name: write serviceNetwork\/sample\.arn/],
  ['of a service', 'serviceNetwork/orders.arn', { lists: LISTS }, /but a service of this name: leave serviceNetwork\/ out/],
  ['an id that is not there', 'svc-fffffffffffffffff.url', {}, /there is no service svc-fffffffffffffffff in eu-west-1\./],
  [
    'twice there',
    'eks-app-default.url',
    { lists: { '/services': [EKS_APP, service('eks-app-default', 'svc-ccccccccccccccccc')] } },
    /2 services in eu-west-1 are called eks-app-default: arn:.*svc-0123456789abcdef0, arn:.*svc-ccccccccccccccccc\. Write the ARN/,
  ],
  ['without a listener', 'eks-app-default.url', { lists: { ...LISTS, [listenersPath(EKS_APP)]: [] } }, /has no listener/],
  [
    'refused',
    'eks-app-default.url',
    { answer: () => refusal(403, 'AccessDeniedException', 'User is not authorized') },
    /AWS refused the call in eu-west-1 \(AccessDeniedException: User is not authorized\)\. .* need vpc-lattice:ListServices/,
  ],
  ['out of order', 'eks-app-default.url', { answer: () => refusal(500, 'InternalServerException', 'Oh') }, /API says: InternalServerException: Oh/],
  ['answered by something else', 'eks-app-default.url', { answer: () => [200, '<html>'] }, /did not answer as the VPC Lattice API does/],
  ['redirected', 'eks-app-default.url', { answer: () => [302, '', { location: 'http://127.0.0.1:1/' }] }, /cannot be reached/],
]) {
  test(`a name that is ${name} is an error that names the variable and both ways to fix`, async (t) => {
    await assert.rejects(resolved(t, address, answers), (error) => {
      assert.ok(error instanceof ServerlessError);
      assert.ok(error.message.startsWith(`\${lattice:${address}}: `), error.message);
      assert.match(error.message, message);
      assert.match(error.message, BOTH_WAYS);
      return true;
    });
  });
}

test('without credentials the error says so, in one sentence', async (t) => {
  const credentials = async () => {
    throw new Error('Could not load credentials from any providers. Learn more: <https://example.com>.');
  };
  await assert.rejects(source(t, { credentials }).resolve('eks-app-default.url'), (error) => {
    assert.match(error.message, /without credentials \(Could not load credentials from any providers\)\. Set some up/);
    assert.match(error.message, BOTH_WAYS);
    return true;
  });
});

test('without a network the error says so', async (t) => {
  const { resolve } = source(t, { endpoint: await closedPort() });
  const message = /127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)\. Check the network and AWS_ENDPOINT_URL/;
  await assert.rejects(resolve('eks-app-default.url'), message);
});
