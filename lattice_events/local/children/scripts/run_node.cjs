// Run one Lambda function in this process with the real runtime client of Node.js.
//
//     node run_node.cjs CLIENT HANDLER ADDRESS_FD CONNECTION_FD
//
// The client's native module, which speaks to the Runtime API, needs compilers to be installed; what stands here for it
// has the same functions, over a connection that was opened before. A result is written before `done` returns, as the
// native module does it: a handler may end the process right after.

"use strict";

const fs = require("node:fs");
const http = require("node:http");
const Module = require("node:module");
const { pathToFileURL } = require("node:url");
const { promisify } = require("node:util");

const BASE = "/2018-06-01/runtime";
const CHUNK_BYTES = 64 * 1024;
const END_OF_HEAD = "\r\n\r\n";

const [client, handler, addressPipe, connection] = process.argv.slice(2);
const address = fs.readFileSync(Number(addressPipe), "utf8");
fs.closeSync(Number(addressPipe));
const [authority, secret] = address.split("/");
const socket = Number(connection);
const read = promisify(fs.read);

function send(method, path, headers = "", body = "") {
  const content = Buffer.from(body);
  const head = `${method} /${secret}${BASE}${path} HTTP/1.1\r\nHost: ${authority}\r\n${headers}Content-Length: ${content.length}${END_OF_HEAD}`;
  let left = Buffer.concat([Buffer.from(head), content]);
  while (left.length) left = left.subarray(fs.writeSync(socket, left));
}

/** An answer, of pieces that `more` is asked for until it is complete. */
function* answering() {
  let received = Buffer.alloc(0);
  let end = -1;
  while ((end = received.indexOf(END_OF_HEAD)) < 0) received = Buffer.concat([received, yield]);
  const [first, ...lines] = received.subarray(0, end).toString("latin1").split("\r\n");
  const headers = Object.fromEntries(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const length = end + END_OF_HEAD.length + Number(headers["content-length"]);
  const pieces = [received];
  for (let size = received.length; size < length;) {
    const piece = yield;
    pieces.push(piece);
    size += piece.length;
  }
  const body = Buffer.concat(pieces).subarray(end + END_OF_HEAD.length, length);
  return { status: Number(first.split(" ")[1]), headers, body: body.toString("utf8") };
}

function pieceOf(buffer, bytes) {
  if (bytes === 0) throw new Error("the Runtime API closed the connection");
  return Buffer.from(buffer.subarray(0, bytes));
}

function post(path, headers, body) {
  send("POST", path, headers, body);
  const parts = answering();
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let step = parts.next();
  while (!step.done) step = parts.next(pieceOf(buffer, fs.readSync(socket, buffer)));
  const { status } = step.value;
  if (status < 200 || status > 299) throw new Error(`the Runtime API answered ${status}`);
}

async function next() {
  send("GET", "/invocation/next");
  const parts = answering();
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let step = parts.next();
  while (!step.done) step = parts.next(pieceOf(buffer, (await read(socket, buffer, 0, CHUNK_BYTES, null)).bytesRead));
  const { status, headers, body } = step.value;
  if (status !== 200) throw new Error(`the Runtime API answered ${status}`);
  return { bodyJson: body, headers };
}

const native = {
  initializeClient() {},
  next,
  done: (id, body) => post(`/invocation/${id}/response`, "Content-Type: application/json\r\n", body),
  error: (id, body) => post(`/invocation/${id}/error`, "Content-Type: application/json\r\n", body),
};

const load = Module._load;
Module._load = function loadOrStandIn(name, ...rest) {
  if (!/(^|\/)rapid-client\.node$/.test(name)) return load.call(this, name, ...rest);
  Module._load = load; // the function's code comes later, and its traces are without us
  return native;
};

// The client posts errors of the init, and streams, by itself, to an address that can have no path.
const [host, port] = authority.split(":");
const request = http.request;
http.request = function requestWithSecret(options, ...rest) {
  const isOurs = options?.hostname === host && options.port === Number(port) && options.path?.startsWith(`${BASE}/`);
  return request.call(this, isOurs ? { ...options, path: `/${secret}${options.path}` } : options, ...rest);
};

process.argv.splice(1, process.argv.length, client, handler);
// Version 3 has `run`; version 4 runs when it is loaded.
import(pathToFileURL(client)).then(({ run }) => run?.(process.env.LAMBDA_TASK_ROOT, handler));
