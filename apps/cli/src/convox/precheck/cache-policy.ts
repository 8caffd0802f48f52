import { createHash } from 'node:crypto'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { preparePrivateDirectory, writePrivateFile } from '@rack-gateway/config/private-file'
import type { EffectiveAnswer } from './fetch-effective-policy.ts'
import { type CachedPolicy, type CachedPolicyFile, format, longest, oldest } from './policy-cache-file.ts'
import { readSnapshot, type Snapshot } from './snapshot.ts'

/** What is kept, and in which file. */
export interface Known {
  readonly path: string
  /** Null where nothing is kept that anybody may be refused by. */
  readonly kept: CachedPolicy | null
}

const most = 32

/** What was found, unless it was changed since it was written: asked before anybody is refused by it. */
export function unchanged(found: CachedPolicyFile | null): CachedPolicyFile | null {
  return found !== null && found.mark === markOf(found.head, found.text) ? found : null
}

/** Keeps what the gateway said. Only what can be read is kept. @returns what is new of it */
export function keep({ path, kept }: Known, answer: EffectiveAnswer, now: number): Snapshot | null {
  if (answer.kind === 'same' && kept !== null) writePolicyCache(path, { ...kept, checkedAt: now })
  const snapshot = answer.kind === 'changed' ? readSnapshot(answer.text) : null
  if (answer.kind === 'changed' && snapshot !== null)
    writePolicyCache(path, { tag: answer.tag, text: answer.text, checkedAt: now })
  return snapshot
}

/** A failure of the disk is none of the command's. */
export function writePolicyCache(path: string, { tag, checkedAt, text }: CachedPolicy): void {
  const head = JSON.stringify({ tag, checkedAt })
  const content = `${markOf(head, text)}\n${head}\n${text}`
  if (content.length > longest) return
  try {
    preparePrivateDirectory(path, [])
    writePrivateFile(path, content)
    removeOthers(dirname(path))
  } catch {
    // Next time the gateway is asked again.
  }
}

function markOf(head: string, text: string): string {
  return `${format} ${createHash('sha256').update(head).update('\n').update(text).digest('hex')}`
}

/** Those of racks that nobody uses any more. */
function removeOthers(directory: string): void {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(directory, name))
    .map((path) => ({ path, writtenAt: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((one, other) => other.writtenAt - one.writtenAt)
  const now = files[0]?.writtenAt ?? 0
  for (const [place, { path, writtenAt }] of files.entries()) {
    if (place >= most || now - writtenAt > oldest) rmSync(path, { force: true })
  }
}
