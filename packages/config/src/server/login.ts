import { durationOf } from '@rack-gateway/time'
import { splitLowerCase } from '../schema/login-values.ts'
import type { ServerEnvironment } from '../schema/server-schema.ts'
import { Secret } from '../values/secret.ts'

export interface LoginConfig {
  /** The `iss` claim of the provider's tokens. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: Secret
  /** The ID token's claim with the person's groups. */
  readonly groupsClaim: string | null
  /** In lower case. Empty allows every domain of the provider. */
  readonly allowedDomains: readonly string[]
  /** In lower case. */
  readonly adminUsers: readonly string[]
  readonly defaultRole: string | null
  /** Milliseconds. */
  readonly sessionIdleMs: number
}

type Values = Partial<ServerEnvironment>

const googleIssuer = 'https://accounts.google.com'
const google = ['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET'] as const
const generic = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const
const loginOptions = ['OIDC_GROUPS_CLAIM', 'ALLOWED_DOMAINS', 'ADMIN_USERS', 'DEFAULT_ROLE'] as const

/** One sentence for each variable of the login that is missing or contradicts another variable. */
export function loginProblems(values: Values): string[] {
  const setOf = (names: readonly (keyof Values)[]) => names.filter((name) => values[name] !== undefined)
  const missing = (names: readonly (keyof Values)[]) =>
    setOf(names).length === 0
      ? []
      : names
          .filter((name) => values[name] === undefined)
          .map((name) => `${name} is missing although ${setOf(names).join(' and ')} is set`)
  const problems = [...missing(google), ...missing(generic)]
  const [googleVariable] = setOf(google)
  const [oidcVariable] = setOf(generic)
  if (googleVariable && oidcVariable)
    problems.push(
      `${googleVariable} and ${oidcVariable} are both set; it should be one login: Google's or the issuer's`,
    )
  const loginVariable = googleVariable ?? oidcVariable
  if (loginVariable === undefined) {
    problems.push(
      ...setOf(loginOptions).map(
        (name) => `${name} is set, but no login is set up: set OIDC_ISSUER or GOOGLE_CLIENT_ID`,
      ),
    )
  } else if (values.PUBLIC_URL === undefined) {
    problems.push(
      `PUBLIC_URL is missing although ${loginVariable} is set; it should be the address at which browsers reach the gateway, such as https://gateway.example.com`,
    )
  }
  if (googleVariable && values.ALLOWED_DOMAINS === undefined)
    problems.push(
      'ALLOWED_DOMAINS is missing although GOOGLE_CLIENT_ID is set; it should be the domains of your organization, such as example.com, because anyone can have a Google account',
    )
  return problems
}

/** Only for values without problems. */
export function loginOf(values: ServerEnvironment): LoginConfig | null {
  const client = clientOf(values)
  if (client === null) return null
  return Object.freeze({
    ...client,
    groupsClaim: values.OIDC_GROUPS_CLAIM ?? null,
    allowedDomains: listOf(values.ALLOWED_DOMAINS),
    adminUsers: listOf(values.ADMIN_USERS),
    defaultRole: values.DEFAULT_ROLE ?? null,
    sessionIdleMs: durationOf(values.SESSION_IDLE),
  })
}

function clientOf(values: ServerEnvironment): Pick<LoginConfig, 'issuer' | 'clientId' | 'clientSecret'> | null {
  const { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = values
  if (GOOGLE_CLIENT_ID && GOOGLE_CLIENT_SECRET)
    return { issuer: googleIssuer, clientId: GOOGLE_CLIENT_ID, clientSecret: new Secret(GOOGLE_CLIENT_SECRET) }
  if (OIDC_ISSUER && OIDC_CLIENT_ID && OIDC_CLIENT_SECRET)
    return { issuer: OIDC_ISSUER, clientId: OIDC_CLIENT_ID, clientSecret: new Secret(OIDC_CLIENT_SECRET) }
  return null
}

function listOf(value: string | undefined): readonly string[] {
  return Object.freeze(value === undefined ? [] : [...new Set(splitLowerCase(value))])
}
