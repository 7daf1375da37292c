import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createServer } from '../../server/index.js';
import { kubectlMissing, kubectlWith } from '../helpers/kubectl.js';

/** One line a step: arguments, what the output must match, and what is unusual. */
type Step = [args: string, expected: RegExp, more?: { stdin?: string; code?: number }];

const DEPLOYMENT = (image: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: applied, labels: {app: a}}
spec:
  replicas: 2
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      containers:
      - {name: c, image: "${image}", ports: [{containerPort: 80}], env: [{name: A, value: "1"}]}
`;

const CREATES: Step[] = [
  ['create deployment d --image=nginx --replicas=2 --port=80', /deployment\.apps\/d created/],
  ['create service clusterip c --tcp=80:8080', /service\/c created/],
  ['create service nodeport n --tcp=80', /service\/n created/],
  ['create service externalname x --external-name=example.com', /service\/x created/],
  ['create configmap m --from-literal=a=b', /configmap\/m created/],
  ['create secret generic g --from-literal=a=b', /secret\/g created/],
  ['create secret docker-registry r --docker-username=u --docker-password=p', /secret\/r created/],
  ['create job j --image=busybox -- true', /job\.batch\/j created/],
  ['create cronjob cj --image=busybox --schedule=*/5_*_*_*_* -- true', /cronjob\.batch\/cj created/],
  ['create ingress i --rule=example.com/*=c:80', /ingress\.networking\.k8s\.io\/i created/],
  ['create quota q --hard=pods=3,services=9', /resourcequota\/q created/],
  ['create role ro --verb=get --resource=pods', /role\.rbac\.authorization\.k8s\.io\/ro created/],
  ['create rolebinding rb --role=ro --user=u', /rolebinding\.rbac\.authorization\.k8s\.io\/rb created/],
  ['create clusterrole cr --verb=get --resource=nodes', /clusterrole\.rbac\.authorization\.k8s\.io\/cr created/],
  ['create clusterrolebinding crb --clusterrole=cr --group=g', /clusterrolebinding\.rbac\.authorization\.k8s\.io\/crb created/],
  ['create serviceaccount sa', /serviceaccount\/sa created/],
  ['create token sa', /^ey/],
  ['create poddisruptionbudget p --selector=app=a --min-available=1', /poddisruptionbudget\.policy\/p created/],
  ['create priorityclass pc --value=10', /priorityclass\.scheduling\.k8s\.io\/pc created/],
  ['create namespace ns', /namespace\/ns created/],
  ['run p --image=nginx', /pod\/p created/],
  ['get all', /pod\/p .*[\s\S]*deployment\.apps\/d[\s\S]*job\.batch\/j/],
  ['get pod p -o wide', /NAME +READY +STATUS +RESTARTS +AGE +IP +NODE/],
  ['describe pod p', /Image: +nginx/],
  ['describe deployment d', /Replicas: +2 desired/],
  ['describe service n', /Type: +NodePort/],
  ['describe quota q', /pods +1 +3|pods +\d+ +3/],
  ['logs p', /^$/],
  ['exec p -- true', /does not have a host assigned|refused|BadRequest|error/i, { code: 1 }],
  ['cp p:/etc/hosts /tmp/none', /does not have a host assigned|refused|BadRequest|error/i, { code: 1 }],
  ['apply -f -', /deployment\.apps\/applied created/, { stdin: DEPLOYMENT('nginx:1') }],
  ['diff -f -', /^$/, { stdin: DEPLOYMENT('nginx:1') }],
  ['apply -f -', /deployment\.apps\/applied configured/, { stdin: DEPLOYMENT('nginx:2') }],
  ['set image deployment/applied c=nginx:3', /image updated/],
  ['set env deployment/applied B=2', /env updated/],
  ['rollout history deployment/applied', /deployment\.apps\/applied/],
  ['rollout restart deployment/applied', /restarted/],
  ['expose deployment applied --port=80', /service\/applied exposed/],
  ['autoscale deployment applied --max=3', /autoscaled/],
  ['scale deployment applied --replicas=1', /scaled/],
  ['get deployment applied -o jsonpath={.spec.replicas}', /^1$/],
  ['taint nodes --all a=b:NoSchedule', /^$/],
  ['auth can-i list pods', /^yes/],
  ['auth whoami', /kurma-admin/],
  ['api-resources --verbs=list -o name', /horizontalpodautoscalers\.autoscaling/],
  ['delete deployment d applied', /deleted/],
  ['delete pod p --grace-period=0 --force', /deleted/],
];

const SSA: Step[] = [
  ['apply -f -', /deployment\.apps\/applied created/, { stdin: DEPLOYMENT('nginx:1') }],
  ['apply --server-side -f -', /serverside-applied/, { stdin: DEPLOYMENT('nginx:2') }],
  ['get deployment applied -o yaml --show-managed-fields', /manager: kubectl\n {4}operation: Apply/],
  ['get deployment applied -o jsonpath={.spec.template.spec.containers[0].image}', /^nginx:2$/],
  ['apply --server-side --field-manager=other -f -', /conflict/, { stdin: DEPLOYMENT('nginx:3'), code: 1 }],
  ['apply --server-side --field-manager=other --force-conflicts -f -', /serverside-applied/, { stdin: DEPLOYMENT('nginx:3') }],
  ['apply --server-side -f -', /conflict with "other"/, { stdin: DEPLOYMENT('nginx:4'), code: 1 }],
  ['diff --server-side --force-conflicts -f -', /nginx:4/, { stdin: DEPLOYMENT('nginx:4'), code: 1 }],
  ['apply --server-side --force-conflicts -f -', /serverside-applied/, { stdin: DEPLOYMENT('nginx:4') }],
  ['apply -f -', /configured/, { stdin: DEPLOYMENT('nginx:5') }],
  ['delete deployment applied', /deleted/],
];

t.test('kubectl and every built-in kind', { skip: kubectlMissing, timeout: 230_000 }, async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'kurma-kinds-'));
  const server = await createServer({ memory: true, port: 0, profile: 'kubernetes', dataDir: dir, logLevel: 'silent' });
  const kubectl = kubectlWith(server.kubeconfigPath!, join(dir, 'cache'));
  t.teardown(async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  for (const [title, steps] of Object.entries({ 'imperative commands': CREATES, 'server-side apply and client-side apply in turn': SSA })) {
    await t.test(title, async (t) => {
      for (const [args, expected, { stdin, code = 0 } = {}] of steps) {
        const run = await kubectl(
          args.split(' ').map((arg) => (arg.startsWith('--schedule') ? arg.replaceAll('_', ' ') : arg)),
          stdin,
        );
        t.match(run.stdout + run.stderr, expected, `kubectl ${args}`);
        t.equal(run.code, code, `kubectl ${args} exits ${code}: ${run.stderr}`);
      }
    });
  }

  await t.test('explain --recursive tells the fields of every kind', async (t) => {
    const { stdout } = await kubectl(['api-resources', '--no-headers', '-o', 'name']);
    // kubectl takes the group of this one for a path of fields
    for (const name of stdout
      .trim()
      .split('\n')
      .filter((line) => line !== 'events.events.k8s.io')) {
      const run = await kubectl(['explain', name, '--recursive']);
      t.match(run.stdout, /^(GROUP|KIND):[\s\S]*FIELDS:\n[\s\S]*\n? {2}apiVersion\t<string>/m, name);
    }
  });
});
