/** io.k8s.api.certificates.v1alpha1; the format is described in `parse.ts`. */
export default `
ClusterTrustBundle kind
  1 metadata meta.ObjectMeta
  2 spec ClusterTrustBundleSpec always required
ClusterTrustBundleList kind
  1 metadata meta.ListMeta
  2 items []ClusterTrustBundle always required
ClusterTrustBundleSpec
  1 signerName string
  2 trustBundle string always required
`;
