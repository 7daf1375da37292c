/** Every option of a server, with its default visible. The command line and the configuration file are two ways to say the same. */
import type { AuditLog, AuditWebhook } from './audit/sinks.js';
import type { FrontProxyOptions } from './auth/front-proxy.js';
import type { OidcIssuer } from './auth/oidc.js';
import type { UserInfo } from './auth/user-info.js';
import type { ReviewWebhook } from './auth/webhooks.js';
import type { Profile } from './builtin-resources.js';
import type { Chance } from './chance.js';
import type { Plugin } from '../controllers/index.js';

export interface ServerOptions {
  /** Where the database, the certificates and the admin kubeconfig are. */
  dataDir: string;
  /** Keep objects in memory only; nothing is written but the kubeconfig (and not even that in process without a port). */
  memory: boolean;
  /** TLS port; 0 takes a free one; -1 does not listen at all (in-process use). */
  port: number;
  bindAddress: string;
  /** Plain HTTP on 127.0.0.1, without authentication: everybody on the machine is admin. 0: off. */
  insecurePort: number;
  profile: Profile;
  /** Further names and addresses of the serving certificate. */
  tlsSan: readonly string[];
  /** Plugin modules to load, by path. */
  plugins: readonly (string | Plugin)[];
  /** Built-in controllers: `*` is all, `-name` takes one away. */
  controllers: readonly string[];
  /** Admission plugins that are off by default and are to be on. */
  enableAdmissionPlugins: readonly string[];
  /** Admission plugins that are to be off. */
  disableAdmissionPlugins: readonly string[];
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Static bearer tokens. */
  tokens: readonly { token: string; user: UserInfo }[];
  /** PEM file of further authorities of client certificates; read again when it changes. */
  clientCaFile: string | undefined;
  /** PEM files of further keys, private or public, that tokens of service accounts may be signed with. */
  serviceAccountKeyFiles: readonly string[];
  /** `iss` of the tokens of service accounts; an address that others can reach if they are to verify them. */
  serviceAccountIssuer: string;
  /** What the issuer was called before: its tokens stay good. */
  olderServiceAccountIssuers: readonly string[];
  /** Audiences that a token must name one of; none: the issuer. */
  apiAudiences: readonly string[];
  /** Issuers of OpenID Connect whose users may come in. */
  oidc: readonly OidcIssuer[];
  /** File of an AuthenticationConfiguration: issuers with claims mapped by expressions, and who may be anonymous. Read again when it changes. */
  authenticationConfig: string | undefined;
  /** Tokens of Secrets in kube-system of the type bootstrap.kubernetes.io/token are good. */
  bootstrapTokens: boolean;
  /** Whom to ask about tokens that nobody else knows. */
  tokenWebhook: ReviewWebhook | undefined;
  /** Whom to ask about what no role allows. */
  authorizationWebhook: ReviewWebhook | undefined;
  /** A proxy whose word on who the user is counts. */
  frontProxy: FrontProxyOptions | undefined;
  /** File of an audit.k8s.io/v1 Policy: what is recorded of requests. */
  auditPolicy: string | undefined;
  /** Where it is recorded; with a policy and nothing else said, `audit.log` in the data directory. */
  auditLog: AuditLog | undefined;
  auditWebhook: AuditWebhook | undefined;
  /** Requests without credentials go on as system:anonymous. */
  anonymousAuth: boolean;
  /** File of an EncryptionConfiguration: what the database has encrypted. A memory server needs none. */
  encryptionConfig: string | undefined;
  /** Cluster IPs of Services: one range, or one of each family after a comma, the default family first. */
  serviceClusterIpRange: string;
  /** Node ports of Services. */
  serviceNodePortRange: string;
  /** Reads at once, of all users together; the others wait for their turn, or get 429. 0: any number. */
  maxRequestsInflight: number;
  /** Writes at once. */
  maxMutatingRequestsInflight: number;
  chance: Chance;
}

export const defaultOptions: ServerOptions = {
  dataDir: './kurma-data',
  memory: false,
  port: 6443,
  bindAddress: '127.0.0.1',
  insecurePort: 0,
  profile: 'platform',
  tlsSan: [],
  plugins: [],
  controllers: ['*'],
  enableAdmissionPlugins: [],
  disableAdmissionPlugins: [],
  logLevel: 'info',
  tokens: [],
  clientCaFile: undefined,
  serviceAccountKeyFiles: [],
  serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
  olderServiceAccountIssuers: [],
  apiAudiences: [],
  oidc: [],
  authenticationConfig: undefined,
  bootstrapTokens: false,
  tokenWebhook: undefined,
  authorizationWebhook: undefined,
  frontProxy: undefined,
  auditPolicy: undefined,
  auditLog: undefined,
  auditWebhook: undefined,
  anonymousAuth: true,
  encryptionConfig: undefined,
  serviceClusterIpRange: '10.0.0.0/24',
  serviceNodePortRange: '30000-32767',
  maxRequestsInflight: 400,
  maxMutatingRequestsInflight: 200,
  chance: { now: Date.now, uuid: () => crypto.randomUUID(), random: Math.random },
};
