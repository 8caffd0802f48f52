import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDirectoryStore } from './directory-store.ts'
import { ObjectStoreAddressInvalid } from './errors.ts'
import { isKey } from './key.ts'
import type { ObjectStore } from './object-store.ts'
import type { ObjectLock } from './s3-store.ts'

export type ObjectStoreAddress =
  | { readonly kind: 'directory'; readonly directory: string }
  | {
      readonly kind: 's3'
      readonly bucket: string
      readonly prefix: string
      readonly region?: string
      readonly endpoint?: string
    }

const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const regionName = /^[a-z0-9-]{1,40}$/

/**
 * Reads `/path/of/a/directory`, `file:///path` or
 * `s3://bucket/prefix?region=eu-west-1&endpoint=https://s3.example.com`.
 * @throws ObjectStoreAddressInvalid with a reason that never repeats the text, which may contain a secret
 */
export function readObjectStoreAddress(text: string): ObjectStoreAddress {
  if (isAbsolute(text)) return { kind: 'directory', directory: text }
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.protocol === 'file:') return { kind: 'directory', directory: directoryOf(url) }
  if (url?.protocol === 's3:') return s3Of(url)
  throw new ObjectStoreAddressInvalid('use an absolute path, or s3://bucket/prefix')
}

export async function openObjectStore(
  address: ObjectStoreAddress,
  { lock }: { readonly lock?: ObjectLock } = {},
): Promise<ObjectStore> {
  if (address.kind === 'directory') return createDirectoryStore(address.directory)
  const { createS3Store } = await import('./s3-store.ts')
  return createS3Store({ ...address, ...(lock ? { lock } : {}) })
}

function directoryOf(url: URL): string {
  try {
    return fileURLToPath(url)
  } catch {
    throw new ObjectStoreAddressInvalid('write file:///path, without a host and without %2F')
  }
}

function s3Of({ hostname, pathname, searchParams, username, password, port, hash }: URL): ObjectStoreAddress {
  if (username || password) {
    throw new ObjectStoreAddressInvalid(
      'credentials do not belong in the address; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use the identity of the machine',
    )
  }
  if (port || hash) throw new ObjectStoreAddressInvalid('s3 addresses have no port and no #')
  if (!bucketName.test(hostname))
    throw new ObjectStoreAddressInvalid('the part after s3:// is not the name of a bucket')
  const prefix = pathname.slice(1).replace(/\/$/, '')
  if (prefix !== '' && !isKey(prefix)) {
    throw new ObjectStoreAddressInvalid(
      'the prefix can have only letters, digits, ".", "_", "=", and "-", with "/" between them',
    )
  }
  const parameters = parametersOf(searchParams)
  return { kind: 's3', bucket: hostname, prefix: prefix === '' ? '' : `${prefix}/`, ...parameters }
}

function parametersOf(parameters: URLSearchParams): { readonly region?: string; readonly endpoint?: string } {
  const result: { region?: string; endpoint?: string } = {}
  for (const [name, value] of parameters) {
    if (name === 'region' && result.region === undefined && regionName.test(value)) result.region = value
    else if (name === 'endpoint' && result.endpoint === undefined && isEndpoint(value)) result.endpoint = value
    else
      throw new ObjectStoreAddressInvalid('the only parameters are region=… and endpoint=https://…, each at most once')
  }
  return result
}

function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(text)
  const isSecure = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
  return isSecure && !username && !password && pathname === '/' && !search && !hash
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
