/** An issuer of tokens as OpenID Connect has them: an HTTPS server with a discovery document and keys, which rotates them and goes away. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { createAuthority, issueServing } from '../../server/auth/pki.js';

export interface TokenIssuer {
  url: string;
  /** PEM */
  authority: string;
  /** Answers 503 to everything. */
  isAway: boolean;
  /** How often it was asked for its keys. */
  fetches: number;
  rotate(): Promise<void>;
  /** A token with `iss`, `aud: kurma`, `sub: ann` and an expiry, unless the claims say otherwise. */
  sign(claims?: JWTPayload, how?: { alg?: string; kid?: string; key?: SigningKey }): Promise<string>;
  close(): void;
}

type SigningKey = Parameters<SignJWT['sign']>[0];

export async function tokenIssuer(now: number): Promise<TokenIssuer> {
  const authority = await createAuthority('issuer', now);
  const serving = await issueServing(authority, ['127.0.0.1'], 1, now);
  const elliptic = await generateKeyPair('ES256');
  let keys = await generateKeyPair('RS256');
  let generation = 1;
  const published = async (): Promise<unknown> => ({
    keys: [
      { ...(await exportJWK(keys.publicKey)), kid: `k${generation}`, alg: 'RS256', use: 'sig' },
      { ...(await exportJWK(elliptic.publicKey)), kid: 'es', alg: 'ES256', use: 'sig' },
    ],
  });
  const server = createServer({ key: serving.key, cert: serving.certificate }, (request, response) => {
    if (issuer.isAway) {
      response.writeHead(503).end();
      return;
    }
    response.setHeader('content-type', 'application/json');
    if (request.url === '/keys') {
      issuer.fetches++;
      void published().then((value) => response.end(JSON.stringify(value)));
    } else if (request.url === '/.well-known/openid-configuration' || request.url === '/elsewhere')
      response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }));
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const issuer: TokenIssuer = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authority: authority.certificate,
    isAway: false,
    fetches: 0,
    async rotate() {
      keys = await generateKeyPair('RS256');
      generation++;
    },
    sign: (claims = {}, { alg = 'RS256', kid = alg === 'ES256' ? 'es' : `k${generation}`, key } = {}) =>
      new SignJWT({ iss: issuer.url, aud: 'kurma', exp: Math.floor(now / 1000) + 600, sub: 'ann', ...claims })
        .setProtectedHeader({ alg, kid })
        .sign(key ?? (alg === 'ES256' ? elliptic.privateKey : keys.privateKey)),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return issuer;
}
