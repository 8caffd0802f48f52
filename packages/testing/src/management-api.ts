import { type RawResponse, sendRaw, writeRequest } from './http/index.ts'

export const managementApi = '/gateway/api/v1'

export interface ManagementApiResponse extends RawResponse {
  /** The value at a path in the body, such as `items.0.id`, as a string. */
  text(path: string): string
  /** The value at a path in each item of a page. */
  texts(path: string): string[]
}

/**
 * @param gateway its URL; `host` replaces the `Host` header
 * @param token null sends no credential
 * @param path below `/gateway/api/v1`
 * @param body sent as JSON; a string is sent as it is. `Content-Type` is `application/json` unless `headers` has one
 * @param headers additional header lines
 */
export async function callManagementApi(
  gateway: { readonly url: string; readonly host?: string },
  token: string | null,
  method: string,
  path: string,
  body?: unknown,
  headers: readonly string[] = [],
): Promise<ManagementApiResponse> {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const hasType = headers.some((line) => /^content-type:/i.test(line))
  const lines = [
    `Host: ${gateway.host ?? new URL(gateway.url).host}`,
    ...(token === null ? [] : [`Authorization: Bearer ${token}`]),
    ...(text === '' || hasType ? [] : ['Content-Type: application/json']),
    ...headers,
  ]
  const bytes = Buffer.from(text).toString('latin1')
  const response = await sendRaw(gateway.url, writeRequest(`${method} ${managementApi}${path}`, lines, bytes))
  return {
    ...response,
    text: (at) => String(valueAt(response.json, at)),
    texts: (at) => itemsOf(response.json).map((item) => String(valueAt(item, at))),
  }
}

function itemsOf(page: unknown): unknown[] {
  const items = valueAt(page, 'items')
  return Array.isArray(items) ? items : []
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined), value)
}
