'use strict';

// Records what a run of the Serverless CLI depends on: the files that it looks at and the variables of the
// environment that it reads, each as it was at the first look. What cannot be recorded (another process, the network,
// the time, chance) is a doubt; a run with doubts counts for itself only.

const childProcess = require('node:child_process');
const crypto = require('node:crypto');
const dgram = require('node:dgram');
const dns = require('node:dns');
const fs = require('node:fs');
const Module = require('node:module');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { AsyncLocalStorage } = require('node:async_hooks');
const { fileURLToPath } = require('node:url');

const RECENT_MS = 2000; // a file changed so shortly ago may change once more without a trace in its times
const WRITES = fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_TRUNC | fs.constants.O_APPEND;
// Functions of Node's own binding, below every way to use files: `require`, `import`, `fs` and `fs/promises`.
const LOOKS = {
  content: ['open', 'openFileHandle', 'readFileUtf8', 'copyFile', 'internalModuleReadJSON', 'cpSyncCheckPaths'],
  names: ['readdir'],
  kind: ['access', 'existsSync', 'stat', 'lstat', 'realpath', 'readlink', 'internalModuleStat', 'getFormatOfExtensionlessFile'],
};
// Which of their arguments is a file that they change.
const CHANGES = {
  writeFileUtf8: [0],
  mkdir: [0],
  unlink: [0],
  rmdir: [0],
  rmSync: [0],
  rename: [0, 1],
  symlink: [1],
  link: [1],
  copyFile: [1],
  cpSyncOverrideFile: [1],
  cpSyncCopyDir: [1],
};
const VOLATILE = /^\/(proc|sys|dev)\//; // whose times say nothing

const record = { content: {}, names: {}, kind: {}, environment: {}, presence: {}, isEnumerated: false, doubts: [] };
const aside = new AsyncLocalStorage();
const own = new Set(); // written here before anybody looked
let ignored = [];
let service = '';
let isLooking = false;

function doubt(reason) {
  if (!record.doubts.includes(reason)) record.doubts.push(reason);
}

// ── files ───────────────────────────────────────────────────────────────────────────────────────────────────

const isIn = (folder, file) => file === folder || file.startsWith(folder + path.sep);
const digest = (data) => crypto.createHash('sha256').update(data).digest('hex');

/** What tells that a file or a folder has changed; with its digest where its times may not tell. */
function stateOf(kind, file) {
  if (kind === 'kind') return kindOf(file);
  const stat = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
  if (!stat) return '-';
  if (VOLATILE.test(file)) return stat.isFile() ? digest(fs.readFileSync(file)) : 'd';
  const state = [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');
  if (Date.now() - Number(stat.ctimeMs) > RECENT_MS) return state;
  if (stat.isDirectory()) return kind === 'names' ? `${state} #${digest(fs.readdirSync(file).sort().join('\0'))}` : state;
  return stat.isFile() ? `${state} #${digest(fs.readFileSync(file))}` : state;
}

const letter = (stat) => (stat ? (stat.isDirectory() ? 'd' : 'f') : '-');

function kindOf(file) {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!stat?.isSymbolicLink()) return letter(stat);
  return `${letter(fs.statSync(file, { throwIfNoEntry: false }))} ${fs.readlinkSync(file)}`;
}

function asPath(value) {
  if (Buffer.isBuffer(value)) return value.toString();
  return typeof value === 'string' ? value : undefined;
}

function look(kind, value) {
  const given = asPath(value);
  if (given === undefined || isLooking) return;
  const file = path.resolve(given);
  if (file in record[kind] || own.has(file) || aside.getStore() || ignored.some((each) => isIn(each, file))) return;
  isLooking = true;
  try {
    record[kind][file] = stateOf(kind, file);
  } catch {
    record[kind][file] = '-';
  } finally {
    isLooking = false;
  }
}

/** A change of a file: in the service's folder it is what the run is for, and elsewhere its own business. */
function change(value) {
  const given = asPath(value);
  if (given === undefined || isLooking) return;
  const file = path.resolve(given);
  if (ignored.some((each) => isIn(each, file))) return;
  if (isIn(service, file)) doubt(`it changes ${file}`);
  if (!Object.keys(LOOKS).some((kind) => file in record[kind])) own.add(file);
}

