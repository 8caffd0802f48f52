import type { TrustCondition } from '@rack-gateway/gateway-api'
import { type Claims, describeCondition, isMet } from './conditions.ts'
import type { UnverifiedJwt } from './jwt.ts'

/** The part of a trust that decides whether it admits a job. */
export interface Trust {
  readonly id: string
  readonly name: string
  readonly issuer: string
  readonly audience: string
  readonly conditions: readonly TrustCondition[]
  /** The lifetime of its sessions in seconds. */
  readonly maxAge: number
}

export type Choice =
  | { readonly kind: 'trust'; readonly trust: Trust }
  | { readonly kind: 'none'; readonly why: string }
  | { readonly kind: 'several'; readonly names: readonly string[] }

/** @param audience the current PUBLIC_URL; a trust that was created under another one has another audience */
export function isTrustFor(trust: Trust, issuer: string, audience: string): boolean {
  return trust.audience === audience && trust.issuer === issuer
}

/** @param name the name of the only trust to consider; null for any */
export function chooseTrust(
  trusts: readonly Trust[],
  { issuer, claims }: Pick<UnverifiedJwt, 'issuer' | 'claims'>,
  name: string | null,
): Choice {
  const candidates = trusts.filter((trust) => trust.issuer === issuer && (name === null || trust.name === name))
  const matching = candidates.filter((trust) => meetsConditions(trust, claims))
  const [only, ...others] = matching
  if (only && others.length === 0) return { kind: 'trust', trust: only }
  if (only) return { kind: 'several', names: matching.map((trust) => trust.name) }
  const why = candidates.slice(0, 10).map((trust) => `${trust.name}: ${failures(trust, claims).join(', ')}`)
  return { kind: 'none', why: why.length === 0 ? 'this issuer has no such trust' : why.join('; ') }
}

/** A trust without conditions would admit every customer of its issuer, so it admits no job. */
export function meetsConditions({ conditions }: Trust, claims: Claims): boolean {
  return conditions.length > 0 && conditions.every((condition) => isMet(condition, claims))
}

function failures({ conditions }: Trust, claims: Claims): string[] {
  if (conditions.length === 0) return ['it has no conditions']
  return conditions.filter((condition) => !isMet(condition, claims)).map(describeCondition)
}
