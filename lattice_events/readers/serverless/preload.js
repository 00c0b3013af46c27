'use strict';

// Loaded into the Serverless CLI before its own code (node --require), so that it packages a service without AWS,
// Docker and pip, and no file of the user changes. A CLI whose modules are elsewhere runs as it is.
//
// LATTICE_SERVERLESS names a folder: `given.json` {variables, account, hasCredentials} is read there, and
// `found.json` {unknown, fallbacks, failures, artifacts, outside, record} is written there; see `record.js` for the last.

const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const recorder = require('./record.js');

const FOLDER = process.env.LATTICE_SERVERLESS;
// What the CLI knows without anybody's help.
const LOCAL = new Set(['env', 'file', 'opt', 'param', 'self', 'sls', 'strToBool']);
const AWS = new Set(['aws', 'cf', 's3', 'ssm']);
const LAST_RESORT = 'lattice:';
const EMPTY_ZIP = Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex');
const PYTHON_REQUIREMENTS = 'ServerlessPythonRequirements';
// Mistakes of the user, and the CLI's way to say "not yet".
const NOT_OURS = /_SOURCE_ADDRESS$|^MISSING_VARIABLE_DEPENDENCY$/;

const given = JSON.parse(fs.readFileSync(path.join(FOLDER, 'given.json'), 'utf8'));
recorder.start(process.cwd(), [FOLDER, '.serverless', '.serverless.aside']);
if (process.ppid !== given.parent) recorder.doubt('it was started by another program');
const found = { unknown: [], fallbacks: [], failures: {}, artifacts: {}, outside: [] };
const kinds = new Set();

function record(list, item) {
  if (!list.includes(item)) list.push(item);
}

// ── variables ───────────────────────────────────────────────────────────────────────────────────────────────

