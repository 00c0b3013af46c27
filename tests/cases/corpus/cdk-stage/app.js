const cdk = require("aws-cdk-lib");
const lambda = require("aws-cdk-lib/aws-lambda");
const lattice = require("aws-cdk-lib/aws-vpclattice");
const s3 = require("aws-cdk-lib/aws-s3");

const ENVIRONMENT = { account: "111122223333", region: "eu-west-1" };

class NetworkStack extends cdk.Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    this.network = new lattice.CfnServiceNetwork(this, "Network", { name: "parts-network", authType: "NONE" });
    // The provider of this custom resource is a function of the CDK's own.
    new s3.Bucket(this, "Bucket", { removalPolicy: cdk.RemovalPolicy.DESTROY, autoDeleteObjects: true });
  }
}

class Handlers extends cdk.NestedStack {
  constructor(scope, id) {
    super(scope, id);
    const layer = new lambda.LayerVersion(this, "Shared", { code: lambda.Code.fromAsset("lay") });
    this.handler = new lambda.Function(this, "Handler", {
      runtime: lambda.Runtime.PYTHON_3_12,
      handler: "app.handler",
      code: lambda.Code.fromAsset("code"),
      layers: [layer],
    });
  }
}

class ServiceStack extends cdk.Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const { handler } = new Handlers(this, "Handlers");
    const service = new lattice.CfnService(this, "Service", { name: "parts" });
    new lattice.CfnServiceNetworkServiceAssociation(this, "OnNetwork", {
      serviceIdentifier: service.attrArn,
      serviceNetworkIdentifier: props.network.attrArn,
    });
    const group = new lattice.CfnTargetGroup(this, "Group", { type: "LAMBDA", targets: [{ id: handler.functionArn }] });
    new lattice.CfnListener(this, "Listener", {
      serviceIdentifier: service.attrArn,
      protocol: "HTTPS",
      defaultAction: { forward: { targetGroups: [{ targetGroupIdentifier: group.attrArn, weight: 1 }] } },
    });
  }
}

class Production extends cdk.Stage {
  constructor(scope, id, props) {
    super(scope, id, props);
    const { network } = new NetworkStack(this, "Network");
    new ServiceStack(this, "Service", { network });
  }
}

new Production(new cdk.App(), "Production", { env: ENVIRONMENT });
