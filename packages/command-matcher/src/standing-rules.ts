import { isForMode } from './modes.ts'
import { createNameIndex, type NameIndex } from './name-index.ts'
import type { CompiledRule } from './rules.ts'
import type { JudgedMode } from './types.ts'

/** Where and how, without an app. */
export interface Standing {
  readonly rack: string
  readonly service: string
  readonly mode: JudgedMode
}

/** The rules that a role has at a place, found by app, in their order. */
export interface StandingRules {
  of(role: string, standing: Standing): NameIndex<CompiledRule>
}

/** Racks and services can be the caller's to invent: rules of more places than these are not remembered. */
const mostKnown = 1_000

/** Rules of one role, mode, rack and service are put together when they are first asked for. */
export function createStandingRules(all: readonly CompiledRule[]): StandingRules {
  const byRole = new Map<string, CompiledRule[]>()
  for (const compiled of all) {
    for (const role of new Set(compiled.rule.roles)) {
      const known = byRole.get(role)
      if (known === undefined) byRole.set(role, [compiled])
      else known.push(compiled)
    }
  }
  /** By role, rack, service and mode, a map in a map: no names are put together to find anything. */
  let known = createKnown()

  function of(role: string, standing: Standing): NameIndex<CompiledRule> {
    const found = known.find(role, standing)
    if (found !== undefined) return found
    const rules = (byRole.get(role) ?? []).filter((compiled) => appliesTo(compiled, standing))
    const made = createNameIndex(rules.map((compiled) => ({ patterns: compiled.rule.apps, value: compiled })))
    if (known.size() >= mostKnown) known = createKnown()
    known.add(role, standing, made)
    return made
  }

  return { of }
}

type ByMode = Map<JudgedMode, NameIndex<CompiledRule>>

function createKnown() {
  const roles = new Map<string, Map<string, Map<string, ByMode>>>()
  let size = 0
  return {
    size: () => size,
    find: (role: string, { rack, service, mode }: Standing) => roles.get(role)?.get(rack)?.get(service)?.get(mode),
    add(role: string, { rack, service, mode }: Standing, index: NameIndex<CompiledRule>) {
      const racks = within(roles, role)
      const services = within(racks, rack)
      within(services, service).set(mode, index)
      size += 1
    },
  }
}

function within<K, I, V>(map: Map<K, Map<I, V>>, key: K): Map<I, V> {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = new Map<I, V>()
  map.set(key, made)
  return made
}

function appliesTo({ rule, onService, onRack }: CompiledRule, { rack, service, mode }: Standing): boolean {
  return isForMode(rule, mode) && onService(service) && onRack(rack)
}
