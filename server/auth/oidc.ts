/** OpenID Connect by plain options (E2.6): the same as an issuer of an AuthenticationConfiguration, in fewer words. */
import type { JwtAuthenticator } from './issuers/configuration.js';

export interface OidcIssuer {
  /** `iss` of its tokens, and where it is found. */
  issuer: string;
  /** Client ids; a token must name one of them. */
  audiences: readonly string[];
  /** Default `sub`. */
  usernameClaim?: string;
  /** In front of names; default `<issuer>#` unless the claim is `email`; `-` for none. */
  usernamePrefix?: string;
  groupsClaim?: string;
  groupsPrefix?: string;
  /** Claims that must have just this value. */
  requiredClaims?: Readonly<Record<string, string>>;
  /** PEM of the authority of its certificate, if it is not a public one. */
  certificateAuthority?: string;
}

export function jwtAuthenticatorOf(options: OidcIssuer): JwtAuthenticator {
  const { issuer, audiences, usernameClaim: claim = 'sub', groupsClaim, groupsPrefix = '', certificateAuthority } = options;
  const given = options.usernamePrefix ?? (claim === 'email' ? '-' : `${issuer}#`);
  return {
    issuer: {
      url: issuer,
      audiences: [...audiences],
      audienceMatchPolicy: 'MatchAny',
      ...(certificateAuthority && { certificateAuthority }),
    },
    claimMappings: {
      username: { claim, prefix: given === '-' ? '' : given },
      ...(groupsClaim !== undefined && { groups: { claim: groupsClaim, prefix: groupsPrefix } }),
    },
    claimValidationRules: Object.entries(options.requiredClaims ?? {}).map(([name, requiredValue]) => ({ claim: name, requiredValue })),
  };
}
