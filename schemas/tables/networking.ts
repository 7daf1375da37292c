/** The tables of networking.k8s.io (rest.md §8.5). */
import { groupResourceName } from '../group-version.js';
import type { JsonObject } from '../json-value.js';
import { column, at, text, items, strings, size, selector, loadBalancerAddresses, markedDefault, type KindColumns } from './column.js';
import { NAME, AGE } from './metadata-columns.js';

export const NETWORKING: KindColumns = {
  Ingress: [
    NAME,
    column(
      'Class',
      'string',
      'The name of the IngressClass resource that should be used for additional configuration',
      (o) => text(o, 'spec.ingressClassName') || '<none>',
    ),
    column('Hosts', 'string', 'Hosts that incoming requests are matched against before the ingress rule', ingressHosts),
    column('Address', 'string', 'Address is a list containing ingress points for the load-balancer', loadBalancerAddress),
    column('Ports', 'string', 'Ports of TLS configurations that open', (o) => (size(o, 'spec.tls') > 0 ? '80, 443' : '80')),
    AGE,
  ],
  IngressClass: [
    { ...NAME, cell: (o) => markedDefault(o, 'ingressclass.kubernetes.io/is-default-class') },
    column('Controller', 'string', 'Controller that is responsible for handling this class', (o) => text(o, 'spec.controller')),
    column('Parameters', 'string', 'A reference to a resource with additional parameters', classParameters),
    AGE,
  ],
  NetworkPolicy: [
    NAME,
    column(
      'Pod-Selector',
      'string',
      "podSelector selects the pods to which this NetworkPolicy object applies. The array of rules is applied to any pods selected by this field. An empty selector matches all pods in the policy's namespace. Multiple network policies can select the same set of pods. In this case, the ingress rules for each are combined additively. This field is optional. If it is not specified, it defaults to an empty selector.",
      (o) => selector(o, 'spec.podSelector'),
    ),
    AGE,
  ],
  ServiceCIDR: [
    NAME,
    column(
      'CIDRs',
      'string',
      'CIDRs defines the IP blocks in CIDR notation (e.g. "192.168.0.0/24" or "2001:db8::/64") from which to assign service cluster IPs. Max of two CIDRs is allowed, one of each IP family. This field is immutable.',
      (o) => strings(o, 'spec.cidrs').join(','),
    ),
    AGE,
  ],
  IPAddress: [
    NAME,
    column(
      'ParentRef',
      'string',
      'ParentRef references the resource that an IPAddress is attached to. An IPAddress must reference a parent object.',
      addressParent,
    ),
    { ...AGE, isUntold: true },
  ],
};

const HOSTS_SHOWN = 3;

/** Rules without a host count for how many more there are. */
function ingressHosts(ingress: JsonObject): string {
  const rules = items(ingress, 'spec.rules');
  const hosts: string[] = [];
  let seen = 0;
  for (const rule of rules) {
    if (hosts.length === HOSTS_SHOWN) break;
    seen++;
    const host = text(rule, 'host');
    if (host !== '') hosts.push(host);
  }
  if (hosts.length === 0) return '*';
  return seen < rules.length ? `${hosts.join(',')} + ${rules.length - HOSTS_SHOWN} more...` : hosts.join(',');
}

function loadBalancerAddress(ingress: JsonObject): string {
  return loadBalancerAddresses(ingress).join(',');
}

function classParameters(ingressClass: JsonObject): string {
  const parameters = at(ingressClass, 'spec.parameters');
  if (parameters === undefined) return '<none>';
  const type = groupResourceName({ group: text(parameters, 'apiGroup'), resource: text(parameters, 'kind') });
  return `${type}/${text(parameters, 'name')}`;
}

function addressParent(address: JsonObject): string {
  const parent = at(address, 'spec.parentRef');
  const type = groupResourceName({ group: text(parent, 'group'), resource: text(parent, 'resource') });
  return [type, text(parent, 'namespace'), text(parent, 'name')].filter((part) => part !== '').join('/');
}
