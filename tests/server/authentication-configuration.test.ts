/** An AuthenticationConfiguration: what is refused of it, in kube-apiserver's words, and whom a real issuer's tokens stand for. */
import { renameSync, writeFileSync } from 'node:fs';
import { Agent, request as rawRequest } from 'node:https';
import { join } from 'node:path';
import { generateKeyPair, type JWTPayload } from 'jose';
import t from 'tap';
import { stringify } from 'yaml';
import type { JsonObject } from '../../schemas/json-value.js';
import { type AuthenticationConfiguration, parseAuthenticationConfiguration } from '../../server/auth/issuers/configuration.js';
import { checkedAuthenticators, refuseOtherAnonymous } from '../../server/auth/issuers/configuration-checks.js';
import { createServer } from '../../server/index.js';
import { ADMIN_TOKEN } from '../helpers/served.js';
import { tokenIssuer } from '../helpers/token-issuer.js';

const HEAD = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthenticationConfiguration' };

t.test('what cannot be read as one', (t) => {
  for (const [text, message] of [
    ['', 'empty config data'],
    ['foo: 1', "Object 'Kind' is missing"],
    ['{apiVersion: v1, kind: Pod}', 'no kind "Pod" is registered for version "v1"'],
    [stringify({ ...HEAD, jwtx: [] }), 'strict decoding error: unknown field "jwtx"'],
    [stringify({ ...HEAD, jwt: [{ issuer: { urls: 'x' } }] }), 'strict decoding error: unknown field "jwt[0].issuer.urls"'],
    [stringify({ ...HEAD, jwt: [{ issuer: { audiences: 'a' } }] }), 'jwt[0].issuer.audiences must be array'],
    ['{a: 1, a: 2}', 'Map keys must be unique at line 1, column 8:'],
  ] as const)
    t.throws(() => parseAuthenticationConfiguration(text), { message }, text.slice(0, 60));
  t.end();
});

const fine = { issuer: { url: 'https://x', audiences: ['a'] }, claimMappings: { username: { claim: 'sub', prefix: '' } } };
const withIssuer = (issuer: object): object => ({ ...fine, issuer: { ...fine.issuer, ...issuer } });
const withMappings = (claimMappings: object): object => ({ ...fine, claimMappings: { ...fine.claimMappings, ...claimMappings } });

