import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { ObjectStore } from './object-store.ts'
import { openObjectStore, readObjectStoreAddress } from './open.ts'
import { createS3Store, type S3StoreOptions } from './s3-store.ts'
import { hasMoto, type Moto, startMoto } from './testing/moto.ts'
import { startS3Server } from './testing/s3-server.ts'

const bucket = 'records'

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
})

async function directoryStore(): Promise<ObjectStore> {
  return openObjectStore(readObjectStoreAddress(await temporaryDirectory()))
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'objects-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}

interface Bucket {
  readonly endpoint: string
  readonly bucket: string
}

async function mockBucket(objectLock: boolean): Promise<Bucket> {
  const server = await startS3Server({ bucket, objectLock })
  onTestFinished(() => server.close())
  return { endpoint: server.endpoint, bucket }
}

let moto: Promise<Moto> | null = null
afterAll(async () => (await moto)?.close())
let buckets = 0

/** Each test has a bucket of its own, in one moto for all of them. */
async function motoBucket(objectLock: boolean): Promise<Bucket> {
  moto ??= startMoto()
  const { endpoint } = await moto
  const made = { endpoint, bucket: `records-${++buckets}` }
  const client = clientOf(endpoint)
  await client.send(new CreateBucketCommand({ Bucket: made.bucket, ObjectLockEnabledForBucket: objectLock }))
  return made
}

function clientOf(endpoint: string): S3Client {
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true })
  onTestFinished(() => client.destroy())
  return client
}

function s3Store(place: Bucket, options: Partial<S3StoreOptions> = {}): ObjectStore {
  const store = createS3Store({ prefix: 'audit/', region: 'us-east-1', ...place, ...options })
  onTestFinished(() => store.close())
  return store
}

const stores: readonly (readonly [string, boolean, () => Promise<ObjectStore>])[] = [
  ['a directory', true, directoryStore],
  ['S3 (our mock)', true, async () => s3Store(await mockBucket(false))],
  ['S3 (moto, a mock)', hasMoto, async () => s3Store(await motoBucket(false))],
]

const hostileKeys = [
  ...['', '/one', 'one/', 'a//b', '../one', 'a/../b', '.hidden', 'a/.b', 'a b', 'ä', 'a\\b', 'a\0b'],
  'x'.repeat(513),
]

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys
}

for (const [name, isAvailable, open] of stores) {
  describe.skipIf(!isAvailable)(name, () => {
    test('returns the bytes that were put', async () => {
      const store = await open()
      const bytes = randomBytes(100_000)
      await store.put('2026/11/one.bin', bytes)
      expect(await store.get('2026/11/one.bin')).toEqual(bytes)
      expect(await store.get('2026/11/two.bin')).toBeNull()
      await store.put('empty', Buffer.alloc(0))
      expect(await store.get('empty')).toEqual(Buffer.alloc(0))
    })

    test('accepts the same bytes again, and rejects other bytes', async () => {
      const store = await open()
      await store.put('one', Buffer.from('first'))
      await store.put('one', Buffer.from('first'))
      for (const other of ['other', 'firs', 'first and more']) {
        await expect(store.put('one', Buffer.from(other))).rejects.toMatchObject({ code: 'RGW_OBJECT_DIFFERS' })
      }
      expect(await store.get('one')).toEqual(Buffer.from('first'))
    })

    test('one of several concurrent puts succeeds, and the others fail', async () => {
      const store = await open()
      const puts = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) => store.put('one', Buffer.from([index]))),
      )
      const won = puts.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []))
      expect(won).toHaveLength(1)
      expect(await store.get('one')).toEqual(Buffer.from(won))
    })

    test('lists keys by prefix, in order, across pages', async () => {
      const store = await open()
      const keys = ['a/1', 'a/2', 'a-b', 'a/b/c', 'a/b/d', 'b', 'a/3', 'a/4']
      for (const key of keys) await store.put(key, Buffer.from(key))
      expect(await keysOf(store, '')).toEqual([...keys].sort())
      expect(await keysOf(store, 'a/')).toEqual(keys.filter((key) => key.startsWith('a/')).sort())
      expect(await keysOf(store, 'a/b')).toEqual(['a/b/c', 'a/b/d'])
      expect(await keysOf(store, 'z')).toEqual([])
    })

    test('removes objects, and ignores missing ones', async () => {
      const store = await open()
      await store.put('one', Buffer.from('1'))
      await store.remove('one')
      await store.remove('one')
      expect(await store.get('one')).toBeNull()
    })

    test('rejects an object above the size limit', async () => {
      const store = await open()
      await store.put('large', randomBytes(1_000))
      await expect(store.get('large', { limit: 999 })).rejects.toMatchObject({ code: 'RGW_OBJECT_TOO_LARGE' })
      expect(await store.get('large', { limit: 1_000 })).toHaveLength(1_000)
    })

    test('rejects keys that are not portable', async () => {
      const store = await open()
      const invalid = { code: 'RGW_OBJECT_KEY_INVALID' }
      for (const key of hostileKeys) {
        await expect(store.put(key, Buffer.from('1'))).rejects.toMatchObject(invalid)
        await expect(store.get(key)).rejects.toMatchObject(invalid)
        await expect(store.remove(key)).rejects.toMatchObject(invalid)
      }
    })

    test('an aborted signal ends put', async () => {
      const store = await open()
      const signal = AbortSignal.abort(new Error('enough'))
      await expect(store.put('one', Buffer.from('1'), { signal })).rejects.toThrow()
      expect(await store.get('one')).toBeNull()
    })
  })
}