/** What a user gave for a variable: `ssm(eu-west-1):/x` or `ssm:/x`; a list or a mapping is written as JSON. */
function givenValue(kind, { address, params }) {
  const secret = /^\/aws\/reference\/secretsmanager\/(.+)$/.exec(address ?? '');
  const names = [`${kind}(${(params ?? [])[0]}):${address}`, `${kind}:${address}`];
  if (secret) names.push(`secretsmanager:${secret[1]}`);
  const name = names.find((each) => Object.hasOwn(given.variables, each));
  if (name === undefined) return undefined;
  const text = given.variables[name];
  if (!/^\s*[[{]/.test(text) || params?.includes('raw')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A source that says null for what it cannot know, instead of failing. */
function tolerant(kind, source) {
  const resolve = async (question) => {
    const value = givenValue(kind, question);
    if (value !== undefined) return { value };
    const name = `${kind}:${question.address}`;
    if (name === 'aws:accountId') return { value: given.account };
    try {
      // What a name on VPC Lattice means is for the local network to say; see `looked_up.py`.
      if (source.resolveOffline) return await source.resolveOffline(question);
      // The Region needs no call.
      if (given.hasCredentials || !AWS.has(kind) || kind === 'aws') return await source.resolve(question);
    } catch (error) {
      if (NOT_OURS.test(error?.code)) throw error;
      found.failures[name] = String(error?.message ?? error);
    }
    record(found.fallbacks, name);
    return { value: null };
  };
  return { ...source, resolve, isTolerant: true };
}

/** Stands after the last source of a variable: a placeholder that the template's reader knows. */
function lastResort(kind) {
  return {
    resolve: async ({ address }) => {
      const name = `${kind}:${address}`;
      record(found.unknown, name);
      return { value: `{{resolve:${name}}}` };
    },
  };
}

function prepareSources(sources) {
  for (const kind of kinds) {
    sources[LAST_RESORT + kind] ??= lastResort(kind);
    if (sources[kind] && !sources[kind].isTolerant) sources[kind] = tolerant(kind, sources[kind]);
  }
}

/** Give every variable that only others know a last resort. */
function withLastResort(variables) {
  for (const { sources = [] } of variables ?? []) {
    for (const { type, address, params = [] } of sources) {
      for (const part of [address, ...params]) withLastResort(part?.variables);
      if (type && !LOCAL.has(type)) kinds.add(type);
      if (type === 'sls' && address?.value !== 'stage') recorder.doubt('a variable differs in each run');
    }
    const last = sources.at(-1);
    if (kinds.has(last?.type)) sources.push({ ...structuredClone(last), type: LAST_RESORT + last.type });
  }
  return variables;
}

// ── packaging ───────────────────────────────────────────────────────────────────────────────────────────────

/** A package for what is not there to be packaged. */
function emptyArtifact(name, folder = FOLDER) {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, EMPTY_ZIP);
  return file;
}

/** The folder of a service, whichever version of the CLI runs. */
function folderOf({ serviceDir, servicePath, config }) {
  return serviceDir ?? servicePath ?? config?.servicePath ?? process.cwd();
}

/** Functions run with the packages of their interpreter: what pip would install is not asked for. */
function setRequirementsAside(serverless) {
  const { pluginManager, service } = serverless;
  let isUsed = false;
  for (const [event, hooks] of Object.entries(pluginManager.hooks)) {
    if (!event.endsWith(':package:createDeploymentArtifacts')) continue;
    pluginManager.hooks[event] = hooks.filter(({ pluginName }) => pluginName !== PYTHON_REQUIREMENTS);
    isUsed ||= pluginManager.hooks[event].length < hooks.length;
  }
  const layer = service.custom?.pythonRequirements?.layer;
  if (!isUsed || !layer) return;
  service.layers ??= {};
  service.layers.pythonRequirements = {
    name: `${service.service}-${serverless.getProvider('aws').getStage()}-python-requirements`,
    ...(layer === true ? {} : layer),
    package: { artifact: emptyArtifact('layer-pythonRequirements.zip') },
  };
  // It is empty, so no function has it; other stacks may know it.
  for (const owner of [service.provider, ...Object.values(service.functions ?? {})]) {
    if (!Array.isArray(owner?.layers)) continue;
    owner.layers = owner.layers.filter((each) => each?.Ref !== 'PythonRequirementsLambdaLayer');
  }
}

/** Packages that the user makes: what is the code of which function, and none that is not built yet stops the CLI. */
function takeArtifacts(serverless) {
  const { service } = serverless;
  const root = folderOf(serverless);
  const shared = service.package?.artifact;
  const isLocal = (file) => typeof file === 'string' && !/^(s3|https?):/.test(file);
  for (const [name, each] of Object.entries(service.functions ?? {})) {
    const artifact = each?.package?.artifact ?? (each?.package?.individually ? undefined : shared);
    if (isLocal(artifact)) found.artifacts[name] = path.resolve(root, artifact);
  }
  const owners = [service, ...Object.values(service.functions ?? {}), ...Object.values(service.layers ?? {})];
  for (const [index, owner] of owners.entries()) {
    const artifact = owner?.package?.artifact;
    const isMissing = isLocal(artifact) && !fs.existsSync(path.resolve(root, artifact));
    if (isMissing) owner.package.artifact = emptyArtifact(`missing-${index}.zip`);
  }
}

/** Functions run from their folder, layers are used from theirs: only what holds files from outside is packaged. */
function packLittle({ pluginManager, service }) {
  service.package ??= {};
  service.package.excludeDevDependencies = false;
  for (const [name, layer] of Object.entries(service.layers ?? {})) {
    if (layer?.path) layer.package = { ...layer.package, artifact: emptyArtifact(`layer-${name}.zip`) };
  }
  for (const plugin of pluginManager.plugins) {
    if (typeof plugin.zipFiles === 'function') plugin.zipFiles = zipOutside(plugin.zipFiles);
    if (typeof plugin.resolveFilePathsFromPatterns === 'function') {
      plugin.resolveFilePathsFromPatterns = unrecorded(plugin.resolveFilePathsFromPatterns);
    }
    // Whether a layer changed since its last deployment is AWS's to say.
    if (typeof plugin.compareWithLastLayer === 'function') plugin.compareWithLastLayer = async () => {};
  }
}

/** Which files are packed changes no template; files from outside may come with a pattern that leads there. */
function unrecorded(resolveFilePaths) {
  return function (params, ...rest) {
    const resolved = () => resolveFilePaths.call(this, params, ...rest);
    return params.include.some((each) => each.includes('..')) ? resolved() : recorder.withoutRecord(resolved);
  };
}

function zipOutside(zipFiles) {
  return function (files, name, ...rest) {
    if (files.some((file) => path.normalize(file).startsWith('..'))) {
      record(found.outside, name);
      return zipFiles.call(this, files, name, ...rest);
    }
    return Promise.resolve(emptyArtifact(name, path.join(folderOf(this.serverless), '.serverless')));
  };
}

/** A placeholder stands for one text: variables of a function that are unknown as a whole are none. */
function emptyUnknownVariables({ service }) {
  for (const owner of [service.provider, ...Object.values(service.functions ?? {})]) {
    if (typeof owner?.environment !== 'string') continue;
    const [, name] = /^\{\{resolve:(.*)\}\}$/.exec(owner.environment) ?? [];
    if (name === undefined) continue;
    found.failures[name] ??= 'these variables of functions are left out';
    owner.environment = {};
  }
}

/** Images are neither built nor pushed, and no registry is asked: a function with an image is not run here. */
function imagine(serverless) {
  const resolveImageUriAndSha = async (name) => {
    const { image } = serverless.service.getFunction(name);
    const named = typeof image === 'string' ? image : (image?.uri ?? image?.name ?? name);
    return { functionImageUri: named, functionImageSha: '0'.repeat(64) };
  };
  const provider = serverless.getProvider('aws');
  if (provider) Object.defineProperty(provider, 'resolveImageUriAndSha', { value: resolveImageUriAndSha });
}

function prepareRun(serverless) {
  const { pluginManager } = serverless;
  const run = pluginManager.run;
  // By then the service has what its files and plugins say.
  pluginManager.run = async (...args) => {
    setRequirementsAside(serverless);
    packLittle(serverless);
    takeArtifacts(serverless);
    imagine(serverless);
    emptyUnknownVariables(serverless);
    return run.apply(pluginManager, args);
  };
  // A placeholder may stand where a number or an ARN belongs.
  const params = serverless.processedInput?.options?.param ?? [];
  if (found.unknown.length === 0 && !params.some((each) => each.includes('{{resolve:'))) return;
  serverless.service.configValidationMode = 'warn';
  if (serverless.configurationInput) serverless.configurationInput.configValidationMode = 'warn';
}

// ── where the CLI is changed ────────────────────────────────────────────────────────────────────────────────

const VARIABLES = path.join('lib', 'configuration', 'variables');
const CHANGES = {
  // The services of a compose file are asked one by one, also the one beside it.
  [path.join('lib', 'cli', 'triage.js')]: () => async () => 'serverless',
  [path.join(VARIABLES, 'parse.js')]: (parse) => Object.assign((...args) => withLastResort(parse(...args)), parse),
  [path.join(VARIABLES, 'resolve.js')]: (resolve) =>
    Object.assign((asked, ...rest) => {
      prepareSources(asked.sources);
      return resolve(asked, ...rest);
    }, resolve),
  // What no plugin knows either is unknown, rather than a mistake.
  [path.join(VARIABLES, 'sources', 'resolve-external-plugin-sources.js')]: (addSources) =>
    Object.assign((configuration, resolver, ...rest) => {
      addSources(configuration, resolver, ...rest);
      for (const kind of kinds) {
        resolver.sources[kind] ??= { resolve: async () => ({ value: null }) };
        resolver.fulfilledSources?.add(kind).add(LAST_RESORT + kind);
      }
    }, addSources),
  [path.join('lib', 'serverless.js')]: (Serverless) => {
    const run = Serverless.prototype.run;
    Serverless.prototype.run = function (...args) {
      prepareRun(this);
      return run.apply(this, args);
    };
    return Serverless;
  },
};
const changed = new Map();

/** The change for a module of the CLI. */
function changeOf(request, parent) {
  const name = path.basename(request, '.js');
  if (!Object.keys(CHANGES).some((each) => path.basename(each, '.js') === name)) return undefined;
  let file;
  try {
    file = Module._resolveFilename(request, parent);
  } catch {
    return undefined;
  }
  const end = Object.keys(CHANGES).find((each) => ['osls', 'serverless'].some((cli) => file.endsWith(path.join(path.sep, cli, each))));
  return end && { file, change: CHANGES[end] };
}

const load = Module._load;
Module._load = function (request, parent, ...rest) {
  const loaded = load.call(this, request, parent, ...rest);
  const at = typeof request === 'string' ? changeOf(request, parent) : undefined;
  if (!at) return loaded;
  if (!changed.has(at.file)) changed.set(at.file, at.change(loaded));
  return changed.get(at.file);
};

process.on('exit', () => {
  // Of several processes, the one that is the CLI.
  if (changed.size === 0) return;
  found.fallbacks = found.fallbacks.filter((each) => !found.unknown.includes(each));
  fs.writeFileSync(path.join(FOLDER, 'found.json'), JSON.stringify({ ...found, record: recorder.end() }));
});
