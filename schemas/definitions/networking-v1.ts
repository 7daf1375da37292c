/** io.k8s.api.networking.v1; the format is described in `parse.ts`. */
export default `
HTTPIngressPath
  1 path string
  3 pathType string pointer-always required go=v1.PathType
  2 backend IngressBackend always required
HTTPIngressRuleValue
  1 paths []HTTPIngressPath always required list=atomic
IPAddress kind
  1 metadata meta.ObjectMeta
  2 spec IPAddressSpec required
IPAddressList kind
  1 metadata meta.ListMeta
  2 items []IPAddress always required
IPAddressSpec
  1 parentRef ParentReference pointer required
IPBlock
  1 cidr string always required
  2 except []string list=atomic
Ingress kind
  1 metadata meta.ObjectMeta
  2 spec IngressSpec
  3 status IngressStatus
IngressBackend
  4 service IngressServiceBackend pointer
  3 resource core.TypedLocalObjectReference pointer
IngressClass kind
  1 metadata meta.ObjectMeta
  2 spec IngressClassSpec
IngressClassList kind
  1 metadata meta.ListMeta
  2 items []IngressClass always required
IngressClassParametersReference
  1 apiGroup string pointer
  2 kind string always required
  3 name string always required
  4 scope string pointer-always
  5 namespace string pointer
IngressClassSpec
  1 controller string
  2 parameters IngressClassParametersReference pointer
IngressList kind
  1 metadata meta.ListMeta
  2 items []Ingress always required
IngressLoadBalancerIngress
  1 ip string
  2 hostname string
  4 ports []IngressPortStatus list=atomic
IngressLoadBalancerStatus
  1 ingress []IngressLoadBalancerIngress list=atomic
IngressPortStatus
  1 port int32 always required
  2 protocol string always required go=v1.Protocol enum=TCP|UDP|SCTP
  3 error string pointer
IngressRule
  1 host string
  2 ...IngressRuleValue
IngressRuleValue inline
  1 http HTTPIngressRuleValue pointer
IngressServiceBackend
  1 name string always required
  2 port ServiceBackendPort
IngressSpec
  4 ingressClassName string pointer
  1 defaultBackend IngressBackend pointer
  2 tls []IngressTLS list=atomic
  3 rules []IngressRule list=atomic
IngressStatus
  1 loadBalancer IngressLoadBalancerStatus
IngressTLS
  1 hosts []string list=atomic
  2 secretName string
NetworkPolicy kind
  1 metadata meta.ObjectMeta
  2 spec NetworkPolicySpec
NetworkPolicyEgressRule
  1 ports []NetworkPolicyPort list=atomic
  2 to []NetworkPolicyPeer list=atomic
NetworkPolicyIngressRule
  1 ports []NetworkPolicyPort list=atomic
  2 from []NetworkPolicyPeer list=atomic
NetworkPolicyList kind
  1 metadata meta.ListMeta
  2 items []NetworkPolicy always required
NetworkPolicyPeer
  1 podSelector meta.LabelSelector pointer
  2 namespaceSelector meta.LabelSelector pointer
  3 ipBlock IPBlock pointer
NetworkPolicyPort
  1 protocol string pointer go=v1.Protocol enum=TCP|UDP|SCTP
  2 port IntOrString pointer
  3 endPort int32 pointer
NetworkPolicySpec
  1 podSelector meta.LabelSelector always
  2 ingress []NetworkPolicyIngressRule list=atomic
  3 egress []NetworkPolicyEgressRule list=atomic
  4 policyTypes []string list=atomic go=[]v1.PolicyType enum=Ingress|Egress
ParentReference
  1 group string
  2 resource string required
  3 namespace string
  4 name string required
ServiceBackendPort atomic
  1 name string
  2 number int32
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
