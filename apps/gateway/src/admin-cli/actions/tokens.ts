import { NameTaken } from '@rack-gateway/auth'
import type { Issuer } from '@rack-gateway/auth/store'
import type { ServerConfig } from '@rack-gateway/config'
import { type PolicyDocument, tokenLimit } from '@rack-gateway/rbac-policy'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { readPolicyFile } from '@rack-gateway/rbac-policy/plugin'
import { durationInWords, readDuration, readTime } from '@rack-gateway/time'
import { UsageError } from '../definitions/usage-error.ts'
export interface TokenArguments {
  readonly user?: string | undefined
  readonly serviceAccount?: string | undefined
  readonly name?: string | undefined
  readonly role: string
  readonly rack?: string | undefined
  readonly expires?: string | undefined
  readonly device: string
}

/** Prints the token to stdout and its description to stderr, so that a script can capture only the token. */
export async function issueToken(issuer: Issuer, config: ServerConfig, args: TokenArguments): Promise<void> {
  const { user, serviceAccount, role, rack } = args
  const racks = config.racks.map(({ name }) => name)
  if (rack !== undefined && !racks.includes(rack)) {
    throw new Error(`The gateway has no rack ${rack}. Use one of ${racks.join(', ')}.`)
  }
  const document = await policyOf(config)
  checkRole(document, role)
  const expiresAt = Date.now() + lifetimeOf(config, document, args)
  const { token } = await (serviceAccount === undefined
    ? issueSession(issuer, user ?? '', args, expiresAt)
    : issueApiToken(issuer, serviceAccount, args, expiresAt))
  const scope = rack ?? 'every rack'
  const end = new Date(expiresAt).toISOString()
  console.error(`${serviceAccount ?? user} is ${role} on ${scope}; the token expires on ${end} and is shown only now:`)
  console.log(token)
}

/** Milliseconds. @throws UsageError for an invalid expiry, or one beyond the limit */
function lifetimeOf(
  { sessions }: ServerConfig,
  document: PolicyDocument,
  { serviceAccount, role, expires }: TokenArguments,
): number {
  const limit = tokenLimit(document, [{ role }])
  const [credential, limitSource, longest, defaultLifetime] =
    serviceAccount === undefined
      ? ['A session', 'SESSION_MAX_AGE', sessions.maxAge, sessions.maxAge]
      : ['An API token', `rule ${limit.rule}, ${limit.source}`, limit.maxAge, document.tokens.defaultAge]
  if (expires === undefined) return Math.min(defaultLifetime, longest)
  const lifetime = readDuration(expires) ?? (readTime(expires, 'typed', 'local') ?? Number.NaN) - Date.now()
  if (!(lifetime > 0))
    throw new UsageError(
      '--expires is not a later time. Use how long from now, such as 30d or 12h, or a time such as 2027-01-31 or 2027-01-31T12:00Z.',
    )
  if (lifetime <= longest) return lifetime
  throw new UsageError(
    `The lifetime is too long. ${credential} lasts at most ${durationInWords(longest)} (${limitSource}). Pass an earlier --expires.`,
  )
}

async function policyOf({ policyFile }: ServerConfig): Promise<PolicyDocument> {
  return policyFile === null ? builtInPolicy() : await readPolicyFile(policyFile)
}

/** A token with an unknown role would have no permissions. */
function checkRole({ roles }: PolicyDocument, role: string): void {
  const names = roles.map(({ name }) => name)
  if (!names.includes(role)) throw new UsageError(`The policy has no role ${role}. Use one of ${names.join(', ')}.`)
}

function issueSession(issuer: Issuer, email: string, { role, rack, device }: TokenArguments, expiresAt: number) {
  return issuer.issueSession({ email, role, device, expiresAt, ...(rack === undefined ? {} : { rack }) })
}

async function issueApiToken(issuer: Issuer, account: string, args: TokenArguments, expiresAt: number) {
  const { role, rack, name = account } = args
  const binding = { role, ...(rack === undefined ? {} : { racks: rack }) }
  await issuer.createServiceAccount({ name: account, binding }).catch((error: unknown) => {
    if (!(error instanceof NameTaken)) throw error
  })
  const owner = { kind: 'service-account', name: account } as const
  // `rack` limits the token, and `racks` limits the binding of the token.
  const rackLimit = rack === undefined ? {} : { rack, racks: rack }
  return issuer.issueApiToken({ name, owner, role, expiresAt, ...rackLimit })
}

export async function listTokens(issuer: Issuer): Promise<void> {
  for (const { id, email, device, rack, expiresAt, endedAt } of await issuer.listSessions()) {
    printRow(id, `session of ${email} on ${device}`, rack, endedAt, expiresAt)
  }
  for (const { id, name, ownerEmail, ownerAccount, rack, expiresAt, revokedAt } of await issuer.listTokens()) {
    printRow(id, `API token ${name} of ${ownerEmail ?? ownerAccount}`, rack, revokedAt, expiresAt)
  }
}

function printRow(id: string, description: string, rack: string | null, endedAt: Date | null, expiresAt: Date): void {
  const state = endedAt ? `ended ${endedAt.toISOString()}` : `until ${expiresAt.toISOString()}`
  console.log([id, description, rack ?? 'every rack', state].join('\t'))
}

export async function revokeToken(issuer: Issuer, id: string, reason: string): Promise<void> {
  const isApiToken = (await issuer.listTokens()).some((token) => token.id === id)
  await (isApiToken ? issuer.revokeToken(id) : issuer.endSession(id, reason))
}
