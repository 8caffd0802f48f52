import { nearest } from '@rack-gateway/config/client'
import { DuplicateRack, OtherRackBound, RackNotChosen, UnknownRack } from './errors.ts'
import { createRack, type RackOptions } from './rack.ts'
import type { Rack, RackSettings } from './types.ts'

/** What decides which rack a call is for. */
export interface RackChoice {
  /** The name in `/rack/<name>/…`, or null without such a prefix. */
  readonly prefix: string | null
  /** The rack that the credential is bound to, or null for all. */
  readonly bound: string | null
  /** Names that the caller may be told when it has to choose. */
  readonly usable?: readonly string[]
}

/** Names that the event and the error body carry. */
export type RackRule = 'unknown-rack' | 'rack-not-chosen' | 'rack-bound-token'

export type RackResolution =
  | { readonly rack: Rack }
  | {
      readonly refused: InstanceType<typeof UnknownRack | typeof RackNotChosen | typeof OtherRackBound>
      readonly rule: RackRule
    }

export interface RackRegistry {
  readonly names: readonly string[]
  get(name: string): Rack | undefined
  /** Path prefix, else the credential's rack, else the only one. Ask only for callers that are authenticated: a refusal tells names apart. */
  resolve(choice: RackChoice): RackResolution
  close(): Promise<void>
}

/** Names no rack but those that the caller can use. */
function hintFor(name: string, usable: readonly string[]): string {
  const near = nearest(name, usable)
  if (near !== null) return `Did you mean "${near}"?`
  return usable.length === 0 ? 'Check the name after /rack/ in RACK_URL.' : `You can use ${usable.join(', ')}.`
}

export function createRacks(settings: readonly RackSettings[], options: RackOptions = {}): RackRegistry {
  const racks = new Map<string, Rack>()
  for (const one of settings) {
    if (racks.has(one.name)) throw new DuplicateRack(one.name)
    racks.set(one.name, createRack(one, options))
  }
  const names = [...racks.keys()].sort()
  const only = names.length === 1 ? names[0] : undefined

  function resolve({ prefix, bound, usable = [] }: RackChoice): RackResolution {
    // the same answer whether the other rack exists or not
    if (bound !== null && prefix !== null && prefix !== bound) {
      return { refused: new OtherRackBound(bound), rule: 'rack-bound-token' }
    }
    const name = prefix ?? bound ?? only
    if (name === undefined) {
      const choice = usable.length === 0 ? '' : `, one of ${usable.join(', ')}`
      return { refused: new RackNotChosen(choice), rule: 'rack-not-chosen' }
    }
    const rack = racks.get(name)
    return rack === undefined
      ? { refused: new UnknownRack(name, hintFor(name, usable)), rule: 'unknown-rack' }
      : { rack }
  }

  return {
    names,
    get: (name) => racks.get(name),
    resolve,
    async close() {
      await Promise.all([...racks.values()].map((rack) => rack.close()))
    },
  }
}