/** The words of kube-apiserver 1.36.3, without the head `jwt[0].`. */
const findings: [object, string[]][] = [
  [
    { issuer: { url: '', audiences: [] }, claimMappings: { username: {} } },
    [
      'issuer.url: Required value',
      'issuer.audiences: Required value: at least one jwt[0].issuer.audiences is required',
      'claimMappings.username: Required value: claim or expression is required',
    ],
  ],
  [
    withIssuer({ url: 'http://u@e.com/?a#b', discoveryURL: 'http://u@e.com/?a#b/' }),
    [
      ...['scheme must be https', 'must not contain a username or password', 'must not contain a query', 'must not contain a fragment'].map(
        (why) => `issuer.url: Invalid value: "http://u@e.com/?a#b": URL ${why}`,
      ),
      'issuer.discoveryURL: Invalid value: "http://u@e.com/?a#b/": discoveryURL must be different from URL',
      ...['scheme must be https', 'must not contain a username or password', 'must not contain a query', 'must not contain a fragment'].map(
        (why) => `issuer.discoveryURL: Invalid value: "http://u@e.com/?a#b/": URL ${why}`,
      ),
    ],
  ],
  [
    withIssuer({ url: 'https://own' }),
    ['issuer.url: Invalid value: "https://own": URL must not overlap with disallowed issuers: [https://own]'],
  ],
  [
    withIssuer({ audiences: ['a', 'a', ''] }),
    [
      'issuer.audiences[1]: Duplicate value: "a"',
      'issuer.audiences[2]: Required value',
      'issuer.audienceMatchPolicy: Invalid value: "": audienceMatchPolicy must be MatchAny for multiple audiences',
    ],
  ],
  [
    withIssuer({ audienceMatchPolicy: 'All' }),
    ['issuer.audienceMatchPolicy: Invalid value: "All": audienceMatchPolicy must be empty or MatchAny for single audience'],
  ],
  [
    withIssuer({ certificateAuthority: 'foo' }),
    ['issuer.certificateAuthority: Invalid value: "<omitted>": data does not contain any valid RSA or ECDSA certificates'],
  ],
  [
    withIssuer({ egressSelectorType: 'cluster' }),
    [
      'issuer.egressSelectorType: Invalid value: "cluster": egress selector is not supported when StructuredAuthenticationConfigurationEgressSelector feature gate is disabled',
    ],
  ],
  [
    {
      ...fine,
      claimValidationRules: [
        { claim: 'hd', expression: 'true' },
        {},
        { claim: 'hd', message: 'x' },
        { claim: 'hd' },
        { expression: 'claims.hd', requiredValue: 'x' },
        { expression: 'claims.hd' },
        { expression: 'bar == 1' },
      ],
    },
    [
      `claimValidationRules[0]: Invalid value: "hd": claim and expression can't both be set`,
      'claimValidationRules[1]: Required value: claim or expression is required',
      'claimValidationRules[2].message: Invalid value: "x": may not be specified when claim is set',
      'claimValidationRules[3].claim: Duplicate value: "hd"',
      'claimValidationRules[4].requiredValue: Invalid value: "x": may not be specified when expression is set',
      'claimValidationRules[4].expression: Invalid value: "claims.hd": must evaluate to bool',
      'claimValidationRules[5].expression: Duplicate value: "claims.hd"',
      `claimValidationRules[6].expression: Invalid value: "bar == 1": compilation failed: ERROR: <input>:1:1: undeclared reference to 'bar' (in container '')\n | bar == 1\n | ^`,
    ],
  ],
  [
    withMappings({ username: { claim: 'sub' } }),
    [
      'claimMappings.username.prefix: Required value: prefix is required when claim is set. It can be set to an empty string to disable prefixing',
    ],
  ],
  [
    withMappings({ username: { expression: 'claims.email', prefix: 'x' } }),
    ['claimMappings.username.prefix: Invalid value: "x": may not be specified when expression is set'],
  ],
  [
    withMappings({ groups: { claim: 'g', expression: 'claims.g' }, uid: { claim: 'u', expression: 'claims.u' } }),
    [
      `claimMappings.groups: Invalid value: "": claim and expression can't both be set`,
      `claimMappings.uid: Invalid value: "": claim and expression can't both be set`,
    ],
  ],
  [
    withMappings({ username: { expression: 'claims.email' } }),
    [
      'claimMappings.username.expression: Invalid value: "claims.email": claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression',
    ],
  ],
  [
    withMappings({
      extra: [
        { key: 'Foo', valueExpression: 'claims.x' },
        { key: 'example.org/foo', valueExpression: '' },
        { key: 'a.k8s.io/x', valueExpression: 'foo' },
        { key: 'a.k8s.io/x', valueExpression: 'foo' },
        { key: 'ak8s.io/x', valueExpression: 'claims.x' },
      ],
    }),
    [
      'claimMappings.extra[0].key: Invalid value: "Foo": must be a domain-prefixed path (such as "acme.io/foo")',
      'claimMappings.extra[0].key: Invalid value: "Foo": must be lowercase',
      'claimMappings.extra[1].valueExpression: Required value',
      'claimMappings.extra[2].key: Invalid value: "a.k8s.io/x": k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use',
      `claimMappings.extra[2].valueExpression: Invalid value: "foo": compilation failed: ERROR: <input>:1:1: undeclared reference to 'foo' (in container '')\n | foo\n | ^`,
      'claimMappings.extra[3].key: Invalid value: "a.k8s.io/x": k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use',
      'claimMappings.extra[3].key: Duplicate value: "a.k8s.io/x"',
    ],
  ],
  [
    {
      ...fine,
      userValidationRules: [
        {},
        { expression: "user.foo == 'a'" },
        { expression: 'user.username' },
        { expression: 'user.username' },
        { expression: "user.extra['a'].size() > 0 && user.groups.all(g, g != 'x')" },
      ],
    },
    [
      'userValidationRules[0].expression: Required value',
      `userValidationRules[1].expression: Invalid value: "user.foo == 'a'": compilation failed: ERROR: <input>:1:5: undefined field 'foo'\n | user.foo == 'a'\n | ....^`,
      'userValidationRules[2].expression: Invalid value: "user.username": must evaluate to bool',
      'userValidationRules[3].expression: Duplicate value: "user.username"',
    ],
  ],
];

