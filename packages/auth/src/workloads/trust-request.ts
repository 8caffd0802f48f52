import type { TrustCondition, TrustRequest } from '@rack-gateway/gateway-api'
import { checkName } from '../admin/names.ts'
import { InvalidTrust } from '../errors.ts'
import { issuerProblem } from './issuer-url.ts'
import { missingIdentity } from './missing-identity.ts'
import { expandTemplate } from './templates.ts'

export interface TrustTerms {
  readonly name: string
  readonly issuer: string
  readonly audience: string
  readonly conditions: readonly TrustCondition[]
  readonly role: string
  readonly racks: string
  readonly apps: string
  /** Seconds. */
  readonly maxAge: number
}

const defaultMaxAge = 3_600

/** @throws InvalidTrust, InvalidName */
export function trustTerms(request: TrustRequest, publicUrl: string): TrustTerms {
  const { role, racks = '*', apps = '*', audience = publicUrl, maxAgeSeconds = defaultMaxAge } = request
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
    racks,
    apps,
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
