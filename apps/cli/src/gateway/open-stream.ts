import type { HttpRequest } from '@rack-gateway/gateway-api'
import type { Target } from '../rack-choice/local/target.ts'
import { errorFromResponse, isMissing } from './gateway-error.ts'
import { openGateway, parseJson, readBody } from './gateway-request.ts'

export interface StreamOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Aborts the response, which has no deadline. */
  readonly signal: AbortSignal
  /** Thrown if the gateway has no such resource. */
  readonly missing?: Error
}

/** @throws as `openGateway`; as `errorFromResponse` for any status except 200 */
export async function openStream(
  { origin, token, tlsTrust }: Target,
  request: HttpRequest,
  { missing, ...options }: StreamOptions,
): Promise<Response> {
  const response = await openGateway(origin, { ...request, token, tlsTrust, ...options })
  if (response.status === 200) return response
  const { status, headers } = response
  const text = (await readBody(response)) ?? ''
  const value = parseJson(text)
  if (missing !== undefined && isMissing({ status, value })) throw missing
  throw errorFromResponse(origin, { status, headers, text, value })
}
