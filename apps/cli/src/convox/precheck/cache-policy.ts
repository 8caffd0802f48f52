import { createHash } from 'node:crypto'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { preparePrivateDirectory, writePrivateFile } from '@rack-gateway/config/private-file'
import type { EffectiveResponse } from './fetch-effective-policy.ts'
import { type CachedPolicy, type CachedPolicyFile, format, maxAge, maxBytes } from './policy-cache-file.ts'
import { readSnapshot, type Snapshot } from './snapshot.ts'

export interface PolicyCacheEntry {
  readonly path: string
  /** Null if no policy is cached, or if the cached policy cannot be used for a denial. */
  readonly cached: CachedPolicy | null
}

const maxFiles = 32

/** Call this before a cached policy is used for a denial. @returns null if the checksum is wrong */
export function verifyChecksum(file: CachedPolicyFile | null): CachedPolicyFile | null {
  return file !== null && file.checksumLine === checksumLineOf(file.metadataLine, file.text) ? file : null
}

/** @returns the new policy; null if the policy is unchanged, or the response cannot be read */
export function updatePolicyCache(
  { path, cached }: PolicyCacheEntry,
  response: EffectiveResponse,
  now: number,
): Snapshot | null {
  if (response.kind === 'same' && cached !== null) writePolicyCache(path, { ...cached, checkedAt: now })
  const snapshot = response.kind === 'changed' ? readSnapshot(response.text) : null
  if (response.kind === 'changed' && snapshot !== null)
    writePolicyCache(path, { tag: response.tag, text: response.text, checkedAt: now })
  return snapshot
}

/** Ignores disk errors, and does not store a policy that is too large. */
export function writePolicyCache(path: string, { tag, checkedAt, text }: CachedPolicy): void {
  const metadataLine = JSON.stringify({ tag, checkedAt })
  const content = `${checksumLineOf(metadataLine, text)}\n${metadataLine}\n${text}`
  if (Buffer.byteLength(content) > maxBytes) return
  try {
    preparePrivateDirectory(path, [])
    writePrivateFile(path, content)
    removeOldFiles(dirname(path))
  } catch {
    // The next command asks the gateway again.
  }
}

function checksumLineOf(metadataLine: string, text: string): string {
  return `${format} ${createHash('sha256').update(metadataLine).update('\n').update(text).digest('hex')}`
}

/** Removes files that are older than `maxAge`, and the oldest ones if there are more than `maxFiles`. */
function removeOldFiles(directory: string): void {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(directory, name))
    .map((path) => ({ path, writtenAt: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((one, other) => other.writtenAt - one.writtenAt)
  const now = files[0]?.writtenAt ?? 0
  for (const [index, { path, writtenAt }] of files.entries()) {
    if (index >= maxFiles || now - writtenAt > maxAge) rmSync(path, { force: true })
  }
}
