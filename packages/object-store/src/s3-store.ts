import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { ObjectDiffers, ObjectStoreUnusable, ObjectTooLarge } from './errors.ts'
import { checkKey } from './key.ts'
import { defaultLimit, type GetOptions, type ObjectStore, type PutOptions, type StoredObject } from './object-store.ts'

export interface ObjectLock {
  /** Nobody can lift `compliance`. A user with the permission can lift `governance`. */
  readonly mode: 'compliance' | 'governance'
  /** Milliseconds from the moment an object is put. */
  readonly duration: number
}

export interface S3StoreOptions {
  readonly bucket: string
  /** The prefix of all keys: empty, or with a slash at its end. */
  readonly prefix: string
  readonly region?: string
  /** The endpoint of a provider other than AWS. The bucket is then part of the path. */
  readonly endpoint?: string
  /** If set, reads return the first version of a key, even if newer versions exist. */
  readonly lock?: ObjectLock
  readonly clock?: { now(): number }
}

interface Version {
  readonly VersionId?: string
}

/** Milliseconds to establish a connection. */
const connectionTimeout = 5_000
/** Milliseconds until the response to a request begins. */
const requestTimeout = 30_000

/** The AWS client finds the credentials: in the environment, the workload's identity, or the instance. */
export function createS3Store({ bucket, prefix, region, endpoint, lock, clock = Date }: S3StoreOptions): ObjectStore {
  const location = `s3://${bucket}/${prefix}`
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    requestHandler: { connectionTimeout, requestTimeout, throwOnRequestTimeout: true },
    maxAttempts: 2,
    // Each object has a Content-MD5 instead, which every provider supports.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const withSignal = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {})
  const locationOf = (key: string) => ({ Bucket: bucket, Key: prefix + key })

  async function get(key: string, { limit = defaultLimit, signal }: GetOptions = {}): Promise<Buffer | null> {
    checkKey(key)
    const version = lock ? await findFirstVersion(key, signal) : {}
    if (version === null) return null
    try {
      const { Body } = await client.send(new GetObjectCommand({ ...locationOf(key), ...version }), withSignal(signal))
      return await readAtMost(Body as Readable, limit, () => new ObjectTooLarge(key, location, limit))
    } catch (error) {
      if (isS3Error(error, 'NoSuchKey')) return null
      throw error
    }
  }

  /** S3 lists the versions of a key from the newest to the oldest. @returns null if the key has no version */
  async function findFirstVersion(key: string, signal: AbortSignal | undefined): Promise<Version | null> {
    let first: Version | null = null
    for await (const { Versions = [] } of versionPages(prefix + key, signal)) {
      for (const { Key, VersionId } of Versions) if (Key === prefix + key) first = VersionId ? { VersionId } : {}
    }
    return first
  }

  async function* versionPages(keyPrefix: string, signal: AbortSignal | undefined) {
    let page: ListObjectVersionsCommandOutput | undefined
    do {
      const after = page && { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      page = await client.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: keyPrefix, ...after }),
        withSignal(signal),
      )
      yield page
    } while (page.IsTruncated)
  }

  /** Yields the first version of each key. S3 lists it as the last version of the key. */
  async function* listFirstVersions(keyPrefix: string, signal: AbortSignal | undefined): AsyncGenerator<StoredObject> {
    let last: StoredObject | null = null
    for await (const { Versions = [] } of versionPages(prefix + keyPrefix, signal)) {
      for (const { Key = '', Size = 0 } of Versions) {
        const key = Key.slice(prefix.length)
        if (last !== null && last.key !== key) yield last
        last = { key, size: Size }
      }
    }
    if (last !== null) yield last
  }

  async function* listObjects(keyPrefix: string, signal: AbortSignal | undefined): AsyncGenerator<StoredObject> {
    const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix + keyPrefix }, withSignal(signal))
    for await (const { Contents = [] } of pages) {
      for (const { Key = '', Size = 0 } of Contents) yield { key: Key.slice(prefix.length), size: Size }
    }
  }

  async function assertSameBytes(key: string, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const found = await get(key, { limit: bytes.length, ...(signal ? { signal } : {}) }).catch((error) => {
      if (error instanceof ObjectTooLarge) return null
      throw error
    })
    if (found === null || !found.equals(bytes)) throw new ObjectDiffers(key, location)
  }

  return {
    location,
    immutable: lock?.mode === 'compliance',
    async put(key, bytes, { signal }: PutOptions = {}) {
      checkKey(key)
      try {
        await client.send(
          new PutObjectCommand({
            ...locationOf(key),
            Body: bytes,
            ContentMD5: createHash('md5').update(bytes).digest('base64'),
            IfNoneMatch: '*',
            ...(lock && {
              ObjectLockMode: lock.mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE',
              ObjectLockRetainUntilDate: new Date(clock.now() + lock.duration),
            }),
          }),
          withSignal(signal),
        )
      } catch (error) {
        if (!isS3Error(error, 'PreconditionFailed')) throw error
        return await assertSameBytes(key, bytes, signal)
      }
      // After a delete marker, S3 accepts other bytes for the key. But reads return the oldest version, so that version
      // must have the same bytes.
      if (lock) await assertSameBytes(key, bytes, signal)
    },
    get,
    list: (keyPrefix, { signal } = {}) =>
      lock ? listFirstVersions(keyPrefix, signal) : listObjects(keyPrefix, signal),
    async remove(key, { signal } = {}) {
      checkKey(key)
      await client.send(new DeleteObjectCommand(locationOf(key)), withSignal(signal))
    },
    async check({ signal } = {}) {
      try {
        await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 }), withSignal(signal))
        if (lock) await client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket }), withSignal(signal))
      } catch (cause) {
        throw Object.assign(new ObjectStoreUnusable(location, reasonOf(cause)), { cause })
      }
    },
    close: () => client.destroy(),
  }
}

async function readAtMost(body: Readable, limit: number, tooLarge: () => Error): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    // Throwing ends the loop, which destroys the response.
    if (size > limit) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function isS3Error(error: unknown, name: string): boolean {
  return error instanceof S3ServiceException && error.name === name
}

const reasons: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket',
  AccessDenied: 'the credentials do not allow listing the bucket, or reading its Object Lock',
  InvalidAccessKeyId: 'the provider does not know the access key ID',
  SignatureDoesNotMatch: 'the secret access key does not match its access key ID',
  CredentialsProviderError: 'no AWS credentials were found in the environment, for the workload, or on the instance',
  ObjectLockConfigurationNotFoundError: 'the bucket has no Object Lock; enable it',
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return reasons[error.name] ?? `${error.name}: ${error.message}`
}
