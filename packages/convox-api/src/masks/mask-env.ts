import { envEntries } from './env-entries.ts'
import { readLine } from './env-lines.ts'
import { scrubToken } from './rack-token.ts'
import { maskOf } from './restore-env.ts'
import { isSecretValue } from './secret-keys.ts'
import type { MaskOrigin, MaskView } from './view.ts'

/**
 * Masks an environment's values for a view; a value with the rack's token for every view, so that it can come back. Lines that
 * continue a value go with their variable, so that no part of a value of several lines is left over.
 */
export function maskEnv(env: string, origin: Omit<MaskOrigin, 'key'>, view: MaskView): string {
  if (view.env === 'shown' && !holdsToken(env, view)) return env
  const shown: string[] = []
  for (const { key, before, lines } of envEntries(env)) {
    const text = lines.join('\n')
    if (isShown(key, text, lines, view)) shown.push(text)
    else if (key !== null) shown.push(`${before}=${maskOf(origin.release, view.mac({ ...origin, key }))}`)
  }
  return shown.join('\n')
}

function isShown(key: string | null, text: string, lines: readonly string[], view: MaskView): boolean {
  if (view.env === 'hidden' || holdsToken(text, view)) return false
  return view.env === 'shown' || !isSecretEntry(key, text, lines, view)
}

function holdsToken(text: string, { rackToken }: MaskView): boolean {
  return rackToken !== null && scrubToken(text, rackToken) !== text
}

function isSecretEntry(key: string | null, text: string, lines: readonly string[], view: MaskView): boolean {
  if (key !== null && view.isSecret(key)) return true
  if (isSecretValue(text)) return true
  return lines.some((line) => {
    const read = readLine(line)
    return read !== null && read.key !== key && view.isSecret(read.key)
  })
}
