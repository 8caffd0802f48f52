import type { TrustCondition } from '@rack-gateway/gateway-api'
import { type Claims, describeCondition, isMet } from './conditions.ts'
import type { UnverifiedJwt } from './jwt.ts'

/** The part of a trust that matters for the choice. */
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

/** The trust whose conditions a verified token meets. `wanted` chooses one by name if several match. */
export function chooseTrust(trusts: readonly Trust[], jwt: UnverifiedJwt, wanted: string | null): Choice {
  const sameIssuer = trusts.filter(({ issuer }) => issuer === jwt.issuer)
  const candidates = sameIssuer.filter(({ name }) => wanted === null || name === wanted)
  const met = candidates.filter((trust) => failures(trust, jwt.claims).length === 0)
  const [only, ...others] = met
  if (only && others.length === 0) return { kind: 'trust', trust: only }
  if (only) return { kind: 'several', names: met.map(({ name }) => name) }
  const why = candidates.slice(0, 10).map((trust) => `${trust.name}: ${failures(trust, jwt.claims).join(', ')}`)
  return { kind: 'none', why: why.length === 0 ? 'this issuer has no such trust' : why.join('; ') }
}

/** A trust without conditions would admit every customer of its issuer, so it admits nobody. */
function failures({ conditions }: Trust, claims: Claims): string[] {
  if (conditions.length === 0) return ['it has no conditions']
  return conditions.filter((condition) => !isMet(condition, claims)).map(describeCondition)
}
