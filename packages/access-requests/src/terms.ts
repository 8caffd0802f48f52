import { contains } from '@rack-gateway/rbac-policy'

/** What a request asks for, or what a review allows. */
export interface GrantTerms {
  readonly racks: readonly string[]
  readonly apps: readonly string[]
  /** The working time. */
  readonly seconds: number
  /** Milliseconds since the epoch; null: as soon as the request is approved. */
  readonly startsAt: number | null
}

/** What all terms allow. `endsAt` is the earliest end of terms with a start; null if none has one. */
export interface CommonTerms extends GrantTerms {
  readonly endsAt: number | null
}

/** @param all at least one */
export function intersectTerms([first, ...others]: readonly [GrantTerms, ...GrantTerms[]]): CommonTerms {
  return others.reduce<CommonTerms>(
    (common, terms) => ({
      racks: intersectPatterns(common.racks, terms.racks),
      apps: intersectPatterns(common.apps, terms.apps),
      seconds: Math.min(common.seconds, terms.seconds),
      startsAt: atOnce(Math.max, common.startsAt, terms.startsAt),
      endsAt: atOnce(Math.min, common.endsAt, endOf(terms)),
    }),
    { ...first, endsAt: endOf(first) },
  )
}

function endOf({ startsAt, seconds }: GrantTerms): number | null {
  return startsAt === null ? null : startsAt + seconds * 1_000
}

function atOnce(choose: (...values: number[]) => number, one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return choose(one, other)
}

/**
 * The patterns of either list that the other list contains. Two patterns that only overlap, such as `web-*` and
 * `*-staging`, give nothing, because no single pattern has exactly their common names.
 */
export function intersectPatterns(ones: readonly string[], others: readonly string[]): readonly string[] {
  const inOthers = ones.filter((one) => others.some((other) => contains(other, one)))
  const inOnes = others.filter((other) => ones.some((one) => contains(one, other)))
  return [...new Set([...inOthers, ...inOnes])]
}

/** What `narrow` allows beyond `wide`, in words; null if it allows nothing beyond. */
export function wideningOf(wide: GrantTerms, narrow: GrantTerms): string | null {
  const rack = outsideOf(wide.racks, narrow.racks)
  if (rack !== undefined) return `the rack pattern ${rack} was not asked for`
  const app = outsideOf(wide.apps, narrow.apps)
  if (app !== undefined) return `the app pattern ${app} was not asked for`
  if (narrow.seconds > wide.seconds) return `${wide.seconds} seconds were asked for, not ${narrow.seconds}`
  if (wide.startsAt !== null && (narrow.startsAt === null || narrow.startsAt < wide.startsAt))
    return `the requested start is ${new Date(wide.startsAt).toISOString()}`
  return null
}

function outsideOf(wide: readonly string[], narrow: readonly string[]): string | undefined {
  return narrow.find((inner) => !wide.some((outer) => contains(outer, inner)))
}
