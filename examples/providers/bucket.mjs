// Object buckets on an S3 server with an admin API for users, Versity's gateway: each order is a bucket, each binding a user of it.
// Start the gateway with --iam-cache-disable, or it may go by a user's former secret for two minutes.
// Where it is: S3_ENDPOINT, S3_REGION; as whom: S3_ACCESS_KEY, S3_SECRET_KEY.
import { defineProvider, run } from 'kurma/controllers';
import { s3, S3Error, textOf, textsOf } from './s3-client.mjs';

const { S3_ENDPOINT: endpoint = 'http://127.0.0.1:7070', S3_REGION: region = 'us-east-1', S3_ACCESS_KEY, S3_SECRET_KEY } = process.env;
const admin = (...call) => s3({ endpoint, region, accessKey: S3_ACCESS_KEY, secretKey: S3_SECRET_KEY }, ...call);
const { hostname, port } = new URL(endpoint);

/** @param codes of answers that mean that all is well already */
const unless = (codes, answer, instead) =>
  answer.catch((error) => (error instanceof S3Error && codes.includes(error.code) ? instead : Promise.reject(error)));

const actions = [
  'GetObject',
  'PutObject',
  'DeleteObject',
  'ListBucket',
  'AbortMultipartUpload',
  'ListBucketMultipartUploads',
  'ListMultipartUploadParts',
];

/** Who may do what: the users of the bindings, and perhaps anybody reads. Undefined where there is no bucket. */
async function accessOf(id) {
  const text = await unless(['NoSuchBucketPolicy'], unless(['NoSuchBucket'], admin('GET', `/${id}`, { query: { policy: '' } })), '{}');
  if (text === undefined) return undefined;
  const { Statement: statements = [] } = JSON.parse(text);
  const users = statements.find(({ Sid }) => Sid === 'bindings')?.Principal.AWS ?? [];
  return { users, isPublic: statements.some(({ Principal }) => Principal === '*') };
}

async function writeAccess(id, { users, isPublic }) {
  const objects = `arn:aws:s3:::${id}/*`;
  const Statement = [
    users.length > 0 && {
      Sid: 'bindings',
      Effect: 'Allow',
      Principal: { AWS: users },
      Action: actions.map((action) => `s3:${action}`),
      Resource: [`arn:aws:s3:::${id}`, objects],
    },
    isPublic && { Sid: 'public', Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: [objects] },
  ].filter(Boolean);
  if (Statement.length === 0) await admin('DELETE', `/${id}`, { query: { policy: '' } });
  else await admin('PUT', `/${id}`, { query: { policy: '' }, body: JSON.stringify({ Statement }) });
}

/** The policy is one text that several bindings are in: one change after the other. */
const queues = new Map();
function changeAccess(id, change) {
  const next = (queues.get(id) ?? Promise.resolve())
    .catch(() => {})
    .then(async () => {
      const access = await accessOf(id);
      if (access) await writeAccess(id, change(access));
    });
  queues.set(id, next);
  return next.finally(() => queues.get(id) === next && queues.delete(id));
}

async function put({ id, spec }) {
  await unless(['BucketAlreadyOwnedByYou'], admin('PUT', `/${id}`));
  await changeAccess(id, ({ users }) => ({ users, isPublic: spec.public }));
}

async function empty(id) {
  for (let more = true; more; ) {
    const page = await admin('GET', `/${id}`, { query: { 'list-type': '2' } });
    for (const key of textsOf(page, 'Key')) await admin('DELETE', `/${id}/${key}`);
    more = textOf(page, 'IsTruncated') === 'true';
  }
  const uploads = await admin('GET', `/${id}`, { query: { uploads: '' } });
  for (const [, upload] of uploads.matchAll(/<Upload>([\s\S]*?)<\/Upload>/g)) {
    await admin('DELETE', `/${id}/${textOf(upload, 'Key')}`, { query: { uploadId: textOf(upload, 'UploadId') } });
  }
}

const deleteUser = (access) => admin('PATCH', '/delete-user', { query: { access } });

const plugin = defineProvider({
  name: 'bucket',
  offering: {
    displayName: 'Object bucket',
    description: 'A bucket on a shared S3 server, with one user per binding',
    type: 's3',
    plans: [
      { name: 'private', description: 'Only bindings read and write', values: { public: false } },
      { name: 'public', description: 'Anybody reads', values: { public: true } },
    ],
    documentation: 'https://docs.aws.amazon.com/AmazonS3/latest/API/',
  },
  order: {
    group: 'buckets.kurma.dev',
    version: 'v1alpha1',
    kind: 'Bucket',
    description: 'A bucket on a shared S3 server.',
    spec: { public: { type: 'boolean', description: 'Anybody may read its objects; the plan says where absent.' } },
    facts: { endpoint: { type: 'string' }, bucket: { type: 'string' } },
    columns: [{ name: 'Bucket', type: 'string', jsonPath: '.status.bucket', priority: 1 }],
  },

  create: put,
  async observe({ id, spec }) {
    const access = await accessOf(id);
    if (!access) return undefined;
    const differs = access.isPublic !== spec.public && `${access.isPublic ? 'anybody' : 'not everybody'} may read it`;
    return { ready: true, ...(differs && { differs }), facts: { endpoint, bucket: id } };
  },
  update: put,
  async delete({ id }) {
    const access = await accessOf(id);
    if (!access) return;
    await empty(id);
    for (const user of access.users) await deleteUser(user); // the bucket says who they are
    await admin('DELETE', `/${id}`);
  },

  async bind({ id }, { id: username, password }) {
    const account = `<Account><Access>${username}</Access><Secret>${password}</Secret><Role>user</Role></Account>`;
    await unless(['XAdminUserExists'], admin('PATCH', '/create-user', { body: account }));
    const body = `<MutableProps><Secret>${password}</Secret></MutableProps>`;
    await admin('PATCH', '/update-user', { query: { access: username }, body });
    await changeAccess(id, ({ users, isPublic }) => ({ users: [...new Set([...users, username])], isPublic }));
    return {
      host: hostname,
      port,
      uri: `${endpoint}/${id}`,
      username,
      password,
      endpoint,
      region,
      bucket: id,
      'access-key-id': username,
      'secret-access-key': password,
    };
  },
  async unbind({ id }, { id: username }) {
    await changeAccess(id, ({ users, isPublic }) => ({ users: users.filter((user) => user !== username), isPublic }));
    await deleteUser(username);
  },

  async probe({ endpoint, region, bucket, 'access-key-id': accessKey, 'secret-access-key': secretKey }) {
    await s3({ endpoint, region, accessKey, secretKey }, 'GET', `/${bucket}`, { query: { 'list-type': '2', 'max-keys': '1' } });
  },
  list: async () => textsOf(await admin('GET', '/'), 'Name').filter((name) => name.startsWith('bucket-')),
  samples: {
    spec: { plan: 'private' },
    changed: { plan: 'public' },
    damage: ({ id }) => changeAccess(id, ({ users, isPublic }) => ({ users, isPublic: !isPublic })),
  },
});

export default plugin;
await run(import.meta.url, plugin);
