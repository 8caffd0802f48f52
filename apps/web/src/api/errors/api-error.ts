import type { ErrorResponse } from '@rack-gateway/gateway-api'

/** The rack and the app of a call of the rack API. */
export interface ErrorScope {
  readonly rack?: string
  readonly app?: string
}

/** An error of the gateway itself, not of a rack. */
export class ApiError extends Error {
  readonly status: number
  readonly body: ErrorResponse
  /** Milliseconds until the gateway accepts another attempt; null: the gateway did not say. */
  readonly retryAfter: number | null
  readonly scope: ErrorScope

  constructor(status: number, body: ErrorResponse, retryAfter: number | null = null, scope: ErrorScope = {}) {
    super(body.error)
    this.name = 'ApiError'
    this.status = status
    this.body = body
    this.retryAfter = retryAfter
    this.scope = scope
  }
}

/** Whether the API says that there is no item with an ID. */
export function isMissingItem(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404
}

/** The gateway did not answer, or another server, such as a proxy, answered instead. */
export class NoResponse extends Error {
  constructor() {
    super('The gateway is not responding. Check your connection, and try again.')
    this.name = 'NoResponse'
  }
}

export async function errorOf(response: Response, scope: ErrorScope = {}): Promise<Error> {
  const value: unknown = await response.json().catch(() => null)
  if (!isErrorBody(value)) return new NoResponse()
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new ApiError(response.status, value, Number.isFinite(seconds) ? seconds * 1_000 : null, scope)
}

function isErrorBody(value: unknown): value is ErrorResponse {
  return typeof value === 'object' && value !== null && 'error' in value && typeof value.error === 'string'
}
