/** An admission webhook in a process of its own that misbehaves by path; `process.send` tells its port. Key, certificate and the server it calls come in the environment. */
import { createServer, request } from 'node:https';
import { json } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';

const { WEBHOOK_KEY: key, WEBHOOK_CERTIFICATE: cert, API_PORT: port, API_TOKEN: token } = process.env;

const review = (uid: string, more: object = {}): string =>
  JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, allowed: true, ...more } });

/** Creates an object that concerns this very webhook, before it answers. */
function callBack(namespace: string, then: () => void): void {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const call = request({ host: '127.0.0.1', port, path, method: 'POST', headers, rejectUnauthorized: false }, (response) => {
    response.resume().on('end', then);
  });
  call.on('error', then);
  call.end(JSON.stringify({ metadata: { generateName: 'loop-' } }));
}

const server = createServer({ key: key!, cert: cert! }, async (incoming, response) => {
  const { request: asked } = (await json(incoming)) as { request: { uid: string; namespace: string } };
  const end = (body: string): void => void response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  switch (incoming.url!.split('?')[0]) {
    case '/slow':
      return void setTimeout(() => end(review(asked.uid)), 60_000).unref();
    case '/dead':
      return process.exit(1);
    case '/cut':
      return void incoming.socket.destroy();
    case '/garbled':
      return end('{"apiVersion": "admission.k8s.io/v1", "kind"');
    case '/huge':
      return end(review(asked.uid, { auditAnnotations: { big: 'x'.repeat(8_000_000) } }));
    case '/loop':
      return callBack(asked.namespace, () => end(review(asked.uid)));
    default:
      return end(review(asked.uid));
  }
});
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
