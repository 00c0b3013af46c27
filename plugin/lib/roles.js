'use strict';

// Whom a function runs as: a role of its own or of the provider, or the one that the framework makes for all.

const STACK_ROLE = /^\$\{([A-Za-z0-9]+)\.Arn\}$/;

/** {logicalId} of a role of this stack, {isOutside, written} of another one, {isShared} of the framework's. */
function roleOf({ role }, provider) {
  const written = role ?? existing(provider.iam?.role) ?? provider.role;
  if (written === undefined) return { isShared: true };
  const logicalId = logicalIdOf(written);
  return logicalId ? { logicalId } : { isOutside: true, written };
}

/** The framework makes the role unless this is a text or an intrinsic function. */
function existing(role) {
  const isIntrinsic = typeof role === 'object' && role !== null && Object.keys(role).some((key) => key.includes('::'));
  return typeof role === 'string' || isIntrinsic ? role : undefined;
}

function logicalIdOf(written) {
  if (typeof written === 'string') return written.includes(':') ? undefined : written;
  const sub = STACK_ROLE.exec(written['Fn::Sub'] ?? '')?.[1];
  const [resource, attribute] = [written['Fn::GetAtt'] ?? []].flat().flatMap((each) => each.split('.'));
  return sub ?? (attribute === 'Arn' ? resource : undefined);
}

module.exports = { roleOf };
