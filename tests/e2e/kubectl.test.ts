import { spawn } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createServer } from '../../server/index.js';
import { kubectlMissing, kubectlWith } from '../helpers/kubectl.js';

const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
    additionalPrinterColumns: [{name: Replicas, type: integer, jsonPath: .spec.replicas}]
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {replicas: {type: integer, minimum: 0}, color: {type: string, default: red}}}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;
const WIDGET = 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {replicas: 1}\n';
const CONFIG = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: applied}\ndata: {a: "${value}"}\n`;

/** One line a step: arguments, what stdout (or stderr) must match, and what is unusual. */
type Step = [args: string, expected: RegExp, more?: { stdin?: string; code?: number; env?: Record<string, string> }];

const STEPS: Step[] = [
  ['version', /Server Version: v1\.36/],
  ['get namespaces', /NAME +STATUS +AGE\ndefault +Active/],
  ['api-versions', /(^|\n)apps\/v1\n/],
  ['api-resources', /configmaps +cm +v1 +true +ConfigMap/],
  ['api-resources --namespaced=false -o name', /customresourcedefinitions\.apiextensions\.k8s\.io/],
  ['create configmap a --from-literal=x=1', /configmap\/a created/],
  ['create configmap a --from-literal=x=1', /configmaps "a" already exists/, { code: 1 }],
  ['create secret generic s --from-literal=p=q', /secret\/s created/],
  ['create namespace other', /namespace\/other created/],
  ['create serviceaccount bot', /serviceaccount\/bot created/],
  ['get configmaps', /NAME +DATA +AGE\na +1 +\d+s/],
  ['get cm a -o wide', /NAME +DATA +AGE/],
  ['get cm a -o yaml', /apiVersion: v1\ndata:\n {2}x: "1"\nkind: ConfigMap/],
  ['get cm a -o json', /"kind": "ConfigMap"/],
  ['get cm a -o jsonpath={.data.x}', /^1$/],
  ['get cm a -o custom-columns=N:.metadata.name,X:.data.x', /N +X\na +1/],
  ['get cm a -o name', /^configmap\/a\n$/],
  ['get cm nope', /Error from server \(NotFound\): configmaps "nope" not found/, { code: 1 }],
  ['get cm --field-selector metadata.name=a -o name', /^configmap\/a\n$/],
  ['label cm a tier=web', /configmap\/a labeled/],
  ['label cm a tier=db', /already has a value \(web\)/, { code: 1 }],
  ['get cm -l tier=web -o name', /^configmap\/a\n$/],
  ['get cm -l tier!=web -o name', /configmap\/kube-root-ca\.crt/],
  ['annotate cm a note=first', /configmap\/a annotated/],
  ['get cm --chunk-size=1 -o name', /configmap\/a\nconfigmap\/kube-root-ca\.crt/],
  ['get cm -A', /NAMESPACE +NAME +DATA +AGE/],
  ['get events', /No resources found in default namespace/],
  ['patch cm a --type merge -p {"data":{"x":"2"}}', /configmap\/a patched/],
  ['patch cm a --type json -p [{"op":"replace","path":"/data/x","value":"3"}]', /configmap\/a patched/],
  ['patch cm a -p {"data":{"y":"4"}}', /configmap\/a patched/],
  ['get cm a -o jsonpath={.data}', /\{"x":"3","y":"4"\}/],
  ['apply -f -', /configmap\/applied created/, { stdin: CONFIG('1') }],
  ['apply -f -', /configmap\/applied unchanged/, { stdin: CONFIG('1') }],
  ['diff -f -', /- {2}a: "1"\n\+ {2}a: "2"/, { stdin: CONFIG('2'), code: 1 }],
  ['apply -f -', /configmap\/applied configured/, { stdin: CONFIG('2') }],
  ['diff -f -', /^$/, { stdin: CONFIG('2') }],
  ['apply -f -', /unknown field "dat"/, { stdin: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad}\ndat: {a: b}\n', code: 1 }],
  ['apply --server-side -f -', /configmap\/ssa serverside-applied/, { stdin: CONFIG('1').replace('applied', 'ssa') }],
  ['apply --server-side --field-manager other -f -', /conflict with "kubectl"/, { stdin: CONFIG('9').replace('applied', 'ssa'), code: 1 }],
  [
    'apply --server-side --field-manager other --force-conflicts -f -',
    /configmap\/ssa serverside-applied/,
    { stdin: CONFIG('9').replace('applied', 'ssa') },
  ],
  ['get cm ssa -o yaml --show-managed-fields', /manager: other/],
  ['replace -f -', /configmap\/applied replaced/, { stdin: CONFIG('7') }],
  ['create -f -', /customresourcedefinition\.apiextensions\.k8s\.io\/widgets\.example\.com created/, { stdin: CRD }],
  ['wait --for condition=established crd/widgets.example.com --timeout=10s', /condition met/],
  ['apply -f -', /widget\.example\.com\/w created/, { stdin: WIDGET }],
  ['get widgets', /NAME +REPLICAS\nw +1/],
  ['get wd w -o jsonpath={.spec.color}', /^red$/],
  ['scale widget w --replicas=3', /widget\.example\.com\/w scaled/],
  ['get wd w -o jsonpath={.spec.replicas}', /^3$/],
  ['explain widget.spec', /replicas\s+<integer>/],
  ['patch widget w --type merge -p {"spec":{"replicas":-1}}', /spec\.replicas in body should be greater than or equal to 0/, { code: 1 }],
  ['patch widget w --subresource status --type merge -p {"status":{"phase":"Ready"}}', /patched/],
  ['wait --for jsonpath={.status.phase}=Ready widget/w --timeout=5s', /condition met/],
  ['get wd w -v=8', /"kind":"Table"|Response Body|HTTP/],
  ['delete widget w --cascade=foreground --timeout=20s', /widget\.example\.com "w" deleted/],
  ['delete crd widgets.example.com --timeout=20s', /deleted/],
  ['get widgets', /the server (doesn't have a resource type "widgets"|could not find the requested resource)/, { code: 1 }],
  ['create deployment d --image=nginx', /deployment\.apps\/d created/],
  ['get deploy d', /NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nd +0\/1/],
  ['set image deployment/d nginx=nginx:2', /image updated/],
  ['expose deployment d --port 80', /service\/d exposed/],
  ['delete deployment d --cascade=orphan', /deployment\.apps "d" deleted/],
  ['delete cm a applied ssa', /configmap "a" deleted/],
  ['delete secret s --cascade=background', /secret "s" deleted/],
  ['delete namespace other --wait=false', /namespace "other" deleted/],
  ['explain pods.spec.containers.image', /FIELD: image <string>/],
];

t.test('kubectl', { skip: kubectlMissing, timeout: 110_000 }, async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'kurma-kubectl-'));
  const server = await createServer({ memory: true, port: 0, profile: 'kubernetes', dataDir: dir, logLevel: 'silent' });
  const kubectl = kubectlWith(server.kubeconfigPath!, join(dir, 'cache'));
  t.teardown(async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  for (const [args, expected, { stdin, code = 0, env } = {}] of STEPS) {
    const run = await kubectl(args.split(' '), stdin, env);
    t.match(run.stdout + run.stderr, expected, `kubectl ${args}`);
    t.equal(run.code, code, `kubectl ${args} exits ${code}`);
  }

  await t.test('edit writes what the editor left', async (t) => {
    const editor = join(dir, 'editor.sh');
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/before/after/" "$1"\n');
    chmodSync(editor, 0o700);
    await kubectl(['create', 'configmap', 'edited', '--from-literal=k=before']);
    const run = await kubectl(['edit', 'configmap', 'edited'], '', { KUBE_EDITOR: editor });
    t.match(run.stdout, /configmap\/edited edited/);
    t.equal((await kubectl(['get', 'cm', 'edited', '-o', 'jsonpath={.data.k}'])).stdout, 'after');
  });

  await t.test('get --watch shows what happens', async (t) => {
    const child = spawn('kubectl', ['--kubeconfig', server.kubeconfigPath!, 'get', 'cm', '--watch', '-o', 'name']);
    let seen = '';
    const shown = new Promise<void>((resolve) => {
      child.stdout.on('data', (text: Buffer) => {
        seen += text.toString();
        if (seen.includes('configmap/later')) resolve();
      });
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await kubectl(['create', 'configmap', 'later']);
    await shown;
    child.kill();
    t.match(seen, /configmap\/edited\n[\s\S]*configmap\/later/);
  });
});
