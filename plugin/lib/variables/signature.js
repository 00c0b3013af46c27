'use strict';

// AWS Signature Version 4 of a GET request, for the API of a service (VPC Lattice's control plane).
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

const { createHash, createHmac } = require('node:crypto');

const ALGORITHM = 'AWS4-HMAC-SHA256';
const NO_BODY = sha256('');

function sha256(text) {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function hmac(key, text) {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

/** Percent-encode all but the unreserved characters of RFC 3986. */
function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function canonicalQuery(url) {
  const pairs = [...url.searchParams].map(([name, value]) => [encode(name), encode(value)]);
  pairs.sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)));
  return pairs.map((pair) => pair.join('=')).join('&');
}

function compare(a, b) {
  return a < b ? -1 : Number(a > b);
}

/** The path as it is sent, each segment encoded once more. */
function canonicalPath(url) {
  return url.pathname.split('/').map(encode).join('/');
}

/**
 * The headers that sign a GET request.
 *
 * `credentials` are `{accessKeyId, secretAccessKey, sessionToken}`; `now` is a Date.
 */
function signedHeaders(url, { credentials, service, region, now }) {
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const headers = { host: url.host, 'x-amz-date': time };
  if (credentials.sessionToken) headers['x-amz-security-token'] = credentials.sessionToken;
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const request = ['GET', canonicalPath(url), canonicalQuery(url), lines, names.join(';'), NO_BODY].join('\n');
  const scope = [time.slice(0, 8), region, service, 'aws4_request'];
  const key = scope.reduce(hmac, `AWS4${credentials.secretAccessKey}`);
  const signature = hmac(key, [ALGORITHM, time, scope.join('/'), sha256(request)].join('\n')).toString('hex');
  const credential = `${credentials.accessKeyId}/${scope.join('/')}`;
  headers.authorization = `${ALGORITHM} Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return headers;
}

module.exports = { signedHeaders };
