import { createNameIndex, type NameIndex } from './name-index.ts'
import type { CompiledRule } from './rules.ts'
import type { CommandMode } from './types.ts'

/** Where and for whom, without an app. */
export interface Standing {
  readonly role: string
  readonly rack: string
  readonly service: string
  readonly mode: CommandMode
}

/** The rules that a role has at a place, found by app, in their order. */
export interface StandingRules {
  of(standing: Standing): NameIndex<CompiledRule>
}

/** Services can be the caller's to invent: more places than these are not remembered. */
const mostKnown = 1_000

/** Rules of one role, rack, service and mode are put together when they are first asked for. */
export function createStandingRules(all: readonly CompiledRule[]): StandingRules {
  const byRole = new Map<string, CompiledRule[]>()
  for (const compiled of all) {
    for (const role of new Set(compiled.rule.roles)) {
      const known = byRole.get(role)
      if (known === undefined) byRole.set(role, [compiled])
      else known.push(compiled)
    }
  }
  const known = new Map<string, NameIndex<CompiledRule>>()

  function of(standing: Standing): NameIndex<CompiledRule> {
    const { role, rack, service, mode } = standing
    const key = `${mode} ${role} ${rack.length} ${rack} ${service}`
    const found = known.get(key)
    if (found !== undefined) return found
    const rules = (byRole.get(role) ?? []).filter((compiled) => appliesTo(compiled, standing))
    const made = createNameIndex(rules.map((compiled) => ({ patterns: compiled.rule.apps, value: compiled })))
    if (known.size >= mostKnown) known.clear()
    known.set(key, made)
    return made
  }

  return { of }
}

function appliesTo({ rule, onService, onRack }: CompiledRule, { rack, service, mode }: Standing): boolean {
  return (rule.modes?.includes(mode) ?? true) && onService(service) && onRack(rack)
}
