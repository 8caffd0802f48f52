import { createHash } from 'node:crypto'
import type { RawHeaders } from './wire/headers.ts'
import type { Parameters } from './wire/parameters.ts'

/** One received request, as the rack reads it. Tests compare the rack's reading with the gateway's decision. */
export interface ReceivedRequest {
  readonly method: string
  /** The request target's bytes, one per character. */
  readonly target: string
  readonly rawHeaders: RawHeaders
  /**
   * `bytes`: the first MiB. `length`: the number of bytes that have arrived. `sha256`: the digest of the whole body, in
   * hex; null until the whole body has arrived, and always null for a websocket.
   */
  readonly body: { readonly bytes: Buffer; readonly length: number; readonly sha256: string | null }
  /** `METHOD /path/{variable}`. The method of a websocket is `WS`. Null if no route matches. */
  readonly route: string | null
  readonly variables: Readonly<Record<string, string>>
  readonly app: string | null
  readonly service: string | null
  readonly process: string | null
  /** The command that would be started. */
  readonly command: string | null
  /** Every parameter of the route, as the handler reads the parameter. */
  readonly parameters: Parameters
  readonly authenticated: boolean
  /** The status of the rack's response; 101 for an accepted websocket. Null until the rack responds. */
  readonly status: number | null
}

/** The request while the rack still adds to it. */
export type OpenRequest = { -readonly [K in keyof ReceivedRequest]: ReceivedRequest[K] }

const maxRequests = 10_000
const maxRecordedBytes = 1024 * 1024

export function createReceivedLog() {
  const requests: OpenRequest[] = []
  return {
    requests,
    open(method: string, target: string, rawHeaders: RawHeaders): OpenRequest {
      const request: OpenRequest = {
        method,
        target,
        rawHeaders,
        body: { bytes: Buffer.alloc(0), length: 0, sha256: null },
        route: null,
        variables: {},
        app: null,
        service: null,
        process: null,
        command: null,
        parameters: {},
        authenticated: false,
        status: null,
      }
      requests.push(request)
      if (requests.length > maxRequests) requests.shift()
      return request
    },
  }
}

export function recordParameters(request: OpenRequest, parameters: Parameters): void {
  request.parameters = parameters
  request.app = request.variables.app ?? null
  request.service = request.variables.service ?? null
  request.process = request.variables.process ?? null
  request.command = parameters.command ?? parameters.Command ?? null
}

export async function* recordBody(request: OpenRequest, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let bytes = Buffer.alloc(0)
  let length = 0
  for await (const chunk of body) {
    hash.update(chunk)
    if (bytes.length < maxRecordedBytes)
      bytes = Buffer.concat([bytes, chunk.subarray(0, maxRecordedBytes - bytes.length)])
    length += chunk.length
    request.body = { bytes, length, sha256: null }
    yield chunk
  }
  request.body = { bytes, length, sha256: hash.digest('hex') }
}
