/** io.k8s.api.certificates.v1; the format is described in `parse.ts`. */
export default `
CertificateSigningRequest kind
  1 metadata meta.ObjectMeta
  2 spec CertificateSigningRequestSpec always required
  3 status CertificateSigningRequestStatus
CertificateSigningRequestCondition
  1 type string always required go=v1.RequestConditionType values=Approved|Denied|Failed
  6 status string always required go=v1.ConditionStatus values=True|False|Unknown
  2 reason string
  3 message string
  4 lastUpdateTime Time
  5 lastTransitionTime Time
CertificateSigningRequestList kind
  1 metadata meta.ListMeta
  2 items []CertificateSigningRequest always required
CertificateSigningRequestSpec
  1 request bytes always required
  7 signerName string always required
  8 expirationSeconds int32 pointer
  5 usages []string list=atomic go=[]v1.KeyUsage enum=signing|digital signature|content commitment|key encipherment|key agreement|data encipherment|cert sign|crl sign|encipher only|decipher only|any|server auth|client auth|code signing|email protection|s/mime|ipsec end system|ipsec tunnel|ipsec user|timestamping|ocsp signing|microsoft sgc|netscape sgc
  2 username string
  3 uid string
  4 groups []string list=atomic
  6 extra {}[]string go=map[string]v1.ExtraValue
CertificateSigningRequestStatus
  1 conditions []CertificateSigningRequestCondition list=map(type)
  2 certificate bytes
`;