describe('a directory', () => {
  test('files are private to the owner, and no temporary file remains', async () => {
    const directory = await temporaryDirectory()
    const store = await openObjectStore({ kind: 'directory', directory })
    await store.put('a/one', Buffer.from('1'))
    await expect(store.put('a/one', Buffer.from('2'))).rejects.toThrow()
    expect((await stat(join(directory, 'a/one'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(directory, 'a'))).mode & 0o777).toBe(0o700)
    expect(await readdir(join(directory, 'a'))).toEqual(['one'])
  })

  test('does not follow symbolic links', async () => {
    const directory = await temporaryDirectory()
    const store = await openObjectStore({ kind: 'directory', directory })
    await writeFile(join(directory, '.secret'), 'secret')
    await symlink(join(directory, '.secret'), join(directory, 'one'))
    await expect(store.get('one')).rejects.toMatchObject({ code: 'ELOOP' })
    await expect(store.put('one', Buffer.from('secret'))).rejects.toThrow()
    expect(await keysOf(store, '')).toEqual([])
  })

  test('check reports a missing directory', async () => {
    const directory = await temporaryDirectory()
    await expect((await openObjectStore({ kind: 'directory', directory })).check()).resolves.toBeUndefined()
    const missing = await openObjectStore({ kind: 'directory', directory: join(directory, 'none') })
    await expect(missing.check()).rejects.toThrow(
      `${join(directory, 'none')} cannot be used: there is no such directory; create it`,
    )
    await expect(missing.put('one', Buffer.from('1'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test.skipIf(process.getuid?.() === 0)('check reports missing permissions', async () => {
    const directory = await temporaryDirectory()
    await chmod(directory, 0o500)
    await expect((await openObjectStore({ kind: 'directory', directory })).check()).rejects.toThrow(
      'cannot read and write in this directory',
    )
  })
})

const locks: readonly (readonly [string, boolean, (objectLock: boolean) => Promise<Bucket>])[] = [
  ['S3 with Object Lock (our mock)', true, mockBucket],
  ['S3 with Object Lock (moto, a mock)', hasMoto, motoBucket],
]
const lock = { mode: 'compliance', duration: 86_400_000 } as const

for (const [name, isAvailable, bucketOf] of locks) {
  describe.skipIf(!isAvailable)(name, () => {
    test('reads return the first version, whatever is put or deleted over it', async () => {
      const made = await bucketOf(true)
      const store = s3Store(made, { lock })
      await store.put('one', Buffer.from('first'))
      const client = clientOf(made.endpoint)
      const place = { Bucket: made.bucket, Key: 'audit/one' }
      await client.send(new PutObjectCommand({ ...place, Body: 'forged' }))
      expect(await store.get('one')).toEqual(Buffer.from('first'))
      await client.send(new DeleteObjectCommand(place))
      expect(await store.get('one')).toEqual(Buffer.from('first'))
      expect(await keysOf(store, '')).toEqual(['one'])
      await expect(store.put('one', Buffer.from('second'))).rejects.toMatchObject({ code: 'RGW_OBJECT_DIFFERS' })
      await store.put('one', Buffer.from('first'))
    })

    test('a locked version cannot be deleted', async () => {
      const made = await bucketOf(true)
      const store = s3Store(made, { lock })
      await store.put('one', Buffer.from('first'))
      const client = clientOf(made.endpoint)
      const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: made.bucket }))
      const deletions = Versions.map(({ VersionId }) =>
        client.send(new DeleteObjectCommand({ Bucket: made.bucket, Key: 'audit/one', VersionId })),
      )
      expect(deletions).toHaveLength(1)
      await expect(Promise.all(deletions)).rejects.toMatchObject({ name: 'AccessDenied' })
      expect(await store.get('one')).toEqual(Buffer.from('first'))
    })

    test('check reports a bucket without a lock, and a missing bucket', async () => {
      const made = await bucketOf(false)
      await expect(s3Store(made).check()).resolves.toBeUndefined()
      await expect(s3Store(made, { lock }).check()).rejects.toThrow(
        `s3://${made.bucket}/audit/ cannot be used: the bucket has no Object Lock; enable it`,
      )
      await expect(s3Store(made, { bucket: 'none' }).check()).rejects.toThrow('there is no such bucket')
    })

    test('a bucket with a lock can be used', async () => {
      const store = s3Store(await bucketOf(true), { lock })
      await expect(store.check()).resolves.toBeUndefined()
      expect(store.immutable).toBe(true)
    })
  })
}

test('a signal ends a request to a server that does not respond', async () => {
  const server = await startS3Server({ bucket })
  onTestFinished(() => server.close())
  const store = s3Store({ endpoint: server.endpoint, bucket })
  server.hang(true)
  const signal = AbortSignal.timeout(50)
  await expect(store.put('one', Buffer.from('1'), { signal })).rejects.toMatchObject({ name: 'AbortError' })
  server.hang(false)
  await store.put('one', Buffer.from('1'))
})

test('a removed directory is created again', async () => {
  const root = await temporaryDirectory()
  const store = await openObjectStore(readObjectStoreAddress(root))
  await store.put('a/b/1', Buffer.from('one'))
  await rm(join(root, 'a'), { recursive: true })
  await store.put('a/b/2', Buffer.from('two'))
  expect(await store.get('a/b/2')).toEqual(Buffer.from('two'))
  await rm(join(root, 'a', 'b'), { recursive: true })
  await store.put('a/b/3', Buffer.from('three'))
  expect(await store.get('a/b/3')).toEqual(Buffer.from('three'))
})
