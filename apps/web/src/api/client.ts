import type { Endpoints, JsonEndpointName, RequestOf, ResponseOf } from '@rack-gateway/gateway-api'
import { errorOf, NoResponse } from './errors/api-error.ts'
import { sendRequest } from './step-up/send-request.ts'

type Method = Endpoints[JsonEndpointName]['method']
type NameOf<M extends Method, P> = {
  [N in JsonEndpointName]: Endpoints[N] extends { method: M; path: P } ? N : never
}[JsonEndpointName]
type PathOf<M extends Method> = Extract<Endpoints[JsonEndpointName], { method: M }>['path']

interface AnyRequest {
  readonly id?: string
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
  readonly body?: object
  readonly action?: string
}

/** `action`: what the call does, such as `Unlock ann@example.com`, for the dialog that asks for a second factor. */
type ConsoleRequest<N extends JsonEndpointName> = RequestOf<N> &
  (Endpoints[N] extends { stepUp: 'management' | 'factor' }
    ? { readonly action: string }
    : { readonly action?: string })

export const apiPrefix = '/gateway/api/v1'

/** Such as `/gateway/api/v1/tokens?limit=50`. */
export function pathOf(path: string, { id = '', query = {} }: AnyRequest): string {
  const search = new URLSearchParams()
  for (const [name, value = ''] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== '') search.append(name, `${one}`)
  return `${apiPrefix}${path.replace('{id}', encodeURIComponent(id))}${search.size === 0 ? '' : `?${search}`}`
}

/** @throws ApiError, NoResponse */
export function get<P extends PathOf<'GET'>>(
  path: P,
  request: RequestOf<NameOf<'GET', P>>,
  signal?: AbortSignal,
): Promise<ResponseOf<NameOf<'GET', P>>> {
  return send('GET', path, request as AnyRequest, signal)
}

/** @throws ApiError, NoResponse, StepUpCanceled */
export function post<P extends PathOf<'POST'>>(
  path: P,
  request: ConsoleRequest<NameOf<'POST', P>>,
  signal?: AbortSignal,
): Promise<ResponseOf<NameOf<'POST', P>>> {
  return send('POST', path, request as AnyRequest, signal)
}

/** @throws ApiError, NoResponse, StepUpCanceled */
export function remove<P extends PathOf<'DELETE'>>(
  path: P,
  request: ConsoleRequest<NameOf<'DELETE', P>>,
): Promise<ResponseOf<NameOf<'DELETE', P>>> {
  return send('DELETE', path, request as AnyRequest)
}

interface StreamOptions {
  readonly accept?: string
  readonly lastEventId?: string | null
  readonly signal: AbortSignal
}

/** @throws ApiError, NoResponse */
export async function openStream(
  path: string,
  request: AnyRequest,
  { accept = 'text/event-stream', lastEventId = null, signal }: StreamOptions,
): Promise<ReadableStream<Uint8Array>> {
  const response = await sendRequest(pathOf(path, request), {
    method: 'GET',
    headers: { accept, ...(lastEventId !== null && { 'last-event-id': lastEventId }) },
    signal,
  })
  if (response.ok && response.body !== null) return response.body
  throw await errorOf(response)
}

let csrfToken: string | undefined

export function setCsrfToken(token: string | undefined): void {
  csrfToken = token
}

/** The header that proves that a change comes from a page of the gateway. Empty until `GET /me` is read. */
export function csrfHeader(): Readonly<Record<string, string>> {
  return csrfToken === undefined ? {} : { 'x-csrf-token': csrfToken }
}

/** How far the gateway's clock is ahead of this device's, in milliseconds. */
let clockOffset = 0

/** Milliseconds since the epoch. */
export function serverNow(): number {
  return Date.now() + clockOffset
}

async function send<T>(method: Method, path: string, request: AnyRequest, signal?: AbortSignal): Promise<T> {
  const { body, action } = request
  const response = await sendRequest(pathOf(path, request), {
    method,
    headers: {
      accept: 'application/json',
      ...(body && { 'content-type': 'application/json' }),
      ...(method !== 'GET' && csrfHeader()),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal,
    action,
  })
  const date = Date.parse(response.headers.get('date') ?? '')
  if (!Number.isNaN(date)) clockOffset = date - Date.now()
  if (!response.ok) throw await errorOf(response)
  const value: unknown = await response.json().catch(() => null)
  if (value === null) throw new NoResponse()
  return value as T
}
