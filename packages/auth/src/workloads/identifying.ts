import type { Explanation } from '@rack-gateway/errors'
import type { TrustCondition } from '@rack-gateway/gateway-api'

interface Provider {
  readonly issuers: RegExp
  /** Claims that tell its customers apart, and are never given to another one. */
  readonly claims: readonly string[]
}

const providers: readonly Provider[] = [
  {
    issuers: /^https:\/\/token\.actions\.githubusercontent\.com(?:\/|$)/,
    claims: ['repository_id', 'repository_owner_id', 'enterprise_id'],
  },
  { issuers: /^https:\/\/gitlab\.com\/?$/, claims: ['project_id', 'namespace_id'] },
  { issuers: /^https:\/\/oidc\.circleci\.com(?:\/|$)/, claims: ['oidc.circleci.com/project-id'] },
]

/** Of an issuer that nobody has described: its own name for the job, or what it calls an id. */
const idLike = /^sub$|(?:^|[_./:-])(?:uu)?id$|[a-z](?:Id|ID|Uuid|UUID)$/

/** What a trust must say so that its conditions are met by one customer's jobs alone, or null. */
export function missingIdentity(issuer: string, conditions: readonly TrustCondition[]): Explanation | null {
  const claims = conditions.filter(isIdentity).map(({ claim }) => claim)
  const known = providers.find(({ issuers }) => issuers.test(issuer))
  if (known?.claims.some((claim) => claims.includes(claim)) ?? claims.some((claim) => idLike.test(claim))) return null
  if (known)
    return {
      reason: "names can be taken over, and the rest anybody's job can have:",
      remedy: `add an exact condition on ${known.claims.join(' or ')}`,
    }
  return {
    reason: 'a trust needs at least one exact condition that tells for good whose the job is:',
    remedy: 'add one on sub, or on a claim whose name ends with id, such as project_id',
  }
}

/** Yes or no is the same for half the world. */
function isIdentity(condition: TrustCondition): boolean {
  if ('equals' in condition) return typeof condition.equals !== 'boolean'
  return 'oneOf' in condition && condition.oneOf.every((value) => typeof value !== 'boolean')
}
