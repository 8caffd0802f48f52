import { apiPrefix, csrfHeader } from '../client.ts'
import { errorOf, NoResponse } from '../errors/api-error.ts'
import { sendRequest } from '../step-up/send-request.ts'
import { RackError, UnreadableResponse } from './errors.ts'
import { type Reader, UnexpectedStructure } from './fields.ts'
import { checkName, type RackPath } from './rack-path.ts'

interface GetOptions {
  readonly signal?: AbortSignal
  /** Such as `Reveal-Key`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** @throws RackError, ApiError, NoResponse, UnreadableResponse, InvalidName */
export async function rackGet<T>(
  rack: string,
  path: RackPath,
  read: Reader<T>,
  { signal, headers = {} }: GetOptions = {},
): Promise<T> {
  const response = await call('GET', rack, path, { headers: { ...headers, accept: 'application/json' }, signal })
  return readResponse(rack, response, read, signal)
}

interface ChangeOptions {
  /** What the change does, for the dialog that asks for a second factor, such as `Restart the service web of myapp`. */
  readonly action: string
  readonly form?: Readonly<Record<string, string | number>>
}

type ChangeMethod = 'POST' | 'PUT' | 'DELETE'

/** Ignores the content of the response. @throws RackError, ApiError, NoResponse, InvalidName, StepUpCanceled */
export async function sendRackChange(method: ChangeMethod, rack: string, path: RackPath, options: ChangeOptions) {
  await (await change(method, rack, path, options)).text()
}

interface CreateOptions<T> extends ChangeOptions {
  readonly read: Reader<T>
}

/** @throws RackError, ApiError, NoResponse, UnreadableResponse, InvalidName, StepUpCanceled */
export async function postToRack<T>(rack: string, path: RackPath, { read, ...options }: CreateOptions<T>): Promise<T> {
  return readResponse(rack, await change('POST', rack, path, options), read)
}

/**
 * @param headers options of the rack API, such as `follow` and `since`
 * @throws RackError, ApiError, NoResponse, InvalidName
 */
export async function openRackStream(
  rack: string,
  path: RackPath,
  { headers, signal }: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<ReadableStream<Uint8Array>> {
  const response = await call('GET', rack, path, { headers: { ...headers, accept: 'text/plain' }, signal })
  if (response.body === null) throw new NoResponse()
  return response.body
}

function change(method: ChangeMethod, rack: string, path: RackPath, options: ChangeOptions): Promise<Response> {
  const { action, form = {} } = options
  const body = new URLSearchParams(Object.entries(form).map(([name, value]) => [name, `${value}`]))
  return call(method, rack, path, {
    headers: { accept: 'application/json', ...csrfHeader() },
    action: `${action} on ${rack}`,
    ...(body.size > 0 && { body }),
  })
}

interface CallOptions {
  readonly headers: Readonly<Record<string, string>>
  readonly body?: URLSearchParams
  readonly signal?: AbortSignal | undefined
  readonly action?: string
}

async function call(method: string, rack: string, path: RackPath, options: CallOptions): Promise<Response> {
  const response = await sendRequest(`${apiPrefix}/racks/${checkName(rack)}${path}`, { ...options, method })
  if (response.ok) return response
  // Without the header, the gateway itself answered.
  if (response.headers.get('answered-by') !== 'rack') throw await errorOf(response, scopeOf(rack, path))
  throw new RackError(rack, response.status, errorText(await response.text().catch(() => '')))
}

function scopeOf(rack: string, path: RackPath) {
  const app = /^\/apps\/([^/?]+)/.exec(path)?.[1]
  return app === undefined ? { rack } : { rack, app: decodeURIComponent(app) }
}

/** Racks send errors as JSON or as plain text. */
function errorText(body: string): string {
  try {
    const { error } = JSON.parse(body)
    if (typeof error === 'string') return error
  } catch {}
  return body.trim()
}

async function readResponse<T>(rack: string, response: Response, read: Reader<T>, signal?: AbortSignal): Promise<T> {
  try {
    return read(await response.json())
  } catch (error) {
    if (signal?.aborted) throw error
    if (error instanceof UnexpectedStructure || error instanceof SyntaxError) throw new UnreadableResponse(rack)
    throw new NoResponse()
  }
}
