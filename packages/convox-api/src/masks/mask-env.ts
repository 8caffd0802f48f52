import { UnmaskableResponse } from '../errors/errors.ts'
import { envEntries } from './env-entries.ts'
import { readLine } from './env-lines.ts'
import { isVariableName } from './key-names.ts'
import type { MaskOrigin, MaskView } from './mask-view.ts'
import { redactRackToken } from './redact-rack-token.ts'
import { formatMask } from './restore-env.ts'
import { containsSecret } from './secret-keys.ts'

/** The gateway denies a new environment with more lines, because a process cannot have so many variables. */
const maxLines = 10_000

/**
 * A value that contains the rack's token is masked for every view, so that it can be restored. A value of several lines
 * is masked as a whole.
 *
 * @throws UnmaskableResponse for more than 10,000 lines, because masking them would block all calls for too long
 */
export function maskEnv(env: string, { app, release }: Omit<MaskOrigin, 'key'>, view: MaskView): string {
  const withToken = containsToken(env, view)
  if (view.env === 'shown' && !withToken) return env
  if (hasMoreLines(env, maxLines)) throw new UnmaskableResponse(`an environment has more than ${maxLines} lines`)
  const output: string[] = []
  for (const { key, rawKey, lines } of envEntries(env)) {
    const text = lines.length === 1 ? (lines[0] ?? '') : lines.join('\n')
    if (!(withToken && containsToken(text, view)) && isShown(key, text, lines, view)) output.push(text)
    else if (key !== null) output.push(`${rawKey}=${formatMask(release, view.mac({ app, release, key }))}`)
  }
  return output.join('\n')
}

function hasMoreLines(text: string, limit: number): boolean {
  let lines = 1
  for (let at = text.indexOf('\n'); at !== -1 && lines <= limit; at = text.indexOf('\n', at + 1)) lines++
  return lines > limit
}

function isShown(key: string | null, text: string, lines: readonly string[], view: MaskView): boolean {
  if (key !== null && key === view.revealedKey && !containsVariables(lines)) return true
  if (view.env === 'hidden') return false
  return view.env === 'shown' || !isSecretEntry(key, text, lines, view)
}

/**
 * Whether the rack reads further variables with values inside a value. Revealing the value would show these variables,
 * too, although the event names only the key of the value.
 */
function containsVariables(lines: readonly string[]): boolean {
  return lines.slice(1).some((line) => {
    const read = readLine(line)
    return read !== null && isVariableName(read.key) && /[^=]/.test(read.value)
  })
}

function containsToken(text: string, { rackToken }: MaskView): boolean {
  return rackToken !== null && redactRackToken(text, rackToken) !== text
}

function isSecretEntry(key: string | null, text: string, lines: readonly string[], view: MaskView): boolean {
  if (key !== null && view.isSecret(key)) return true
  if (containsSecret(text)) return true
  return lines.some((line) => {
    const read = readLine(line)
    return read !== null && read.key !== key && view.isSecret(read.key)
  })
}
