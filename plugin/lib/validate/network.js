'use strict';

const { checkAccessLogs } = require('./access-logs');
const { checkAuth } = require('./policies');
const { join, show } = require('./words');

const WHERE = ['custom', 'lattice', 'serviceNetwork'];
const WAYS = ['arn', 'id', 'name'];
const OF_A_NEW_ONE = ['authType', 'authPolicy', 'accessLogs', 'tags'];

/** What is wrong with the service network and who reaches it. */
function checkNetwork({ serviceNetwork, vpcAssociations = [] }, isNeeded, wrong) {
  if (typeof serviceNetwork === 'object') checkServiceNetwork(serviceNetwork, wrong);
  else if (isNeeded) {
    const said =
      serviceNetwork === undefined ? 'is missing' : `is ${show(serviceNetwork)}, which only \`lattice dev\` reads`;
    wrong(
      WHERE,
      `${said}: without a service network no client reaches the services. Write {arn: …} or {id: …} of one that exists, or {name: …} to make one`,
    );
  }
  checkAssociations(vpcAssociations, wrong);
}

function checkServiceNetwork(network, wrong) {
  const ways = WAYS.filter((name) => network[name] !== undefined);
  if (ways.length !== 1) return wrong(WHERE, `must have one of arn, id and name, not ${show(network)}`);
  if (ways.includes('name')) {
    checkAuth(network, WHERE, wrong);
    return checkAccessLogs(network, WHERE, wrong);
  }
  for (const name of OF_A_NEW_ONE.filter((each) => network[each] !== undefined)) {
    wrong(
      [...WHERE, name],
      `is ${show(network[name])}, but belongs to a service network that this file makes: leave it out, or write name instead of ${ways[0]}`,
    );
  }
}

function checkAssociations(associations, wrong) {
  associations.forEach((association, index) => {
    const where = ['custom', 'lattice', 'vpcAssociations', index];
    const { vpcId, securityGroupIds, cidr, prefixListIds } = association;
    const makesGroup = cidr !== undefined || prefixListIds !== undefined;
    if (makesGroup && securityGroupIds !== undefined) {
      wrong(
        [...where, 'securityGroupIds'],
        `is ${show(securityGroupIds)} beside cidr or prefixListIds: leave out one of them`,
      );
    }
    if (!makesGroup && securityGroupIds === undefined) {
      wrong(
        where,
        `does not say who in ${show(vpcId)} may call: add cidr (such as 10.0.0.0/16), prefixListIds, or securityGroupIds`,
      );
    }
    const other = associations
      .slice(0, index)
      .findIndex((each) => JSON.stringify(each.vpcId) === JSON.stringify(vpcId));
    if (other >= 0)
      wrong(
        [...where, 'vpcId'],
        `is ${show(vpcId)}, as in ${join([...where.slice(0, -1), other])}: a VPC has one association`,
      );
  });
}

module.exports = { checkNetwork };
