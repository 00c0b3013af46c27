'use strict';

const { asMapping } = require('../compile/policies');
const { show } = require('./words');

const ACTION = /^(\*|vpc-lattice-svcs:(Invoke|Connect|\*))$/i;
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
  const policy = parse(written);
  if (policy === undefined) return wrong(where, `must be a mapping or JSON text, not ${show(written)}`);
  const statements = [policy.Statement ?? []].flat();
  if (statements.length === 0) wrong([...where, 'Statement'], 'is missing: without a statement nobody may call');
  const isList = Array.isArray(policy.Statement);
  statements.forEach((each, index) => checkStatement(each, [...where, 'Statement', ...(isList ? [index] : [])], wrong));
}

function parse(written) {
  try {
    const policy = asMapping(written);
    return typeof policy === 'object' ? policy : undefined;
  } catch {
    return undefined;
  }
}

function checkStatement(statement, where, wrong) {
  if (typeof statement !== 'object')
    return wrong(where, `must be a mapping with Effect, Principal, Action and Resource, not ${show(statement)}`);
  if (!['Allow', 'Deny'].includes(statement.Effect))
    wrong([...where, 'Effect'], `must be Allow or Deny, not ${show(statement.Effect)}`);
  if (!statement.Principal && !statement.NotPrincipal)
    wrong([...where, 'Principal'], "is missing: say who; '*' is everyone, with or without a signature");
  if (!statement.Action && !statement.NotAction)
    wrong([...where, 'Action'], 'is missing: write vpc-lattice-svcs:Invoke');
  if (!statement.Resource && !statement.NotResource)
    wrong([...where, 'Resource'], "is missing: write '*', or the service's ARN with a path");
  for (const action of texts(statement.Action).filter((each) => !ACTION.test(each))) {
    wrong([...where, 'Action'], `is ${show(action)}, which no request is: write vpc-lattice-svcs:Invoke`);
  }
  for (const resource of [statement.Resource ?? []].flat().filter(isBare)) {
    wrong(
      [...where, 'Resource'],
      `is ${show(resource)}, which matches no request: add the path, such as /* after the ARN (${"!Sub '${…Arn}/*'"})`,
    );
  }
}

function texts(value) {
  return [value ?? []].flat().filter((each) => typeof each === 'string');
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
