import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface S3Server {
  readonly endpoint: string
  /**
   * While true, the server answers no request. False also drops the unanswered requests, so that clients retry at once.
   */
  hang(hanging: boolean): void
  /** While true, the server answers every request with `AccessDenied`, which clients do not retry. */
  deny(denying: boolean): void
  close(): Promise<void>
}

interface StoredVersion {
  readonly id: string
  /** Null for a delete marker. */
  readonly bytes: Buffer | null
  readonly lock: { readonly mode: string; readonly until: number } | null
}

/** A mock of S3 with one bucket. Keeps all versions, and does not check signatures. */
export async function startS3Server({
  bucket,
  objectLock = false,
}: {
  bucket: string
  objectLock?: boolean
}): Promise<S3Server> {
  const objects = new Map<string, StoredVersion[]>()
  const unanswered = new Set<ServerResponse>()
  let hanging = false
  let denying = false
  let versionCount = 0

  const server = createServer(async (request, response) => {
    const body = await readBody(request)
    if (hanging) return unanswered.add(response)
    if (denying) return refuse(response, 403, 'AccessDenied')
    const url = new URL(request.url ?? '/', 'http://s3')
    const [, requestedBucket = '', ...rest] = url.pathname.split('/')
    if (requestedBucket !== bucket) return refuse(response, 404, 'NoSuchBucket')
    const key = decodeURIComponent(rest.join('/'))
    if (key === '') return respondAsBucket(response, url.searchParams)
    if (request.method === 'PUT') return put(request, response, key, body)
    if (request.method === 'GET') return get(response, key, url.searchParams.get('versionId'))
    return remove(response, key, url.searchParams.get('versionId'))
  })

  function put({ headers }: IncomingMessage, response: ServerResponse, key: string, bytes: Buffer) {
    const versions = objects.get(key) ?? []
    if (headers['if-none-match'] === '*' && versions[0]?.bytes) return refuse(response, 412, 'PreconditionFailed')
    const mode = headers['x-amz-object-lock-mode']
    if (mode && (!objectLock || !headers['content-md5'])) return refuse(response, 400, 'InvalidRequest')
    const until = Date.parse(String(headers['x-amz-object-lock-retain-until-date']))
    const id = `v${++versionCount}`
    versions.unshift({ id, bytes, lock: mode ? { mode: String(mode), until } : null })
    objects.set(key, versions)
    response.writeHead(200, { etag: '"mock"', 'x-amz-version-id': id }).end()
  }

  function get(response: ServerResponse, key: string, id: string | null) {
    const versions = objects.get(key) ?? []
    const found = id === null ? versions[0] : versions.find((version) => version.id === id)
    if (!found?.bytes) return refuse(response, 404, 'NoSuchKey')
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(found.bytes)
  }

  function remove(response: ServerResponse, key: string, id: string | null) {
    const versions = objects.get(key) ?? []
    const lock = versions.find((version) => version.id === id)?.lock
    if (lock && lock.until > Date.now()) return refuse(response, 403, 'AccessDenied')
    if (id === null) objects.set(key, [{ id: `v${++versionCount}`, bytes: null, lock: null }, ...versions])
    else
      objects.set(
        key,
        versions.filter((version) => version.id !== id),
      )
    response.writeHead(204).end()
  }

  function respondAsBucket(response: ServerResponse, query: URLSearchParams) {
    const enabled = '<ObjectLockEnabled>Enabled</ObjectLockEnabled>'
    if (query.has('object-lock')) {
      if (!objectLock) return refuse(response, 404, 'ObjectLockConfigurationNotFoundError')
      return xml(response, 200, `<ObjectLockConfiguration>${enabled}</ObjectLockConfiguration>`)
    }
    const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '')).sort()
    if (query.has('versions')) {
      const listed = keys.flatMap((key) => (objects.get(key) ?? []).map((version) => versionElement(key, version)))
      return xml(
        response,
        200,
        `<ListVersionsResult><IsTruncated>false</IsTruncated>${listed.join('')}</ListVersionsResult>`,
      )
    }
    return listPage(response, keys, query)
  }

  function listPage(response: ServerResponse, keys: readonly string[], query: URLSearchParams) {
    const size = (key: string) => objects.get(key)?.[0]?.bytes?.length
    const after = query.get('continuation-token') ?? ''
    const page = keys.filter((key) => size(key) !== undefined && key > after)
    // At most three keys per page, so that tests need few objects for several pages.
    const listed = page.slice(0, Math.min(Number(query.get('max-keys') ?? 1_000), 3))
    const contents = listed.map((key) => `<Contents><Key>${key}</Key><Size>${size(key)}</Size></Contents>`).join('')
    const isTruncated = listed.length < page.length
    const next = isTruncated ? `<NextContinuationToken>${listed.at(-1)}</NextContinuationToken>` : ''
    xml(
      response,
      200,
      `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${next}${contents}</ListBucketResult>`,
    )
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hang(value) {
      hanging = value
      for (const response of unanswered) response.destroy()
      unanswered.clear()
    },
    deny(value) {
      denying = value
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function versionElement(key: string, { id, bytes }: StoredVersion): string {
  const element = bytes ? 'Version' : 'DeleteMarker'
  return `<${element}><Key>${key}</Key><VersionId>${id}</VersionId><Size>${bytes?.length ?? 0}</Size></${element}>`
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function refuse(response: ServerResponse, status: number, code: string): void {
  xml(response, status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`)
}

function xml(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${text}`)
}
