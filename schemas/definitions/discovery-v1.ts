/** io.k8s.api.discovery.v1; the format is described in `parse.ts`. */
export default `
Endpoint
  1 addresses []string always required list=set
  2 conditions EndpointConditions
  3 hostname string pointer
  4 targetRef core.ObjectReference pointer
  5 deprecatedTopology {}string
  6 nodeName string pointer
  7 zone string pointer
  8 hints EndpointHints pointer
EndpointConditions
  1 ready bool pointer
  2 serving bool pointer
  3 terminating bool pointer
EndpointHints
  1 forZones []ForZone list=atomic
  2 forNodes []ForNode list=atomic
EndpointPort atomic
  1 name string pointer
  2 protocol string pointer go=v1.Protocol enum=TCP|UDP|SCTP
  3 port int32 pointer
  4 appProtocol string pointer
EndpointSlice kind
  1 metadata meta.ObjectMeta
  4 addressType string always required go=v1.AddressType
  2 endpoints []Endpoint always list=atomic
  3 ports []EndpointPort always list=atomic
EndpointSliceList kind
  1 metadata meta.ListMeta
  2 items []EndpointSlice always required
ForNode
  1 name string always required
ForZone
  1 name string always required
`;
