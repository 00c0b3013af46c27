'use strict';

const { SERVICE, SERVICE_NETWORK, NETWORK_PREFIX } = require('./address');
const { nearest } = require('./nearest');

const SHOWN = 5; // of several that could be meant

/** Nothing, or not one thing, is meant. The message says what to write. */
class NotFound extends Error {}

/** The value of an address that `parseAddress` read. */
async function find(address, api) {
  const { kind, reference, isName, attribute } = address;
  const found = isName ? await named(kind, reference, api) : await identified(kind, reference, api);
  switch (attribute) {
    case 'url':
      return urlOf(found, api);
    case 'domainName':
      return domainOf(found);
    default:
      return found[attribute];
  }
}

async function identified(kind, reference, api) {
  try {
    return await api.get(`/${kind.path}/${encodeURIComponent(reference)}`);
  } catch (error) {
    if (error.status !== 404) throw error;
    throw new NotFound(`there is no ${kind.word} ${reference} in ${api.region}. Correct the id`);
  }
}

async function named(kind, name, api) {
  const all = await api.list(`/${kind.path}`);
  const found = all.filter((each) => each.name === name);
  if (found.length > 1) {
    const arns = found.map(({ arn }) => arn).slice(0, SHOWN);
    throw new NotFound(
      `${found.length} ${kind.word}s in ${api.region} are called ${name}: ${arns.join(', ')}. ` +
        'Write the ARN of one of them instead of the name',
    );
  }
  if (found.length === 0) throw new NotFound(`${await whyNone(kind, name, all, api)}`);
  return found[0];
}

async function whyNone(kind, name, all, api) {
  const none = `${api.region} has no ${kind.word} named ${name}`;
  const meant = nearest(name, all.map((each) => each.name));
  if (meant) return `${none}. Did you mean ${meant}? Correct the name`;
  if (await isOtherKind(kind, name, api)) {
    return kind === SERVICE
      ? `${none}, but a service network of this name: write ${NETWORK_PREFIX}${name}.arn`
      : `${none}, but a service of this name: leave ${NETWORK_PREFIX} out`;
  }
  const names = all.map((each) => each.name).sort();
  const shown = names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? ', …' : '');
  return `${none}; ${shown ? `those that you see there are ${shown}` : 'you see none there at all'}. Correct the name or the Region`;
}

/** Whether the name is that of the other kind; who may not look does not learn it. */
async function isOtherKind(kind, name, api) {
  const other = kind === SERVICE ? SERVICE_NETWORK : SERVICE;
  try {
    return (await api.list(`/${other.path}`)).some((each) => each.name === name);
  } catch {
    return false;
  }
}

function domainOf({ name, dnsEntry }) {
  if (!dnsEntry?.domainName) throw new NotFound(`the service ${name} has no domain name yet. Try again later`);
  return dnsEntry.domainName;
}

/** Where a service answers, as its listeners say: by HTTPS if it can. */
async function urlOf(service, api) {
  const listeners = await listenersOf(service, api);
  if (listeners === undefined) return `https://${domainOf(service)}`;
  const at = (scheme, usual, host, protocol) => {
    const ports = listeners.filter((each) => each.protocol === protocol).map(({ port }) => port);
    if (ports.length === 0) return undefined;
    return `${scheme}://${host()}${ports.includes(usual) ? '' : `:${Math.min(...ports)}`}`;
  };
  const url =
    at('https', 443, () => domainOf(service), 'HTTPS') ??
    at('http', 80, () => domainOf(service), 'HTTP') ??
    at('https', 443, () => service.customDomainName ?? domainOf(service), 'TLS_PASSTHROUGH');
  if (!url) throw new NotFound(`the service ${service.name} has no listener, so nothing answers there. Add a listener`);
  return url;
}

/** The listeners, unless the service is another account's and they are not shown to us. */
async function listenersOf({ id }, api) {
  try {
    return await api.list(`/services/${id}/listeners`);
  } catch (error) {
    if (error.status === 403 || error.status === 404) return undefined;
    throw error;
  }
}

module.exports = { find, NotFound };
