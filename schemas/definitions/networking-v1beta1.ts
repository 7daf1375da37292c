/** io.k8s.api.networking.v1beta1; the format is described in `parse.ts`. */
export default `
IPAddress kind
  1 metadata meta.ObjectMeta
  2 spec IPAddressSpec required
IPAddressList kind
  1 metadata meta.ListMeta
  2 items []IPAddress always required
IPAddressSpec
  1 parentRef ParentReference pointer required
ParentReference
  1 group string
  2 resource string required
  3 namespace string
  4 name string required
ServiceCIDR kind
  1 metadata meta.ObjectMeta
  2 spec ServiceCIDRSpec
  3 status ServiceCIDRStatus
ServiceCIDRList kind
  1 metadata meta.ListMeta
  2 items []ServiceCIDR always required
ServiceCIDRSpec
  1 cidrs []string list=atomic
ServiceCIDRStatus
  1 conditions []meta.Condition list=map(type) patch=merge(type)
`;
