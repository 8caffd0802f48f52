import { nearest } from '@rack-gateway/errors/nearest'
import { DuplicateRack, OtherRackBound, RackMismatch, RackNotChosen, UnknownRack } from './errors.ts'
import { createRack, type RackOptions } from './rack.ts'
import type { Rack, RackSettings } from './types.ts'

export interface RackSelector {
  /** The name in `/rack/<name>/…`, or null without such a prefix. */
  readonly prefix: string | null
  /** The rack that the credential is bound to, or null if the credential is valid for all racks. */
  readonly bound: string | null
  /** The rack that the header `Rack` names in console mode, or null without the header. */
  readonly named?: NamedRack | null
  /** Names of racks that the caller may know. Called only for an error, or because of `onlyUsable`. */
  readonly usableRacks?: () => readonly string[]
  /**
   * If true, the path prefix and the header `Rack` can select only `usableRacks`. The path prefix can also select the
   * rack that the credential is bound to. The error for another rack does not reveal whether that rack exists.
   */
  readonly onlyUsable?: boolean
}

/** The name of a rack in the header `Rack`. Its form should be `<organization>/<rack>`. */
export interface NamedRack {
  /** The gateway's organization, even if the caller named another organization. */
  readonly organization: string
  /** The whole name, as the caller sent it. */
  readonly name: string
  /** The rack, or null if the name has another form or organization. */
  readonly rack: string | null
  /** Where the request has the name. By default, in the header. */
  readonly source?: 'header' | 'path'
}

/** The rule of a denied selection, in events and error bodies. */
export type RackRule = 'unknown-rack' | 'rack-not-chosen' | 'rack-bound-token' | 'rack-mismatch'

export type RackResolution =
  | { readonly rack: Rack }
  | {
      readonly error: InstanceType<
        typeof UnknownRack | typeof RackNotChosen | typeof OtherRackBound | typeof RackMismatch
      >
      readonly rule: RackRule
    }

export interface RackRegistry {
  readonly names: readonly string[]
  get(name: string): Rack | undefined
  /**
   * The header `Rack`, the path prefix, and the credential can each name a rack, which must be the same one. If none of
   * them names a rack, selects the only rack. Call this only for authenticated callers, because an error may disclose names.
   */
  resolve(selector: RackSelector): RackResolution
  close(): Promise<void>
}

function unknownRackHint(name: string, usableRacks: readonly string[]): string {
  const near = nearest(name, usableRacks)
  if (near !== null) return `Did you mean "${near}"?`
  return usableRacks.length === 0
    ? 'Check the name after /rack/ in RACK_URL.'
    : `You can use ${usableRacks.join(', ')}.`
}

function namedRackHint(name: string, usableRacks: readonly string[]): string {
  const near = nearest(name, usableRacks)
  if (near !== null) return `Did you mean "${near}"?`
  return usableRacks.length === 0
    ? 'Ask an administrator for a role on a rack.'
    : `You can use ${usableRacks.join(', ')}.`
}

/** @param other the part of the request that names another rack, such as `the path` */
export function headerMismatch(other: string): InstanceType<typeof RackMismatch> {
  return new RackMismatch('The header Rack', other, 'Correct the header, or do not send it.')
}

function pathMismatch(other: string): InstanceType<typeof RackMismatch> {
  return new RackMismatch('The path', other, 'Correct the path, or use another token.')
}

const noRacks = () => []

export function createRacks(settings: readonly RackSettings[], options: RackOptions = {}): RackRegistry {
  const racks = new Map<string, Rack>()
  for (const one of settings) {
    if (racks.has(one.name)) throw new DuplicateRack(one.name)
    racks.set(one.name, createRack(one, options))
  }
  const names = [...racks.keys()].sort()
  const defaultRack = names.length === 1 ? names[0] : undefined

  /** If the caller may not use the named rack, the error does not reveal whether that rack exists. */
  function resolveNamed(named: NamedRack, selector: RackSelector): RackResolution {
    const { prefix, bound, usableRacks = noRacks, onlyUsable = false } = selector
    if (prefix !== null && prefix !== named.rack) return { error: headerMismatch('the path'), rule: 'rack-mismatch' }
    if (bound !== null && bound !== named.rack) {
      const mismatch = named.source === 'path' ? pathMismatch : headerMismatch
      return { error: mismatch(`${bound}, to which this token is bound`), rule: 'rack-mismatch' }
    }
    const rack = named.rack === null ? undefined : racks.get(named.rack)
    if (rack !== undefined && (!onlyUsable || usableRacks().includes(rack.name))) return { rack }
    const usable = usableRacks().map((name) => `${named.organization}/${name}`)
    return { error: new UnknownRack(named.name, namedRackHint(named.name, usable)), rule: 'unknown-rack' }
  }

  function resolve(selector: RackSelector): RackResolution {
    const { prefix, bound, named = null, usableRacks = noRacks, onlyUsable = false } = selector
    if (named !== null) return resolveNamed(named, selector)
    // The error does not depend on whether the other rack exists.
    if (bound !== null && prefix !== null && prefix !== bound) {
      return { error: new OtherRackBound(bound), rule: 'rack-bound-token' }
    }
    const name = prefix ?? bound ?? defaultRack
    if (name === undefined) {
      const usable = usableRacks()
      const choice = usable.length === 0 ? '' : `, one of ${usable.join(', ')}`
      return { error: new RackNotChosen(choice), rule: 'rack-not-chosen' }
    }
    const rack = racks.get(name)
    const isHidden = onlyUsable && prefix !== null && prefix !== bound && !usableRacks().includes(name)
    return rack === undefined || isHidden
      ? { error: new UnknownRack(name, unknownRackHint(name, usableRacks())), rule: 'unknown-rack' }
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
