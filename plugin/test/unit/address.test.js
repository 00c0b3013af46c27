'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');

const { parseAddress } = require('../../lib/variables/address');

const SERVICE_ARN = 'arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-0123456789abcdef0';
const NETWORK_ARN = 'arn:aws:vpc-lattice:eu-west-1:123456789012:servicenetwork/sn-0123456789abcdef0';

for (const [address, word, reference, isName, attribute] of [
  ['eks-app-default.url', 'service', 'eks-app-default', true, 'url'],
  ['eks-app-default.domainName', 'service', 'eks-app-default', true, 'domainName'],
  ['svc-0123456789abcdef0.id', 'service', 'svc-0123456789abcdef0', false, 'id'],
  [`${SERVICE_ARN}.url`, 'service', SERVICE_ARN, false, 'url'],
  ['serviceNetwork/sample.arn', 'service network', 'sample', true, 'arn'],
  ['sn-0123456789abcdef0.arn', 'service network', 'sn-0123456789abcdef0', false, 'arn'],
  ['serviceNetwork/sn-0123456789abcdef0.arn', 'service network', 'sn-0123456789abcdef0', false, 'arn'],
  [`${NETWORK_ARN}.id`, 'service network', NETWORK_ARN, false, 'id'],
]) {
  test(`${address} is the ${attribute} of a ${word}`, () => {
    const { kind, ...rest } = parseAddress(address);
    assert.deepEqual({ word: kind.word, ...rest }, { word, reference, isName, attribute });
  });
}

for (const [address, message] of [
  [undefined, /^A name is missing\. .*NAME\.url/],
  ['', /^A name is missing\./],
  ['eks-app-default', /What is wanted of it is missing: write one of \.url, \.domainName, \.arn, \.id after eks-app-default\./],
  ['eks-app-default.port', /A service has no "\.port": write one of \.url/],
  ['serviceNetwork/sample.url', /A service network has no "\.url": write one of \.arn, \.id after serviceNetwork\/sample\./],
  ['sn-0123456789abcdef0.url', /A service network has no "\.url"/],
  ['Eks_App.url', /"Eks_App" is not the name, the id or the ARN of a service\./],
  ['https://foo.example.com', /is not the name, the id or the ARN of a service\./],
  ['serviceNetwork/svc-0123456789abcdef0.arn', /svc-0123456789abcdef0 is not a service network\./],
  ['arn:aws:lambda:eu-west-1:123456789012:function:foo.arn', /is not the name, the id or the ARN/],
]) {
  test(`the address ${JSON.stringify(address)} is refused with what to write`, () => {
    assert.throws(() => parseAddress(address), { message });
  });
}
