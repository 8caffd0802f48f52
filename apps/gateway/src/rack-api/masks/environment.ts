import {
  changedKeysInSteps,
  containsEncodedMaskInSteps,
  createPauses,
  encodeFormInSteps,
  environmentValuesInSteps,
  ForeignMask,
  findMasksInSteps,
  keysInsideValuesInSteps,
  type MaskOrigin,
  type Parameters,
  parseEnvInSteps,
  type RestoredEnv,
  recordedKey,
  restoreEnvInSteps,
  type Steps,
} from '@rack-gateway/convox-api'
import type { Rack } from '@rack-gateway/rack-registry'
import { type KeyChange, type RecordedChange, redactChanges } from '../../calls/recorded-changes.ts'
import { runSteps } from '../../calls/run-steps.ts'
import { AmbiguousParameters, BodyTooLarge, withRule } from '../../errors/errors.ts'
import { formLimit } from '../../http/body.ts'
import type { Turns } from '../../resource-account/turns.ts'
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

export function createEnvironments(masks: MaskKeeper, turns: Turns): Environments {
  async function compareAll(comparisons: readonly Comparison[]): Promise<NewEnvironment> {
    const size = comparisons.reduce((sum, [before, after]) => sum + before.length + after.length, 0)
    return runSteps(compareInSteps(comparisons), size, turns)
  }

  return {
    async ofNewRelease(rack, app, form) {
      const requested = form.get('env')
      const parent = form.get('parent-release')
      if (requested !== undefined) await runSteps(rejectUnreadableLines(requested), requested.length, turns)
      if (requested === undefined && (parent === undefined || parent === '')) return null
      const newest = await newestEnvironment(rack, app)
      if (requested === undefined) {
        return compareAll([[newest, await environmentOf(rack, app, parent ?? '')]])
      }
      const { env, restored } = await restoreMasks({ masks, turns }, rack, app, requested)
      // With a parent, the rack could also read an empty environment as the parent's environment.
      const parentComparison = env === '' && parent ? ([[newest, await environmentOf(rack, app, parent)]] as const) : []
      const comparison = await compareAll([[newest, env], ...parentComparison])
      if (restored.length === 0) return comparison
      const encoded = await runSteps(encodeFormInSteps(new Map([...form, ['env', env]])), env.length, turns)
      return { ...comparison, restored: encoded, restoredValues: restored.map(({ value }) => value) }
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
export function* rejectStrayMasks(
  { form, headers }: Parameters,
  nameOf: (parameter: string) => string | null,
): Steps<void> {
  for (const [parameter, value] of [...form, ...headers]) {
    const name = parameter === 'command' ? null : nameOf(parameter)
    if (name === null || !(yield* containsEncodedMaskInSteps(value))) continue
    throw withRule(new ForeignMask(name), 'foreign-mask')
  }
}

type Comparison = readonly [before: string, after: string]

function* compareInSteps(comparisons: readonly Comparison[]): Steps<NewEnvironment> {
  let changes: KeyChange[] = []
  const enclosing = new Map<string, string>()
  for (const [before, after] of comparisons) {
    changes = changes.concat(yield* changesBetween(before, after))
    for (const text of [before, after])
      for (const [key, name] of yield* keysInsideValuesInSteps(text)) enclosing.set(key, name)
  }
  const recordedChanges = yield* redactChanges(changes, enclosing)
  return { changes, recordedChanges, restored: null, restoredValues: [] }
}

function* changesBetween(before: string, after: string): Steps<KeyChange[]> {
  const oldValues = yield* parseEnvInSteps(before)
  const newValues = yield* parseEnvInSteps(after)
  const changed = yield* changedKeysInSteps(oldValues, newValues)
  yield
  return changed.map((key) => ({
    key,
    change: !oldValues.has(key) ? 'added' : newValues.has(key) ? 'changed' : 'removed',
  }))
}

/** Bytes. The rack ignores everything after a longer line. */
const maxLineLength = 65_535
/** Comparing hundreds of thousands of keys would block all calls for seconds. */
const maxLines = 10_000

function* rejectUnreadableLines(env: string): Steps<void> {
  const isPauseDue = createPauses()
  let lines = 0
  let isLineTooLong = false
  for (let begin = 0; begin <= env.length; ) {
    const next = env.indexOf('\n', begin)
    const end = next === -1 ? env.length : next
    if (++lines > maxLines) throw tooManyLines()
    isLineTooLong ||= isLongerThan(maxLineLength, env, begin, end)
    if (isPauseDue(end - begin)) yield
    begin = end + 1
  }
  if (!isLineTooLong) return
  throw new AmbiguousParameters(
    'The environment has a line of more than 64 KiB, which the rack cannot read.',
    'Shorten the line.',
    { rule: 'env-line' },
  )
}

function tooManyLines(): Error {
  const reason = `The environment has more than ${maxLines} lines, which is more than a process can have.`
  return new AmbiguousParameters(reason, 'Send fewer lines.', { rule: 'env-lines' })
}

/** Whether a part of a text has more UTF-8 bytes than a limit. A UTF-16 unit has 1 to 3 of them. */
function isLongerThan(limit: number, text: string, begin: number, end: number): boolean {
  if (end - begin > limit) return true
  return (end - begin) * 3 > limit && Buffer.byteLength(text.slice(begin, end)) > limit
}

async function restoreMasks(
  { masks, turns }: { readonly masks: MaskKeeper; readonly turns: Turns },
  rack: Rack,
  app: string,
  env: string,
): Promise<RestoredEnv> {
  const environments = new Map<string, ReadonlyMap<string, string>>()
  for (const { key, release, mac } of await runSteps(findMasksInSteps(env), env.length, turns)) {
    if (environments.has(release)) continue
    if (!masks.proves(rack.name, { app, release, key }, mac))
      throw withRule(new ForeignMask(recordedKey(key)), 'foreign-mask')
    const text = await environmentOf(rack, app, release)
    environments.set(release, await runSteps(environmentValuesInSteps(text), text.length, turns))
  }
  let restoredLength = 0
  function resolve(origin: MaskOrigin, mac: string): string | null {
    if (!masks.proves(rack.name, origin, mac)) return null
    const value = environments.get(origin.release)?.get(origin.key) ?? null
    restoredLength += value?.length ?? 0
    if (restoredLength > formLimit) throw restoredTooLarge()
    return value
  }
  try {
    return await runSteps(restoreEnvInSteps(env, { app, resolve }), env.length, turns)
  } catch (error) {
    throw error instanceof ForeignMask ? withRule(error, 'foreign-mask') : error
  }
}

/** One mask is short, and its value can be long. So a small form with the same mask in each line could use all memory. */
function restoredTooLarge(): Error {
  return new BodyTooLarge(
    `The values of the masks in the environment are larger than ${formLimit / 1024 / 1024} MiB, which is the limit for forms.`,
    'Send each key once.',
    { rule: 'form-size' },
  )
}
