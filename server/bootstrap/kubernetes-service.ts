/** The Service `default/kubernetes`, under which pods find this server, with its Endpoints and EndpointSlice. */
import { networkInterfaces } from 'node:os';
import type { OwnObject } from './ensure.js';

export interface Advertised {
  address: string;
  port: number;
  /** The first address of the cluster's default range. */
  clusterIp: string;
}

/** Members that always say where this server is. */
export const SERVER_PLACE: Readonly<Record<string, readonly string[]>> = { Endpoints: ['subsets'], EndpointSlice: ['endpoints', 'ports'] };

const place = { name: 'kubernetes', namespace: 'default' };
const isIpv6 = (address: string): boolean => address.includes(':');

export function kubernetesService({ address, port, clusterIp }: Advertised): OwnObject[] {
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  const skipMirror = { 'endpointslice.kubernetes.io/skip-mirror': 'true' };
  return [
    {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { ...place, labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: {
        type: 'ClusterIP',
        clusterIP: clusterIp,
        clusterIPs: [clusterIp],
        ipFamilies: [isIpv6(clusterIp) ? 'IPv6' : 'IPv4'],
        ipFamilyPolicy: 'SingleStack',
        ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }],
      },
    },
    {
      kind: 'Endpoints',
      apiVersion: 'v1',
      metadata: { ...place, labels: skipMirror },
      subsets: [{ addresses: [{ ip: address }], ports }],
    },
    {
      kind: 'EndpointSlice',
      apiVersion: 'discovery.k8s.io/v1',
      metadata: { ...place, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: isIpv6(address) ? 'IPv6' : 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports,
    },
  ];
}

/** An address of a server that is bound to all of them. */
export function advertisedAddress(bindAddress: string): string {
  if (bindAddress !== '0.0.0.0' && bindAddress !== '::') return bindAddress;
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';
}
