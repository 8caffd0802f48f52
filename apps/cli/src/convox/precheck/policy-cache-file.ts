import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readPrivateFile } from '@rack-gateway/config/private-file'
import type { Target } from '../../rack-choice/local/target.ts'

/** A cached response of the gateway. It contains no secret. */
export interface CachedPolicy {
  /** The ETag of the response. */
  readonly tag: string
  /** When the gateway last confirmed the response, in milliseconds since the epoch. */
  readonly checkedAt: number
  /** The body of the response. */
  readonly text: string
}

export interface CachedPolicyFile extends CachedPolicy {
  /** The first line: the format and a checksum of the rest. */
  readonly checksumLine: string
  /** The second line: the tag and the time. */
  readonly metadataLine: string
}

/** The largest file that is read or written. */
export const maxBytes = 3 * 1024 * 1024
/** Milliseconds until a response is no longer used, and its file is removed. */
export const maxAge = 24 * 60 * 60 * 1000
/** The version of the file format. Files with another version are ignored. */
export const format = 'rack-gateway policy 2'

/** The length of the checksum at the end of a token. @see docs/decisions/0004-token-format.md */
const checkDigits = 6

/**
 * The file name contains the checksum of the token, from which nobody can guess the token: 224 bits stay secret. A hash
 * would be slower, because `node:crypto` must be loaded.
 *
 * Two tokens with the same checksum share a file, so a command can use the policy of the wrong token. This policy does
 * no harm: the CLI asks the gateway before it denies a command, and the gateway decides each call of a command.
 */
export function policyCachePath(
  configPath: string,
  { origin, rack, token }: Pick<Target, 'origin' | 'rack' | 'token'>,
): string {
  const name = `${policyCachePrefix(origin, rack)}${token.reveal().slice(-checkDigits)}.json`
  return join(dirname(configPath), 'policy', name)
}

/** The names of the files of one rack begin with this. */
export function policyCachePrefix(origin: string, rack: string | null): string {
  return [new URL(origin).host, ...(rack === null ? [] : [rack])].map((part) => encodeURIComponent(`${part} `)).join('')
}

/** @returns null if there is no usable file */
export function readPolicyCacheFile(path: string, now: number): CachedPolicyFile | null {
  try {
    if (statSync(path).size > maxBytes) return null
    const [checksumLine = '', metadataLine = '', ...rest] = readPrivateFile(path, [])?.split('\n') ?? []
    if (!checksumLine.startsWith(`${format} `)) return null
    const { tag, checkedAt }: Partial<CachedPolicy> = JSON.parse(metadataLine)
    if (typeof tag !== 'string' || typeof checkedAt !== 'number') return null
    return checkedAt <= now && now - checkedAt <= maxAge
      ? { tag, checkedAt, text: rest.join('\n'), checksumLine, metadataLine }
      : null
  } catch {
    return null
  }
}
