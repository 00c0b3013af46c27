"""Kubernetes manifests, as the AWS Gateway API Controller reads them. Kubernetes words stop here."""
