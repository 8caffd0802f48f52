export interface LoginSettings {
  /** The origin where browsers reach the gateway. */
  readonly publicUrl: string
  /** The issuer in the tokens of the provider. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** The claim of the ID token with the groups, or null. */
  readonly groupsClaim: string | null
  /** The domains of email addresses that can log in, in lower case. Empty for every domain. */
  readonly allowedDomains: readonly string[]
  /** Email addresses, in lower case. The first user with each of them gets the role `admin`. */
  readonly adminUsers: readonly string[]
  /** The role that other users get at their first login, or null. */
  readonly defaultRole: string | null
  /** Milliseconds without use after which a browser session ends. */
  readonly sessionIdle: number
  /** Milliseconds from a login to the expiry of its session. */
  readonly sessionLife: number
}

export const googleIssuer = 'https://accounts.google.com'
export const callbackPath = '/gateway/auth/callback'
