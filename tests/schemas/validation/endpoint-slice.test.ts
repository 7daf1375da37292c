/** Findings of EndpointSlices beyond the golden cases. */
import t from 'tap';
import { rules, texts } from './cases.js';

t.test('the port of an EndpointSlice without protocol is one with a wrong protocol', async (t) => {
  const wrong = (protocol: string): string => `ports[0].protocol: Unsupported value: "${protocol}": supported values: "SCTP", "TCP", "UDP"`;
  for (const protocol of ['', 'x', 'TCP']) {
    const slice = { metadata: { name: 'a', namespace: 'default' }, addressType: 'IPv4', endpoints: [], ports: [{ name: 'p', protocol }] };
    const found = texts(rules(['discovery.k8s.io', 'EndpointSlice']).validate!(slice));
    t.same(found, protocol === 'TCP' ? [] : [wrong(protocol)], JSON.stringify(protocol));
  }
});
