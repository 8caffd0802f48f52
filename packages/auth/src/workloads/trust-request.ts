import type { Explanation } from '@rack-gateway/errors'
import { type Scope, scopesIn, type TrustCondition, type TrustRequest } from '@rack-gateway/gateway-api'
import { InvalidTrust } from '../errors/errors.ts'
import { checkName } from '../transactions/names.ts'
import { issuerProblem } from './issuer-url.ts'
import { expandTemplate } from './templates.ts'

export interface TrustTerms {
  readonly name: string
  readonly issuer: string
  readonly audience: string
  readonly conditions: readonly TrustCondition[]
  readonly role: string
  readonly scopes: readonly Scope[]
  /** Seconds. */
  readonly maxAge: number
}

const defaultMaxAge = 3_600

/** @throws InvalidTrust, InvalidName */
export function trustTerms(request: TrustRequest, publicUrl: string): TrustTerms {
  const { role, audience = publicUrl, maxAgeSeconds = defaultMaxAge } = request
  const { issuer, conditions } = expandRequest(request)
  if (audience !== publicUrl)
    throw new InvalidTrust(`The audience of a trust is always PUBLIC_URL, ${publicUrl}.`, 'Leave the audience out.')
  const problem = issuerProblem(issuer, publicUrl)
  if (problem !== null)
    throw new InvalidTrust(`The issuer ${problem}.`, 'Write it exactly as in the claim iss of its tokens.')
  checkConditions(issuer, conditions)
  return {
    name: checkName('name of a trust', request.name),
    issuer,
    audience,
    conditions,
    role,
    scopes: scopesIn(request),
    maxAge: maxAgeSeconds,
  }
}

function expandRequest({ template, issuer, conditions }: TrustRequest) {
  if (template && (issuer !== undefined || conditions !== undefined))
    throw new InvalidTrust('A trust has either a template or an issuer with conditions.', 'Leave one of them out.')
  if (template) return expandTemplate(template)
  if (issuer !== undefined && conditions !== undefined) return { issuer, conditions }
  throw new InvalidTrust('A trust needs a template, or an issuer with conditions.', 'Add one of them.')
}

function checkConditions(issuer: string, conditions: readonly TrustCondition[]): void {
  const missing = missingIdentity(issuer, conditions)
  if (missing !== null) throw new InvalidTrust(missing.reason, missing.remedy)
  const reservedCondition = conditions.find(({ claim }) => reserved.has(claim))
  if (reservedCondition)
    throw new InvalidTrust(
      `The gateway itself checks the claim ${reservedCondition.claim}.`,
      'Leave the condition out.',
    )
}

const reserved = new Set(['iss', 'aud', 'exp', 'nbf', 'iat', 'jti'])

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
function missingIdentity(issuer: string, conditions: readonly TrustCondition[]): Explanation | null {
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
