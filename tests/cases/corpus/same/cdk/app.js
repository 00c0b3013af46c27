const cdk = require("aws-cdk-lib");
const iam = require("aws-cdk-lib/aws-iam");
const lambda = require("aws-cdk-lib/aws-lambda");
const lattice = require("aws-cdk-lib/aws-vpclattice");

class ShopStack extends cdk.Stack {
  constructor(scope, id) {
    super(scope, id);
    const functionOf = (name, environment) =>
      new lambda.Function(this, name, {
        functionName: name,
        role: new iam.Role(this, `${name}Role`, {
          roleName: `${name}-role`,
          assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"),
        }),
        runtime: lambda.Runtime.PYTHON_3_12,
        handler: "app.handler",
        code: lambda.Code.fromAsset(`src/${name}`),
        timeout: cdk.Duration.seconds(10),
        memorySize: 256,
        environment,
      });
    const orders = functionOf("orders", { STAGE: "dev" });
    const caller = functionOf("caller", { SERVICE: "orders" });
    new iam.Policy(this, "Invoke", {
      policyName: "call-orders",
      roles: [caller.role],
      statements: [new iam.PolicyStatement({ sid: "Call", actions: ["vpc-lattice-svcs:Invoke"], resources: ["*"] })],
    });

    const network = new lattice.CfnServiceNetwork(this, "Network", { name: "shop-network", authType: "AWS_IAM" });
    new lattice.CfnAuthPolicy(this, "NetworkPolicy", {
      resourceIdentifier: network.attrArn,
      policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action: "vpc-lattice-svcs:Invoke", Resource: "*" }] },
    });
    const service = new lattice.CfnService(this, "Service", { name: "orders", authType: "AWS_IAM" });
    new lattice.CfnAuthPolicy(this, "ServicePolicy", {
      resourceIdentifier: service.attrArn,
      policy: {
        Version: "2012-10-17",
        Statement: [{
          Effect: "Allow",
          Principal: { AWS: caller.role.roleArn },
          Action: "vpc-lattice-svcs:Invoke",
          Resource: "*",
          Condition: { StringEquals: { "vpc-lattice-svcs:RequestMethod": "GET" } },
        }],
      },
    });
    new lattice.CfnServiceNetworkServiceAssociation(this, "OnNetwork", {
      serviceIdentifier: service.attrArn,
      serviceNetworkIdentifier: network.attrArn,
    });
    new lattice.CfnServiceNetworkVpcAssociation(this, "InVpc", {
      vpcIdentifier: "vpc-0a1b2c3d4e5f60718",
      serviceNetworkIdentifier: network.attrArn,
    });
    const group = new lattice.CfnTargetGroup(this, "Group", {
      name: "orders",
      type: "LAMBDA",
      config: { lambdaEventStructureVersion: "V2" },
      targets: [{ id: orders.functionArn }],
    });
    const listener = new lattice.CfnListener(this, "Listener", {
      name: "https",
      serviceIdentifier: service.attrArn,
      protocol: "HTTPS",
      port: 443,
      defaultAction: { fixedResponse: { statusCode: 404 } },
    });
    new lattice.CfnRule(this, "Rule", {
      name: "orders",
      serviceIdentifier: service.attrArn,
      listenerIdentifier: listener.attrArn,
      priority: 10,
      match: { httpMatch: { pathMatch: { match: { prefix: "/orders" }, caseSensitive: true } } },
      action: { forward: { targetGroups: [{ targetGroupIdentifier: group.attrArn, weight: 1 }] } },
    });
  }
}

new ShopStack(new cdk.App(), "Shop");
