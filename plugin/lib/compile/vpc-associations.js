'use strict';

const ids = require('../ids');
const { getAtt, tags } = require('./resources');
const { networkIdentifier } = require('./service-network');

/** VPCs on the service network, each with who in it may call. `ports` are those of the services. */
function vpcAssociations(config, ports, resources) {
  for (const association of config.vpcAssociations ?? []) {
    const { vpcId, condition, securityGroupIds } = association;
    const owned = ids.ofVpc(vpcId);
    resources.add(owned.association, 'the association of a VPC', {
      Type: 'AWS::VpcLattice::ServiceNetworkVpcAssociation',
      Condition: condition,
      Properties: {
        VpcIdentifier: vpcId,
        ServiceNetworkIdentifier: networkIdentifier(config),
        SecurityGroupIds: securityGroupIds ?? [getAtt(owned.securityGroup, 'GroupId')],
        Tags: tags(association.tags),
      },
    });
    if (!securityGroupIds)
      resources.add(owned.securityGroup, 'the security group of a VPC association', securityGroup(association, ports));
  }
}

/** Lets clients in: without it calls hang, with no HTTP status at all. */
function securityGroup({ vpcId, condition, cidr = [], prefixListIds = [], tags: written }, ports) {
  const sources = [
    ...[cidr].flat().map((range) => ({ [isIpv6(range) ? 'CidrIpv6' : 'CidrIp']: range })),
    ...prefixListIds.map((id) => ({ SourcePrefixListId: id })),
  ];
  const ingress = ports.flatMap((port) => sources.map((source) => rule(port, source)));
  return {
    Type: 'AWS::EC2::SecurityGroup',
    Condition: condition,
    Properties: {
      GroupDescription: 'Clients of the VPC may call VPC Lattice services',
      VpcId: vpcId,
      SecurityGroupIngress: ingress,
      Tags: tags(written),
    },
  };
}

function rule(port, source) {
  return { Description: 'Clients of VPC Lattice', IpProtocol: 'tcp', FromPort: port, ToPort: port, ...source };
}

function isIpv6(range) {
  return typeof range === 'string' && range.includes(':') && !range.startsWith('{{');
}

module.exports = { vpcAssociations };
