import {
  containsEncodedMask,
  diffEnv,
  environmentValues,
  ForeignMask,
  findMasks,
  keysInsideValues,
  type MaskOrigin,
  type Parameters,
  parseEnv,
  recordedKey,
  restoreEnv,
} from '@rack-gateway/convox-api'
import type { Rack } from '@rack-gateway/rack-registry'
import { AmbiguousParameters, withRule } from '../../errors.ts'
import { type KeyChange, type RecordedChange, redactChanges } from '../events/recorded-changes.ts'
import type { MaskKeeper } from './masks.ts'
import { environmentOf, newestEnvironment } from './release-environment.ts'

export interface NewEnvironment {
  /** Compared with the newest release. */
  readonly changes: readonly KeyChange[]
  /** `changes` for the audit log; see `redactChanges`. */
  readonly recordedChanges: readonly RecordedChange[]
  /** The form with real values instead of masks; null if the caller sent no masks. */
  readonly restored: Buffer | null
  /** The real values that replaced masks in the form. */
  readonly restoredValues: readonly string[]
}

export interface Environments {
  /**
   * @returns null if the new release keeps the environment of the newest release
   * @throws ForeignMask with the key's name; AmbiguousParameters, NoSuchRelease, UpstreamUnclear
   */
  ofNewRelease(rack: Rack, app: string, form: ReadonlyMap<string, string>): Promise<NewEnvironment | null>
}

export function createEnvironments(masks: MaskKeeper): Environments {
  return {
    async ofNewRelease(rack, app, form) {
      const requested = form.get('env')
      const parent = form.get('parent-release')
      if (requested !== undefined) rejectUnreadableLines(requested)
      if (requested === undefined && (parent === undefined || parent === '')) return null
      const newest = await newestEnvironment(rack, app)
      if (requested === undefined) {
        return compareAll([[newest, await environmentOf(rack, app, parent ?? '')]])
      }
      const { env, restored } = await restoreMasks(masks, rack, app, requested)
      // With a parent, the rack could also read an empty environment as the parent's environment.
      const parentComparison = env === '' && parent ? ([[newest, await environmentOf(rack, app, parent)]] as const) : []
      const comparison = compareAll([[newest, env], ...parentComparison])
      return restored.length === 0
        ? comparison
        : { ...comparison, restored: formOf(form, env), restoredValues: restored.map(({ value }) => value) }
    },
  }
}

/**
 * A mask is valid only as the whole value of an environment variable.
 * A command can contain anything, because the rack does not store it.
 *
 * @param nameOf the name of a parameter for the error, or null if the parameter may contain masks
 * @throws ForeignMask
 */
export function rejectStrayMasks({ form, headers }: Parameters, nameOf: (parameter: string) => string | null): void {
  for (const [parameter, value] of [...form, ...headers]) {
    if (parameter === 'command' || !containsEncodedMask(value)) continue
    const name = nameOf(parameter)
    if (name !== null) throw withRule(new ForeignMask(name), 'foreign-mask')
  }
}

type Comparison = readonly [before: string, after: string]

function compareAll(comparisons: readonly Comparison[]): NewEnvironment {
  const changes = comparisons.flatMap(([before, after]) => changesBetween(before, after))
  const enclosing = new Map(comparisons.flatMap((texts) => texts.flatMap((text) => [...keysInsideValues(text)])))
  return { changes, recordedChanges: redactChanges(changes, enclosing), restored: null, restoredValues: [] }
}

function changesBetween(before: string, after: string): KeyChange[] {
  const oldValues = parseEnv(before)
  const newValues = parseEnv(after)
  return diffEnv(before, after).map((key) => ({
    key,
    change: !oldValues.has(key) ? 'added' : newValues.has(key) ? 'changed' : 'removed',
  }))
}

/** Bytes. The rack ignores everything after a longer line. */
const maxLineLength = 65_535
/** Comparing hundreds of thousands of keys would block all calls for seconds. */
const maxLines = 10_000

function rejectUnreadableLines(env: string): void {
  const lines = env.split('\n')
  if (lines.length > maxLines) {
    const reason = `The environment has more than ${maxLines} lines, which is more than a process can have.`
    throw new AmbiguousParameters(reason, 'Send fewer lines.', { rule: 'env-lines' })
  }
  if (!lines.some((line) => Buffer.byteLength(line) > maxLineLength)) return
  throw new AmbiguousParameters(
    'The environment has a line of more than 64 KiB, which the rack cannot read.',
    'Shorten the line.',
    { rule: 'env-line' },
  )
}

async function restoreMasks(masks: MaskKeeper, rack: Rack, app: string, env: string) {
  const environments = new Map<string, ReadonlyMap<string, string>>()
  for (const { key, release, mac } of findMasks(env)) {
    if (environments.has(release)) continue
    if (!masks.proves(rack.name, { app, release, key }, mac))
      throw withRule(new ForeignMask(recordedKey(key)), 'foreign-mask')
    environments.set(release, environmentValues(await environmentOf(rack, app, release)))
  }
  function resolve(origin: MaskOrigin, mac: string): string | null {
    if (!masks.proves(rack.name, origin, mac)) return null
    return environments.get(origin.release)?.get(origin.key) ?? null
  }
  try {
    return restoreEnv(env, { app, resolve })
  } catch (error) {
    throw error instanceof ForeignMask ? withRule(error, 'foreign-mask') : error
  }
}

function formOf(form: ReadonlyMap<string, string>, env: string): Buffer {
  const restored = new URLSearchParams([...form])
  restored.set('env', env)
  return Buffer.from(restored.toString())
}
