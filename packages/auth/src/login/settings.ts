/** How people log in with a browser. */
export interface LoginSettings {
  /** Where browsers reach the gateway: an origin. */
  readonly publicUrl: string
  /** As the provider names itself in its tokens. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** The id_token's claim with the person's groups, or null. */
  readonly groupsClaim: string | null
  /** In lower case; empty: every domain of the provider. */
  readonly allowedDomains: readonly string[]
  /** In lower case. */
  readonly adminUsers: readonly string[]
  /** What others get at their first login. */
  readonly defaultRole: string | null
  /** Milliseconds. */
  readonly sessionIdle: number
  /** Milliseconds from a login to the end of its session, used or not. */
  readonly sessionLife: number
}

export const googleIssuer = 'https://accounts.google.com'
export const callbackPath = '/gateway/auth/callback'
