import type { Explanation } from '@rack-gateway/errors'
import type { TrustCondition } from '@rack-gateway/gateway-api'

interface CiProvider {
  readonly issuers: RegExp
  /** Claims that identify a customer of the provider, with values that another customer never gets. */
  readonly claims: readonly string[]
}

const providers: readonly CiProvider[] = [
  {
    issuers: /^https:\/\/token\.actions\.githubusercontent\.com(?:\/|$)/,
    claims: ['repository_id', 'repository_owner_id', 'enterprise_id'],
  },
  { issuers: /^https:\/\/gitlab\.com\/?$/, claims: ['project_id', 'namespace_id'] },
  { issuers: /^https:\/\/oidc\.circleci\.com(?:\/|$)/, claims: ['oidc.circleci.com/project-id'] },
]

/** For other issuers: the subject, or a claim that is named like an ID. */
const idLike = /^sub$|(?:^|[_./:-])(?:uu)?id$|[a-z](?:Id|ID|Uuid|UUID)$/

/** Why jobs of another customer could meet the conditions of a trust; null if they cannot. */
export function missingIdentity(issuer: string, conditions: readonly TrustCondition[]): Explanation | null {
  const claims = conditions.filter(isIdentity).map(({ claim }) => claim)
  const provider = providers.find(({ issuers }) => issuers.test(issuer))
  if (provider?.claims.some((claim) => claims.includes(claim)) ?? claims.some((claim) => idLike.test(claim)))
    return null
  if (provider)
    return {
      reason:
        'No condition identifies the repository: names can be taken over, and jobs of other repositories can meet the other conditions.',
      remedy: `Add an exact condition on ${provider.claims.join(' or ')}.`,
    }
  return {
    reason: 'No condition permanently identifies the owner of the job.',
    remedy: 'Add an exact condition on sub, or on a claim whose name ends with id, such as project_id.',
  }
}

/** A boolean identifies no customer, because many customers have the same value. */
function isIdentity(condition: TrustCondition): boolean {
  if ('equals' in condition) return typeof condition.equals !== 'boolean'
  return 'oneOf' in condition && condition.oneOf.every((value) => typeof value !== 'boolean')
}