t.test('what is wrong with it is told in the words of Kubernetes', (t) => {
  const problem = (configuration: object): string => {
    try {
      checkedAuthenticators(configuration as AuthenticationConfiguration, ['https://own']);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  for (const [authenticator, expected] of findings) {
    const texts = expected.map((finding) => `jwt[0].${finding}`);
    const list = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
    t.equal(problem({ jwt: [authenticator] }), `invalid authentication configuration: ${list}`);
  }
  for (const expression of ['claims.email_verified ? claims.email : ""', 'claims.?email_verified.orValue(false) ? claims.email : ""'])
    t.equal(problem({ jwt: [withMappings({ username: { expression } })] }), '', expression);
  t.match(problem({ jwt: [fine, fine] }), 'jwt[1].issuer.url: Duplicate value: "https://x"');
  t.match(problem({ jwt: Array.from({ length: 65 }, () => fine) }), 'jwt: Too many: 65: must have at most 64 items');
  t.match(
    problem({ anonymous: { enabled: false, conditions: [{ path: '/x' }] } }),
    'anonymous.conditions: Invalid value: [{"Path":"/x"}]: enabled should be set to true when conditions are defined',
  );
  t.throws(() => refuseOtherAnonymous({}, { anonymous: { enabled: true } }), {
    message: 'invalid authentication configuration: anonymous: Forbidden: changed from initial configuration file',
  });
  t.end();
});

t.test('tokens of an issuer', async (t) => {
  const now = Date.now();
  const issuer = await tokenIssuer(now);
  const second = await tokenIssuer(now);
  const stranger = await generateKeyPair('RS256');
  const dir = t.testdir({ data: {} });
  const file = join(dir, 'authentication.yaml');
  t.teardown(() => {
    issuer.close();
    second.close();
  });
  const write = (configuration: object): void => {
    writeFileSync(`${file}.new`, stringify({ ...HEAD, anonymous: { enabled: true, conditions: [{ path: '/livez' }] }, ...configuration }));
    renameSync(`${file}.new`, file);
  };
  const expressive = {
    issuer: {
      url: issuer.url,
      discoveryURL: `${issuer.url}/elsewhere`,
      audiences: ['kurma', 'other'],
      audienceMatchPolicy: 'MatchAny',
      certificateAuthority: issuer.authority,
    },
    claimMappings: {
      username: { expression: 'claims.sub' },
      groups: { expression: 'claims.?groups.orValue([])' },
      uid: { expression: "claims.?uid.orValue('')" },
      extra: [{ key: 'example.org/team', valueExpression: "claims.?team.orValue('')" }],
    },
    claimValidationRules: [
      { claim: 'hd', requiredValue: 'example.org' },
      { expression: '!has(claims.level) || claims.level > 3', message: 'level too low' },
    ],
    userValidationRules: [{ expression: "!user.username.startsWith('system:')", message: 'no system users' }],
  };
  const plain = {
    issuer: { url: second.url, audiences: ['kurma'], certificateAuthority: second.authority },
    claimMappings: {
      username: { claim: 'email', prefix: 'oidc:' },
      groups: { claim: 'groups', prefix: 'g:' },
      uid: { claim: 'uid' },
    },
  };
  write({ jwt: [expressive, plain] });
  issuer.isAway = true;
  const server = await createServer({
    memory: true,
    port: 0,
    dataDir: join(dir, 'data'),
    logLevel: 'silent',
    authenticationConfig: file,
    tokens: [{ token: ADMIN_TOKEN, user: { name: 'admin', groups: ['system:masters'] } }],
  });
  const agent = new Agent({ keepAlive: true });
  t.teardown(async () => {
    agent.destroy();
    await server.stop();
  });
  const call = (method: string, path: string, token?: string, body?: object): Promise<{ code: number; body: JsonObject }> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
      const sent = rawRequest(`${server.url}${path}`, { method, headers, rejectUnauthorized: false, agent }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => resolve({ code: response.statusCode!, body: text.startsWith('{') ? JSON.parse(text) : {} }));
      });
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  const review = async (token: string): Promise<JsonObject> =>
    (await call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', ADMIN_TOKEN, { spec: { token } })).body['status'] as JsonObject;
  const seconds = Math.floor(now / 1000);
  const hd = 'example.org';

  t.match(await review(await issuer.sign({ hd })), { error: '[invalid bearer token, oidc: authenticator not initialized]' });
  issuer.isAway = false;
  t.match(await review(await issuer.sign({ hd })), { authenticated: true }, 'as soon as it is there');

  for (const [path, code] of [
    ['/livez', 200],
    ['/livez?verbose', 200],
    ['/livez/', 401],
    ['/livez/ping', 401],
    ['/version', 401],
    ['/%6civez', 401],
  ] as const)
    t.equal((await call('GET', path)).code, code, `without credentials: ${path}`);

  const user = (username: string, groups: string[], more: object = {}): object => ({
    authenticated: true,
    user: { username, groups: [...groups, 'system:authenticated'], ...more },
    audiences: ['https://kubernetes.default.svc.cluster.local'],
  });
  const bad = (error: string): object => ({ user: {}, error: `[invalid bearer token, oidc: ${error}]` });
  const unverified = bad('verify token: failed to verify signature: failed to verify id token signature');
  const algorithms = '["ES256" "ES384" "ES512" "PS256" "PS384" "PS512" "RS256" "RS384" "RS512"]';
  const notTexts = 'expression must return a string or a list of strings';

  for (const [title, claims, expected] of [
    [
      'everything mapped',
      { hd, groups: ['a', '', 'b'], uid: '7', team: 'x', jti: 'j1' },
      user('ann', ['a', 'b'], {
        uid: '7',
        extra: { 'authentication.kubernetes.io/credential-id': ['JTI=j1'], 'example.org/team': ['x'] },
      }),
    ],
    ['a list, and one group', { hd, team: ['y', 'z'], groups: 'one' }, user('ann', ['one'], { extra: { 'example.org/team': ['y', 'z'] } })],
    ['null for groups', { hd, groups: null }, user('ann', [])],
    ['numbers for groups', { hd, groups: [1] }, bad(`error evaluating group claim expression: ${notTexts}`)],
    ['a number for a team', { hd, team: 5 }, bad(`error evaluating extra claim expression: claims.?team.orValue(''): ${notTexts}`)],
    ['a number for a uid', { hd, uid: 5 }, bad('error evaluating uid claim expression: uid claim expression must return a string')],
    ['nobody', { hd, sub: '' }, bad('empty username via CEL expression is not allowed')],
    ['another of the audiences', { hd, aud: ['x', 'other'] }, user('ann', [])],
    ['other audiences', { hd, aud: ['x', 'y'] }, bad('verify token: oidc: expected audience in ["kurma" "other"] got ["x" "y"]')],
    ['a claim that is missing', {}, bad('required claim hd not present in ID token')],
    ['a claim of another value', { hd: 'no' }, bad('required claim hd value does not match. Got = no, want = example.org')],
    ['a claim of another type', { hd: 5 }, bad('parse claim hd: json: cannot unmarshal number into Go value of type string')],
    [
      'a rule that is not met',
      { hd, level: 1 },
      bad(
        "error evaluating claim validation expression: validation expression '!has(claims.level) || claims.level > 3' failed: level too low",
      ),
    ],
    [
      'a rule that fails',
      { hd, level: 'x' },
      bad(
        "error evaluating claim validation expression: expression '!has(claims.level) || claims.level > 3' resulted in error: no such overload",
      ),
    ],
    [
      'a user that is not wanted',
      { hd, sub: 'system:x' },
      bad(
        "error evaluating user info validation rule: validation expression '!user.username.startsWith('system:')' failed: no system users",
      ),
    ],
    ['expired', { hd, exp: seconds - 1 }, bad(`verify token: oidc: token is expired (Token Expiry: ${goTime(seconds - 1)})`)],
    ['without expiry', { hd, exp: undefined }, bad('verify token: oidc: token is expired (Token Expiry: 0001-01-01 00:00:00 +0000 UTC)')],
    [
      'a name that is a number',
      { hd, sub: 5 as never },
      bad('verify token: oidc: failed to unmarshal claims: json: cannot unmarshal number into Go struct field idToken.sub of type string'),
    ],
    [
      'an expiry that is a text',
      { hd, exp: 'soon' as never },
      bad('verify token: oidc: failed to unmarshal claims: json: invalid number literal, trying to unmarshal "\\"soon\\"" into Number'),
    ],
    ['of an issuer that nobody knows', { hd, iss: 'https://elsewhere' }, { user: {}, error: 'invalid bearer token' }],
  ] as [string, JWTPayload, object][])
    t.same(await review(await issuer.sign(claims)), expected, title);
  t.match((await review(await issuer.sign({ hd, nbf: seconds + 200 })))['error'], /before the nbf \(not before\) time: .* UTC\]$/);
  t.match(await review(await issuer.sign({ hd, nbf: seconds + 30 })), { authenticated: true }, 'clocks may differ by a minute');

  const token = await issuer.sign({ hd });
  const [head, body, signature] = token.split('.') as [string, string, string];
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const wrongAlgorithm = (algorithm: string): object =>
    bad(`verify token: oidc: id token signed with unsupported algorithm, expected ${algorithms} got "${algorithm}"`);
  for (const [title, text, expected] of [
    ['signed by a stranger', await issuer.sign({ hd }, { key: stranger.privateKey }), unverified],
    ['naming no key of the issuer', await issuer.sign({ hd }, { kid: 'zz' }), unverified],
    ['with an elliptic key', await issuer.sign({ hd }, { alg: 'ES256' }), user('ann', [])],
    ['signed by nobody', `${part({ alg: 'none' })}.${body}.`, wrongAlgorithm('none')],
    ['with a secret', `${part({ alg: 'HS256', kid: 'k1' })}.${body}.${signature}`, wrongAlgorithm('HS256')],
    [
      'other claims under the signature',
      `${head}.${part({ iss: issuer.url, aud: 'kurma', exp: seconds + 60, sub: 'eve' })}.${signature}`,
      unverified,
    ],
    ['one issuer for another', await second.sign({ iss: issuer.url, hd }), unverified],
  ] as [string, string, object][])
    t.same(await review(text), expected, title);

  const mail = { email: 'a@b', uid: 'u' };
  for (const [title, claims, expected] of [
    ['plain claims', { ...mail, groups: ['a', ''] }, user('oidc:a@b', ['g:a', 'g:'], { uid: 'u' })],
    ['one group', { ...mail, groups: 'a' }, user('oidc:a@b', ['g:a'], { uid: 'u' })],
    ['no name', { uid: 'u' }, bad('parse username claims "email": claim not present')],
    ['no uid', { email: 'x' }, bad('parse uid claim "uid": claim not present')],
    ['mail that is verified', { ...mail, email_verified: true }, user('oidc:a@b', [], { uid: 'u' })],
    ['mail that is not', { ...mail, email_verified: false }, bad('email not verified')],
    [
      'nobody knows whether it is',
      { ...mail, email_verified: 'true' },
      bad("parse 'email_verified' claim: json: cannot unmarshal string into Go value of type bool"),
    ],
    ['another audience', { ...mail, aud: 'x' }, bad('verify token: oidc: expected audience "kurma" got ["x"]')],
    [
      'numbers for groups',
      { ...mail, groups: 5 },
      bad('parse groups claim "groups": json: cannot unmarshal number into Go value of type string'),
    ],
  ] as [string, JWTPayload, object][])
    t.same(await review(await second.sign(claims)), expected, `by claims: ${title}`);

  await t.test('its keys are exchanged, and it goes away', async (t) => {
    const before = issuer.fetches;
    const old = await issuer.sign({ hd });
    await issuer.rotate();
    t.match(await review(await issuer.sign({ hd })), { authenticated: true }, 'the new key is fetched');
    t.same(await review(old), unverified, 'the old one is no longer good');
    issuer.isAway = true;
    t.match(await review(await issuer.sign({ hd })), { authenticated: true }, 'known keys stay good while it is away');
    issuer.isAway = false;
    const forged = await Promise.all(Array.from({ length: 50 }, () => issuer.sign({ hd }, { key: stranger.privateKey })));
    for (const status of await Promise.all(forged.map(review))) t.same(status, unverified);
    t.ok(issuer.fetches - before <= 20, 'forged tokens do not make it be asked over and over');
  });

  await t.test('the file changes', async (t) => {
    const until = async (token: string, expected: object): Promise<JsonObject> => {
      for (let i = 0; i < 60; i++) {
        const status = await review(token);
        if (Boolean(status['authenticated']) === Boolean((expected as JsonObject)['authenticated'])) return status;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return review(token);
    };
    const anyHost = await issuer.sign({ hd: 'elsewhere' });
    write({ jwt: [{ ...expressive, claimValidationRules: [] }, plain] });
    t.match(await until(anyHost, { authenticated: true }), { authenticated: true }, 'to fewer rules');
    writeFileSync(file, 'kind: nonsense');
    await new Promise((resolve) => setTimeout(resolve, 1200));
    t.match(await review(anyHost), { authenticated: true }, 'to nonsense: it stays as it was');
    write({ jwt: [] });
    t.same(await until(anyHost, {}), { user: {}, error: 'invalid bearer token' }, 'to nothing: the issuer is nobody now');
  });
});

const goTime = (second: number): string => `${new Date(second * 1000).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;

t.test('what options say cannot be said in the file too', async (t) => {
  const dir = t.testdir({ 'config.yaml': stringify({ ...HEAD, anonymous: { enabled: true } }) });
  const authenticationConfig = join(dir, 'config.yaml');
  const start = (options: object): Promise<unknown> => createServer({ memory: true, logLevel: 'silent', authenticationConfig, ...options });
  await t.rejects(start({ oidc: [{ issuer: 'https://x', audiences: ['a'] }] }), {
    message: 'authentication-config file and oidc options are mutually exclusive',
  });
  await t.rejects(start({ anonymousAuth: false }), /anonymousAuth cannot be set/);
  await t.rejects(
    start({ authenticationConfig: join(dir, 'none.yaml') }),
    /failed to load authentication configuration from file .*ENOENT/,
  );
});
