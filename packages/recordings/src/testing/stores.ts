import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ObjectStore, openObjectStore, readObjectStoreAddress } from '@rack-gateway/object-store'
import { onTestFinished } from 'vitest'

/** A store in a temporary directory, which is removed after the test. */
export async function directoryStore(): Promise<ObjectStore> {
  const directory = await mkdtemp(join(tmpdir(), 'recordings-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return openObjectStore(readObjectStoreAddress(directory))
}

/** A store in memory that a test can make fail, stall, and change. */
export interface MemoryStore extends ObjectStore {
  readonly objects: Map<string, Buffer>
  /** If set, each put throws this error. */
  failure: Error | null
  /** Makes puts wait until `release`. */
  stall(): void
  release(): void
}

export function memoryStore(): MemoryStore {
  const objects = new Map<string, Buffer>()
  let gate: Promise<void> | null = null
  let open = () => {}
  return {
    objects,
    failure: null,
    location: 'memory',
    immutable: false,
    stall() {
      gate = new Promise((resolve) => {
        open = resolve
      })
    },
    release() {
      gate = null
      open()
    },
    async put(key, bytes) {
      if (gate !== null) await gate
      if (this.failure !== null) throw this.failure
      objects.set(key, Buffer.from(bytes))
    },
    async get(key) {
      return objects.get(key) ?? null
    },
    async *list(prefix) {
      for (const [key, { length }] of [...objects].sort(([one], [other]) => (one < other ? -1 : 1)))
        if (key.startsWith(prefix)) yield { key, size: length }
    },
    async remove(key) {
      objects.delete(key)
    },
    async check() {},
    close() {},
  }
}
