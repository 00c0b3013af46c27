'use strict';

const http = require('node:http');

/**
 * A loopback server that answers like the VPC Lattice API from tables of documents.
 *
 * `lists` gives the items of a path, two a page; `items` the document of a path. Everything else is a 404.
 */
async function latticeApi(t, { lists = {}, items = {}, answer } = {}) {
  const requests = [];
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://server');
    requests.push({ url: request.url, headers: request.headers });
    const [status, body, headers] = answer?.(url, requests.length) ?? answerOf(url, { lists, items });
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${server.address().port}`, requests };
}

function answerOf(url, { lists, items }) {
  const path = decodeURIComponent(url.pathname);
  if (lists[path]) {
    const start = Number(url.searchParams.get('nextToken') ?? 0);
    const nextToken = start + 2 < lists[path].length ? String(start + 2) : undefined;
    return [200, { items: lists[path].slice(start, start + 2), nextToken }];
  }
  if (items[path]) return [200, items[path]];
  return refusal(404, 'ResourceNotFoundException', 'not found');
}

function refusal(status, code, message) {
  return [status, { message }, { 'x-amzn-errortype': `${code}:http://internal/` }];
}

module.exports = { latticeApi, refusal };
