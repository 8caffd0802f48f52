import { ForeignMask, UnmaskableResponse } from '../errors/errors.ts'
import { createPauses, runToEnd, type Steps } from '../steps/steps.ts'
import { readLine } from './env-lines.ts'
import { isVariableName } from './key-names.ts'
import type { MaskOrigin } from './mask-view.ts'
import { isWord, maskStart, readMask } from './read-mask.ts'
import { rackTokenPlaceholder } from './redact-rack-token.ts'

export interface EnvMask {
  readonly key: string
  readonly release: string
  readonly mac: string
}

/**
 * The text of a mask. It names the origin of the value, and does not depend on the value.
 *
 * @throws UnmaskableResponse for a release ID that `readMask` would not accept, because such an ID could contain a
 *   secret
 */
export function formatMask(release: string, mac: string): string {
  if (!isWord(release)) throw new UnmaskableResponse('the ID of a release contains characters that are not allowed')
  return `${maskStart}:${release}:${mac}]`
}

/** Whether a text contains a mask, a part of a mask, or the placeholder of the rack's token. */
export function containsMask(text: string): boolean {
  return text.includes(maskStart) || text.includes(rackTokenPlaceholder)
}

/** The masks that are complete values, so that the caller can fetch their releases. */
export function* findMasksInSteps(env: string): Steps<EnvMask[]> {
  const isPauseDue = createPauses()
  const masks: EnvMask[] = []
  for (const line of env.split('\n')) {
    const read = containsMask(line) ? readLine(line) : null
    const mask = read && readMask(read.value)
    if (read && mask) masks.push({ key: read.key, ...mask })
    if (isPauseDue(line.length)) yield
  }
  return masks
}

export interface RestoredEnv {
  readonly env: string
  readonly restored: readonly { readonly key: string; readonly value: string }[]
}

interface RestoreOptions {
  readonly app: string
  /** Returns the value of this key in this release; null if there is none, or if the MAC does not match. */
  readonly resolve: (origin: MaskOrigin, mac: string) => string | null
}

/**
 * @throws ForeignMask for a mask that can't be resolved or is only a part of the value, and for the placeholder of the
 *   rack's token. Its `key` is the line number if the key could be a part of a secret
 */
export function restoreEnv(env: string, options: RestoreOptions): RestoredEnv {
  return runToEnd(restoreEnvInSteps(env, options))
}

/** As `restoreEnv`, for large environments. */
export function* restoreEnvInSteps(env: string, { app, resolve }: RestoreOptions): Steps<RestoredEnv> {
  const isPauseDue = createPauses()
  const restored: { readonly key: string; readonly value: string }[] = []
  const lines: string[] = []
  for (const [index, line] of env.split('\n').entries()) {
    if (isPauseDue(line.length)) yield
    if (!containsMask(line)) {
      lines.push(line)
      continue
    }
    const read = readLine(line)
    const shownKey = read && isVariableName(read.key) ? read.key : `line ${index + 1}`
    const mask = read && readMask(read.value)
    const value = read && mask ? resolve({ app, release: mask.release, key: read.key }, mask.mac) : null
    if (!read || value === null) throw new ForeignMask(shownKey)
    restored.push({ key: read.key, value })
    lines.push(`${read.rawKey}=${value}${line.endsWith('\r') ? '\r' : ''}`)
    yield
  }
  return { env: restored.length === 0 ? env : lines.join('\n'), restored }
}