function watchFiles() {
  const binding = process.binding('fs');
  const wrap = (name, before) => {
    const real = binding[name];
    if (typeof real !== 'function') return;
    binding[name] = function (...args) {
      before(args);
      return real.apply(this, args);
    };
  };
  for (const [kind, names] of Object.entries(LOOKS)) {
    for (const name of names) {
      const isOpen = name.startsWith('open');
      wrap(name, ([file, flags]) => (isOpen && flags & WRITES ? change(file) : look(kind, file)));
    }
  }
  for (const [name, places] of Object.entries(CHANGES)) wrap(name, (args) => places.forEach((each) => change(args[each])));
  for (const [owner, name] of [[fs, 'opendir'], [fs, 'opendirSync'], [fs.promises, 'opendir']]) {
    before(owner, name, ([folder]) => look('names', folder));
  }
  proveWatching();
}

/** Doubt a Node whose files go other ways. */
function proveWatching() {
  ignored = [];
  fs.readFileSync(__filename, 'utf8');
  fs.existsSync(__filename);
  fs.readdirSync(__dirname);
  fs.closeSync(fs.openSync(path.join(__dirname, 'preload.js')));
  const isSeen = __filename in record.content && __filename in record.kind && __dirname in record.names;
  if (!isSeen || !(path.join(__dirname, 'preload.js') in record.content)) doubt('this Node reads files in another way');
  for (const kind of Object.keys(LOOKS)) record[kind] = {};
}

/** Files that would be taken instead of the module that was found; an installed package changes as a whole. */
function watchResolution() {
  const find = Module._findPath;
  Module._findPath = function (request, folders, ...rest) {
    const found = find.call(this, request, folders, ...rest);
    for (const folder of path.isAbsolute(request) ? [''] : (folders ?? [])) {
      const isPackage = isInstalled(folder);
      const candidates = isPackage ? [path.join(folder, packageName(request))] : candidatesOf(path.resolve(folder, request));
      const isTaken = (file) => found && fs.existsSync(file) && (isPackage ? isIn : Object.is)(fs.realpathSync(file), found);
      const taken = candidates.findIndex(isTaken);
      (taken < 0 ? candidates : candidates.slice(0, taken)).forEach((each) => look('kind', each));
      if (taken >= 0) break;
    }
    return found;
  };
}

const isInstalled = (folder) => `${folder}${path.sep}`.includes(`${path.sep}node_modules${path.sep}`);
const packageName = (request) => request.split('/', request.startsWith('@') ? 2 : 1).join(path.sep);

/** What a module may be, in the order of Node. */
function candidatesOf(file) {
  const extensions = Object.keys(Module._extensions);
  return [file, ...extensions.map((each) => file + each), path.join(file, 'package.json'), ...extensions.map((each) => path.join(file, `index${each}`))];
}

/** The package.json that says what kind of module a file is, and that says it for each that was loaded. */
function lookAtPackages() {
  const folders = new Set(Object.keys(record.content).map((file) => path.dirname(file)));
  for (const folder of folders) {
    const file = path.join(folder, 'package.json');
    look('content', file);
    const parent = path.dirname(folder);
    if (record.content[file] === '-' && parent !== folder && path.basename(parent) !== 'node_modules') folders.add(parent);
  }
}

// ── environment ─────────────────────────────────────────────────────────────────────────────────────────────

function watchEnvironment() {
  const real = process.env;
  const changed = new Set();
  let listed = new Set(); // by `Object.keys`, which asks for a description of each
  const read = (into, name) => {
    if (typeof name === 'string' && !changed.has(name)) record[into][name] ??= real[name] ?? null;
  };
  process.env = new Proxy(real, {
    get: (_, name) => (read('environment', name), real[name]),
    has: (_, name) => (read('presence', name), name in real),
    set: (_, name, value) => (changed.add(name), (real[name] = value), true),
    deleteProperty: (_, name) => (changed.add(name), delete real[name]),
    ownKeys: () => {
      if (askingFile()) record.isEnumerated = true;
      listed = new Set(Reflect.ownKeys(real));
      return [...listed];
    },
    getOwnPropertyDescriptor: (_, name) => {
      if (!listed.delete(name)) read('presence', name);
      return Reflect.getOwnPropertyDescriptor(real, name);
    },
  });
}

// ── what cannot be recorded ─────────────────────────────────────────────────────────────────────────────────

const cli = packageOf(process.argv[1] ?? __filename);

function packageOf(file) {
  let folder = path.dirname(fs.realpathSync(file));
  while (!fs.existsSync(path.join(folder, 'package.json')) && folder !== path.dirname(folder)) folder = path.dirname(folder);
  return folder;
}

