import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { version } from '../version.ts'
import { shortDigest } from './short-digest.ts'
import type { Snapshot } from './snapshot.ts'
import type { Standing } from './standing.ts'

/** What a command that has passed is known by: these words, here, of this version, by this answer of the gateway. */
export function traceOf(words: readonly string[], standing: Standing, tag: string): string {
  return shortDigest(JSON.stringify([version(), words.map(asDecided), standing, tag]))
}

/** A release or a build, as a rack names it, is as good as any other: no decision goes by which it is. */
function asDecided(word: string): string | readonly string[] {
  return word.length === 11 && /^[BR][A-Z]+$/.test(word) ? [word.charAt(0)] : word
}

/** What convox itself puts into forms. */
const harmless = new Set(['count', 'cpu', 'force', 'lock', 'memory', 'timeout', 'url'])

/**
 * Whether a command that has passed may be remembered. Not where the time of day or the end of a binding decides; nor with
 * values in its words, such as a password: a hash of them could be guessed at.
 */
export function isMemorable(words: readonly string[], calls: readonly PlannedCall[], snapshot: Snapshot): boolean {
  return isLasting(snapshot) && !words.some((word) => word.includes('=')) && calls.every(bringsNoValue)
}

function bringsNoValue({ command, environment, parameters }: PlannedCall): boolean {
  const { form, headers } = parameters
  return (
    command === null && environment === null && form.every((name) => harmless.has(name)) && !headers.includes('filter')
  )
}

function isLasting({ document, principal }: Snapshot): boolean {
  const conditions = [...document.roles, ...document.commands].flatMap(({ when = [] }) => when)
  const bindings = [...principal.bindings, ...(principal.owner?.bindings ?? [])]
  return conditions.every(({ time }) => time === undefined) && bindings.every(({ expiresAt }) => expiresAt === null)
}
