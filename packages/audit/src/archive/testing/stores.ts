import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openObjectStore } from '@rack-gateway/object-store'
import { startS3Server } from '@rack-gateway/object-store/testing'
import { onTestFinished } from 'vitest'
import type { ArchiveStore } from '../archive-store.ts'

export async function directoryStore(): Promise<ArchiveStore & { readonly directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'rack-gateway-archive-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return { ...(await openObjectStore({ kind: 'directory', directory })), directory }
}

/** A mock of S3 with Object Lock, which locks objects for a day. */
export async function lockedStore(): Promise<ArchiveStore> {
  const server = await startS3Server({ bucket: 'archive', objectLock: true })
  onTestFinished(() => server.close())
  const store = await openObjectStore(
    { kind: 's3', bucket: 'archive', prefix: 'log/', region: 'eu-central-1', endpoint: server.endpoint },
    { lock: { mode: 'compliance', duration: 86_400_000 } },
  )
  onTestFinished(() => store.close())
  return store
}

export function memoryStore(
  initialObjects: Iterable<readonly [string, Buffer]> = [],
): ArchiveStore & { readonly objects: Map<string, Buffer> } {
  const objects = new Map(initialObjects)
  return {
    location: 'memory',
    objects,
    get: async (key) => objects.get(key) ?? null,
    async put(key, bytes) {
      const present = objects.get(key)
      if (present !== undefined && !present.equals(bytes))
        throw Object.assign(new Error('it differs'), { code: 'RGW_OBJECT_DIFFERS' })
      objects.set(key, Buffer.from(bytes))
    },
  }
}
