'use strict';

/** Resources by logical id, each of which is somebody's alone. */
class Resources {
  constructor() {
    this.all = {};
    this.owners = {};
    this.clashes = [];
  }

  /** Add what stands for `owner`; properties without a value are left out. */
  add(logicalId, owner, { Type, Properties, ...attributes }) {
    this.reserve(logicalId, owner);
    this.all[logicalId] = { Type, ...given(attributes), Properties: given(Properties) };
  }

  /** Say whose a logical id is. */
  reserve(logicalId, owner) {
    if (Object.hasOwn(this.owners, logicalId))
      this.clashes.push({ logicalId, owners: [this.owners[logicalId], owner] });
    this.owners[logicalId] = owner;
  }
}

function given(mapping) {
  return Object.fromEntries(Object.entries(mapping).filter(([, value]) => value !== undefined));
}

function tags(mapping) {
  return mapping && Object.entries(mapping).map(([Key, Value]) => ({ Key, Value }));
}

function ref(logicalId) {
  return { Ref: logicalId };
}

function getAtt(logicalId, attribute) {
  return { 'Fn::GetAtt': [logicalId, attribute] };
}

module.exports = { Resources, getAtt, ref, tags };
