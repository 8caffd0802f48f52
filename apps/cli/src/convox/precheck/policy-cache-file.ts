import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readPrivateFile } from '@rack-gateway/config/private-file'
import type { Target } from '../../target/target.ts'

/** An answer of the gateway as it is kept: nothing in it is a secret. */
export interface CachedPolicy {
  /** Its ETag. */
  readonly tag: string
  /** When the gateway last said that it holds, in milliseconds since the epoch. */
  readonly checkedAt: number
  /** The answer's body. */
  readonly text: string
}

/** An answer as it was found in a file. */
export interface CachedPolicyFile extends CachedPolicy {
  /** The file's first line, which says of which content it is. */
  readonly mark: string
  /** The line after it. */
  readonly head: string
}

/** Bytes of the largest file that is read or written. */
export const longest = 3 * 1024 * 1024
/** Milliseconds for which an answer is used, and its file kept. */
export const oldest = 24 * 60 * 60 * 1000
/** Of what is written in the files: others' are not read. */
export const format = 'rack-gateway policy 2'

/** Characters at the end of a token that are a checksum of it. @see docs/decisions/0004-token-format.md */
const checkDigits = 6

/**
 * Where the answer for one gateway, rack, and token is kept. Of the token, the name has the check digits: that tells logins
 * apart without a hash (`node:crypto` takes 5 ms to load), and leaves 224 bits to guess. If two are the same, no
 * login is refused by the policy of the other: a kept answer only permits, and before a refusal the gateway is asked.
 *
 * @param configPath of the CLI's file: it is kept beside it
 */
export function policyCachePath(
  configPath: string,
  { origin, rack, token }: Pick<Target, 'origin' | 'rack' | 'token'>,
): string {
  const parts = [new URL(origin).host, ...(rack === null ? [] : [rack]), token.reveal().slice(-checkDigits)]
  return join(dirname(configPath), 'policy', `${encodeURIComponent(parts.join(' '))}.json`)
}

/** Null where there is none that can be used. */
export function readPolicyCacheFile(path: string, now: number): CachedPolicyFile | null {
  try {
    if (statSync(path).size > longest) return null
    const [mark = '', head = '', ...rest] = readPrivateFile(path, [])?.split('\n') ?? []
    if (!mark.startsWith(`${format} `)) return null
    const { tag, checkedAt }: Partial<CachedPolicy> = JSON.parse(head)
    if (typeof tag !== 'string' || typeof checkedAt !== 'number') return null
    return checkedAt <= now && now - checkedAt <= oldest ? { tag, checkedAt, text: rest.join('\n'), mark, head } : null
  } catch {
    return null
  }
}
