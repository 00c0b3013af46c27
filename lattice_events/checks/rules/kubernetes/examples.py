"""What every example of this family has: a Gateway of the controller, and a Service."""

GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: shop
spec:
  gatewayClassName: amazon-vpc-lattice
  listeners:
    - name: http
      protocol: HTTP
      port: 80
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: orders
spec:
  selector:
    app: orders
  ports:
    - port: 80
      targetPort: 8080
"""
BOTH = f"{GATEWAY}---\n{SERVICE}---\n"
ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: orders
spec:
  parentRefs:
    - name: shop
  rules:
    - backendRefs:
        - name: orders
          port: 80
"""
CONTROLLER_SOURCE = "https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3"
