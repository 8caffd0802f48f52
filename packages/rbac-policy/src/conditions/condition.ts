import { compilePatterns, inMessage, joinWithAnd, type NameMatcher } from '@rack-gateway/command-matcher'
import type { Explanation } from '@rack-gateway/errors'
import type { Moment, PolicyScope, PrincipalKind } from '../model/types.ts'
import { compileNetworks } from './networks.ts'
import { compileWindow, describeWindow, type TimeWindow } from './time-window.ts'

/** Further requirements of a role or command rule. A missing field requires nothing. */
export interface Condition {
  /** The time must be within one of these windows. */
  readonly time?: readonly TimeWindow[]
  /** The address must be in one of these CIDRs. An unknown address meets the condition. */
  readonly addresses?: readonly string[]
  /** Patterns of rack names, in which `*` stands for any characters. */
  readonly racks?: readonly string[]
  readonly apps?: readonly string[]
  readonly callers?: readonly PrincipalKind[]
}

export interface CompiledCondition {
  readonly matchesRack: NameMatcher
  readonly matchesApp: NameMatcher
  /** Whether the condition allows all apps, including future apps. */
  readonly everyApp: boolean
  /** Null: every kind of caller. */
  readonly callers: readonly PrincipalKind[] | null
  isFor(caller: PrincipalKind): boolean
  /** Checks time and address; null if neither is restricted. */
  readonly checkMoment: MomentCheck | null
  /** Checks rack and app; null if neither is restricted. */
  readonly checkScope: ScopeCheck | null
}

/** Returns why the role or rule does not apply in a scope; null if it applies. */
export type ScopeCheck = (scope: PolicyScope) => Explanation | null

/** Returns why a condition is not met at a moment; null if it is met. */
export type MomentCheck = (moment: Moment) => Explanation | null

export function compileCondition(condition: Condition): CompiledCondition {
  const { racks, apps, callers } = condition
  return {
    matchesRack: compilePatterns(racks),
    matchesApp: compilePatterns(apps),
    everyApp: apps === undefined || apps.includes('*'),
    callers: callers ?? null,
    isFor: (caller) => callers === undefined || callers.includes(caller),
    checkMoment: compileMomentCheck(condition),
    checkScope: compileScopeCheck(condition),
  }
}

function compileMomentCheck({ time, addresses }: Condition): CompiledCondition['checkMoment'] {
  const checks = [
    ...(time === undefined ? [] : [timeCheck(time)]),
    ...(addresses === undefined ? [] : [addressCheck(addresses)]),
  ]
  return firstFailure(checks)
}

function compileScopeCheck({ racks, apps }: Condition): CompiledCondition['checkScope'] {
  if (racks === undefined && apps === undefined) return null
  const [matchesRack, matchesApp] = [compilePatterns(racks), compilePatterns(apps)]
  const everyApp = apps === undefined || apps.includes('*')
  const only = (what: string, patterns: readonly string[] = []): Explanation => ({
    reason: `only on the ${patterns.length === 1 ? what : `${what}s`} ${joinWithAnd(patterns.slice(0, 8).map(inMessage))}`,
    remedy: 'Ask an administrator of the gateway for a role that applies to this call.',
  })
  return ({ rack, app, scope }) => {
    if (!matchesRack(rack)) return only('rack', racks)
    if (scope === 'list' || everyApp) return null
    return scope === 'app' && matchesApp(app ?? '') ? null : only('app', apps)
  }
}

/** Combines checks into one check that returns the first failure; null without checks. */
export function firstFailure(checks: readonly MomentCheck[]): MomentCheck | null {
  if (checks.length === 0) return null
  return function explanation(moment) {
    for (const check of checks) {
      const found = check(moment)
      if (found !== null) return found
    }
    return null
  }
}

const callerNames = { user: 'people', 'api-token': 'API tokens', workload: 'CI jobs' } as const

/** Explains which kinds of callers a role or rule applies to. */
export function wrongCaller(callers: readonly PrincipalKind[] | null): Explanation {
  const who = joinWithAnd((callers ?? []).map((caller) => callerNames[caller]))
  return { reason: `only for ${who}`, remedy: 'Use one of these, or ask an administrator of the gateway.' }
}

function timeCheck(windows: readonly TimeWindow[]): MomentCheck {
  const compiled = windows.map(compileWindow)
  const words = windows.map(describeWindow).join(', or ')
  const explanation = { reason: `only ${words}`, remedy: 'Wait until then, or ask an administrator of the gateway.' }
  return ({ at }) => (compiled.some((isWithin) => isWithin(at)) ? null : explanation)
}

function addressCheck(addresses: readonly string[]): MomentCheck {
  const comesFrom = compileNetworks(addresses)
  const where = `only from ${joinWithAnd(addresses.slice(0, 8).map(inMessage))}`
  return function check({ address }) {
    if (address === null || comesFrom(address)) return null
    return {
      reason: `${where}, and your address is ${inMessage(address)}`,
      remedy: 'Use an allowed network, such as the VPN.',
    }
  }
}