/** Whether a file is of the CLI, or of a package that the CLI loads for itself; else it is the user's or a plugin's. */
function isOfCli(file) {
  if (isIn(cli, file)) return true;
  const parent = require.cache[file]?.parent?.filename;
  if (!parent || !file.includes(`${path.sep}node_modules${path.sep}`)) return false;
  if (!isIn(cli, parent)) return isOfCli(parent);
  const [scope, name] = file.split(`${path.sep}node_modules${path.sep}`).at(-1).split(path.sep);
  const { dependencies = {} } = require.cache[path.join(cli, 'package.json')]?.exports ?? require(path.join(cli, 'package.json'));
  return scope in dependencies || `${scope}/${name}` in dependencies;
}

/** The file that called what is watched, and whether it did so while it was loaded. */
function caller() {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const at = {};
  Error.stackTraceLimit = 12;
  Error.prepareStackTrace = (_, sites) => sites.map((each) => ({ file: each.getFileName(), isLoading: !each.getFunctionName() }));
  try {
    Error.captureStackTrace(at, caller);
    const { file, isLoading } = at.stack.find((each) => each.file && each.file !== __filename && !each.file.startsWith('node:')) ?? {};
    return { file: file?.startsWith('file:') ? fileURLToPath(file) : file, isLoading };
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  }
}

/**
 * The file of the user's or of a plugin that asks for what is watched. The CLI itself names archives by the time, and
 * packages make marks for themselves while they are loaded: these are in no value.
 */
function askingFile() {
  if (isLooking) return undefined;
  const { file, isLoading } = caller();
  if (!file || !path.isAbsolute(file) || isOfCli(file)) return undefined;
  const isHarmless = isInstalled(file) && (isLoading || file.includes(`${path.sep}graceful-fs${path.sep}`));
  return isHarmless ? undefined : file;
}

function doubtOfOthers(reason) {
  const file = askingFile();
  if (file) doubt(`${reason} in ${file}`);
}

function before(owner, name, action) {
  if (typeof owner[name] !== 'function') return;
  const value = new Proxy(owner[name], {
    apply: (real, self, args) => (action(args), Reflect.apply(real, self, args)),
    construct: (real, args, target) => (action(args), Reflect.construct(real, args, target)),
  });
  Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: true });
}

function watchClock() {
  const Real = Date;
  const now = () => doubtOfOthers('it asks for the time');
  before(Real, 'now', now);
  globalThis.Date = new Proxy(Real, {
    construct: (_, args, target) => {
      if (args.length === 0) now();
      return Reflect.construct(Real, args, target === globalThis.Date ? Real : target);
    },
    apply: () => (now(), Real()),
  });
  Real.prototype.constructor = globalThis.Date;
}

function watchOutside() {
  for (const name of ['spawnSync', 'execSync', 'execFileSync']) before(childProcess, name, () => doubt('it starts a program'));
  before(childProcess.ChildProcess.prototype, 'spawn', () => doubt('it starts a program'));
  before(require('node:worker_threads'), 'Worker', () => doubt('it starts a thread'));
  before(net.Socket.prototype, 'connect', () => doubt('it asks the network'));
  before(dgram, 'createSocket', () => doubt('it asks the network'));
  for (const owner of [dns, dns.promises]) {
    for (const name of Object.keys(owner).filter((each) => /^(lookup|resolve|reverse)/.test(each))) before(owner, name, () => doubt('it asks the network'));
  }
  before(process, 'dlopen', () => doubt('it loads machine code'));
  before(process, 'loadEnvFile', () => doubt('it loads variables'));
  const chance = () => doubtOfOthers('it asks for chance');
  before(Math, 'random', chance);
  for (const name of ['randomBytes', 'randomFillSync', 'randomInt', 'randomUUID']) before(crypto, name, chance);
  for (const name of ['getRandomValues', 'randomUUID']) before(Object.getPrototypeOf(globalThis.crypto), name, chance);
  const machine = () => doubtOfOthers('it asks for the state of the machine');
  for (const name of ['freemem', 'loadavg', 'networkInterfaces', 'uptime']) before(os, name, machine);
}

/**
 * Record from now on.
 *
 * @param {string} folder of the service
 * @param {string[]} places that are the run's own
 */
function start(folder, places) {
  service = folder;
  try {
    watchFiles();
    watchResolution();
    watchEnvironment();
    watchClock();
    watchOutside();
    Module.syncBuiltinESMExports();
  } catch (error) {
    doubt(`this Node cannot be watched: ${error.message}`);
  }
  // The CLI keeps what it makes of its own schema, named by content.
  const made = path.join(os.homedir(), '.serverless', 'artifacts');
  ignored = [...places, made].map((each) => path.resolve(each));
}

/** Do something that nothing depends on. */
const withoutRecord = (action) => aside.run(true, action);

/** What was recorded. */
function end() {
  lookAtPackages();
  isLooking = true; // whatever is done now is no input
  return record;
}

module.exports = { doubt, end, start, withoutRecord };
