'use strict';

// What stands behind `lattice:` in a variable:
//
//   NAME.ATTRIBUTE                   a service, by name, id or ARN
//   serviceNetwork/NAME.ATTRIBUTE    a service network, by name, id or ARN; its id or ARN does without the word

const SERVICE = {
  word: 'service',
  path: 'services',
  id: /^svc-[0-9a-z]{17}$/,
  arn: /^arn:[a-z0-9-]+:vpc-lattice:[a-zA-Z0-9-]+:\d{12}:service\/svc-[0-9a-z]{17}$/,
  name: /^[a-z0-9-]{3,40}$/,
  attributes: ['url', 'domainName', 'arn', 'id'],
  actions: { list: 'vpc-lattice:ListServices', get: 'vpc-lattice:GetService' },
};
const SERVICE_NETWORK = {
  word: 'service network',
  path: 'servicenetworks',
  id: /^sn-[0-9a-z]{17}$/,
  arn: /^arn:[a-z0-9-]+:vpc-lattice:[a-zA-Z0-9-]+:\d{12}:servicenetwork\/sn-[0-9a-z]{17}$/,
  name: /^[a-z0-9-]{3,63}$/,
  attributes: ['arn', 'id'],
  actions: { list: 'vpc-lattice:ListServiceNetworks', get: 'vpc-lattice:GetServiceNetwork' },
};
const KINDS = [SERVICE, SERVICE_NETWORK];
const NETWORK_PREFIX = 'serviceNetwork/';
const GRAMMAR = [
  '${lattice:NAME.url} is the URL of a service; .domainName, .arn and .id are there too.',
  '${lattice:serviceNetwork/NAME.arn} is the ARN of a service network; .id is there too.',
  'An id (svc-…, sn-…) or an ARN may stand for the name.',
].join(' ');

/**
 * Read an address.
 *
 * Returns `{kind, reference, isName, attribute}`. Throws an Error whose message says what to write.
 */
function parseAddress(address) {
  if (typeof address !== 'string' || !address) throw new Error(`A name is missing. ${GRAMMAR}`);
  const dot = address.lastIndexOf('.');
  const attribute = dot < 0 ? '' : address.slice(dot + 1);
  const written = dot < 0 ? address : address.slice(0, dot);
  const isPrefixed = written.startsWith(NETWORK_PREFIX);
  const reference = isPrefixed ? written.slice(NETWORK_PREFIX.length) : written;
  const identified = KINDS.find(({ id, arn }) => id.test(reference) || arn.test(reference));
  const kind = identified ?? (isPrefixed ? SERVICE_NETWORK : SERVICE);
  if (isPrefixed && kind !== SERVICE_NETWORK) throw new Error(`${reference} is not a service network. ${GRAMMAR}`);
  if (!identified && !kind.name.test(reference)) {
    throw new Error(`"${reference}" is not the name, the id or the ARN of a ${kind.word}. ${GRAMMAR}`);
  }
  if (!kind.attributes.includes(attribute)) {
    const known = kind.attributes.map((each) => `.${each}`).join(', ');
    const why = attribute ? `A ${kind.word} has no ".${attribute}"` : 'What is wanted of it is missing';
    throw new Error(`${why}: write one of ${known} after ${written}.`);
  }
  return { kind, reference, isName: !identified, attribute };
}

module.exports = { parseAddress, SERVICE, SERVICE_NETWORK, NETWORK_PREFIX };
