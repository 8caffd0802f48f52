import { createHash } from 'node:crypto'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { preparePrivateDirectory, readPrivateFile, writePrivateFile } from '@rack-gateway/config/private-file'
import type { Target } from '../target.ts'
import { targetKey } from '../target-key.ts'

/** An answer of the gateway as it is kept: nothing in it is a secret. */
export interface KeptAnswer {
  /** Its ETag. */
  readonly tag: string
  /** When the gateway last said that it holds, in milliseconds since the epoch. */
  readonly checkedAt: number
  /** The answer's body. */
  readonly text: string
}

/** An answer as it was found. */
export interface FoundAnswer extends KeptAnswer {
  /** Whether nothing of it was changed since it was written: asked before anybody is refused by it. */
  isWhole(): boolean
}

/** Where the answer for one gateway, rack and token is kept. A failure of the disk is none of the command's. */
export interface SnapshotFile {
  /** Null where there is none that can be used. */
  read(now: number): FoundAnswer | null
  write(kept: KeptAnswer): void
}

const longest = 3 * 1024 * 1024
const oldest = 24 * 60 * 60 * 1000
const most = 32
/** Of what is written in the files: others' are not read. */
const format = 'rack-gateway policy 2'

/** @param configPath of the CLI's file: it is kept beside it */
export function snapshotFile(configPath: string, target: Target): SnapshotFile {
  const path = join(dirname(configPath), 'policy', `${targetKey(target)}.json`)

  return {
    read(now) {
      try {
        if (statSync(path).size > longest) return null
        const content = readPrivateFile(path, [])
        const kept = content === null ? null : unpacked(content)
        return kept !== null && kept.checkedAt <= now && now - kept.checkedAt <= oldest ? kept : null
      } catch {
        return null
      }
    },
    write(kept) {
      try {
        const content = packed(kept)
        if (content.length > longest) return
        preparePrivateDirectory(path, [])
        writePrivateFile(path, content)
        removeOthers(dirname(path))
      } catch {
        // Next time the gateway is asked again.
      }
    },
  }
}

function packed({ tag, checkedAt, text }: KeptAnswer): string {
  const head = JSON.stringify({ tag, checkedAt })
  return `${format} ${digest(head, text)}\n${head}\n${text}`
}

function unpacked(content: string): FoundAnswer | null {
  const [first = '', head = '', ...rest] = content.split('\n')
  const text = rest.join('\n')
  if (!first.startsWith(`${format} `)) return null
  const { tag, checkedAt }: Partial<KeptAnswer> = JSON.parse(head)
  if (typeof tag !== 'string' || typeof checkedAt !== 'number') return null
  return { tag, checkedAt, text, isWhole: () => first === `${format} ${digest(head, text)}` }
}

function digest(head: string, text: string): string {
  return createHash('sha256').update(head).update('\n').update(text).digest('hex')
}

/** Those of logins and racks that nobody uses any more. */
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
