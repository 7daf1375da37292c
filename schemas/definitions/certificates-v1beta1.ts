/** io.k8s.api.certificates.v1beta1; the format is described in `parse.ts`. */
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
PodCertificateRequest kind
  1 metadata meta.ObjectMeta
  2 spec PodCertificateRequestSpec always required
  3 status PodCertificateRequestStatus
PodCertificateRequestList kind
  1 metadata meta.ListMeta
  2 items []PodCertificateRequest always required
PodCertificateRequestSpec
  1 signerName string always required
  2 podName string always required
  3 podUID string always required go=types.UID
  4 serviceAccountName string always required
  5 serviceAccountUID string always required go=types.UID
  6 nodeName string always required go=types.NodeName
  7 nodeUID string always required go=types.UID
  8 maxExpirationSeconds int32 pointer default=86400
  9 pkixPublicKey bytes always
  10 proofOfPossession bytes always
  12 stubPKCS10Request bytes always required
  11 unverifiedUserAnnotations {}string
PodCertificateRequestStatus
  1 conditions []meta.Condition list=map(type) patch=merge(type)
  2 certificateChain string
  4 notBefore Time pointer
  5 beginRefreshAt Time pointer
  6 notAfter Time pointer
`;
