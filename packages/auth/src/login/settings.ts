/** The configuration of logins with a browser. */
export interface LoginSettings {
  /** The origin where browsers reach the gateway. */
  readonly publicUrl: string
  /** The issuer in the tokens of the provider. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** The claim of the ID token with the groups, or null. */
  readonly groupsClaim: string | null
  /** In lower case; empty: every domain of the provider. */
  readonly allowedDomains: readonly string[]
  /** In lower case. */
  readonly adminUsers: readonly string[]
  /** The role of other users at their first login. */
  readonly defaultRole: string | null
  /** Milliseconds. */
  readonly sessionIdle: number
  /** Milliseconds from a login to the expiry of its session. */
  readonly sessionLife: number
}

export const googleIssuer = 'https://accounts.google.com'
export const callbackPath = '/gateway/auth/callback'
