'use strict';

const { asMapping } = require('../compile/policies');
const { isIntrinsic, isMapping } = require('../schema/values');
const { show } = require('./words');

const ACTIONS = ['vpc-lattice-svcs:invoke', 'vpc-lattice-svcs:connect'];
const NEEDED = [
  ['Effect', 'Effect', 'write Allow or Deny'],
  ['Principal', 'NotPrincipal', "say who; '*' is everyone, with or without a signature"],
  ['Action', 'NotAction', 'write vpc-lattice-svcs:Invoke'],
  ['Resource', 'NotResource', "write '*', or the service's ARN with a path"],
];
const BARE_SERVICE = /^arn:[^:]*:vpc-lattice:[^:]*:[^:]*:service\/[^/]*$/;

/** What is wrong with the auth type, the auth policy and how they go together: of a service or a service network. */
function checkAuth({ authType = 'NONE', authPolicy }, where, wrong) {
  if (authType === 'AWS_IAM' && authPolicy === undefined) {
    wrong(
      [...where, 'authPolicy'],
      'is missing: AWS_IAM without an auth policy denies every request. Write a policy that says who may call, or leave authType out',
    );
  }
  if (authType !== 'AWS_IAM' && authPolicy !== undefined) {
    wrong(
      [...where, 'authType'],
      `is ${show(authType)}, so the authPolicy has no effect: write AWS_IAM, or leave authPolicy out`,
    );
  }
  if (authPolicy !== undefined) checkPolicy(authPolicy, [...where, 'authPolicy'], wrong);
}

function checkPolicy(written, where, wrong) {
  if (isIntrinsic(written)) return;
  const policy = parse(written);
  if (!isMapping(policy)) {
    wrong(where, `must be a mapping or JSON text, not ${show(written)}`);
    return;
  }
  const isList = Array.isArray(policy.Statement);
  const statements = [policy.Statement ?? []].flat();
  if (statements.length === 0) wrong([...where, 'Statement'], 'is missing: without a statement nobody may call');
  statements.forEach((each, index) => checkStatement(each, [...where, 'Statement', ...(isList ? [index] : [])], wrong));
}

function parse(written) {
  try {
    return asMapping(written);
  } catch {
    return undefined;
  }
}

function checkStatement(statement, where, wrong) {
  if (isIntrinsic(statement)) return;
  if (!isMapping(statement)) {
    wrong(where, `must be a mapping with Effect, Principal, Action and Resource, not ${show(statement)}`);
    return;
  }
  const { Action: actions, Effect: effect, Resource: resources } = statement;
  if (effect && !['Allow', 'Deny'].includes(effect))
    wrong([...where, 'Effect'], `must be Allow or Deny, not ${show(effect)}`);
  for (const [field, other, words] of NEEDED) {
    if (!statement[field] && !statement[other]) wrong([...where, field], `is missing: ${words}`);
  }
  for (const action of texts(actions).filter((each) => !isAction(each))) {
    wrong([...where, 'Action'], `is ${show(action)}, which no request is: write vpc-lattice-svcs:Invoke`);
  }
  for (const resource of [resources ?? []].flat().filter(isBare)) {
    const words = "which matches no request: add the path, such as /* after the ARN (!Sub '${…Arn}/*')";
    wrong([...where, 'Resource'], `is ${show(resource)}, ${words}`);
  }
}

function texts(value) {
  return [value ?? []].flat().filter((each) => typeof each === 'string');
}

/** Whether requests can be this action, which may have wildcards. */
function isAction(text) {
  const pattern = text
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return ACTIONS.some((each) => new RegExp(`^${pattern}$`).test(each));
}

/** The ARN of a service without a path. */
function isBare(resource) {
  if (typeof resource === 'string') return BARE_SERVICE.test(resource);
  const sub = resource?.['Fn::Sub'];
  if (typeof sub === 'string') return /^\$\{Lattice[A-Za-z0-9]*(\.Arn)?\}$/.test(sub);
  const named = resource?.Ref ?? resource?.['Fn::GetAtt'];
  return /^Lattice/.test([named].flat()[0] ?? '');
}

module.exports = { checkAuth };
