import { randomBytes } from 'node:crypto'
import { type CallbackServer, isEqualInConstantTime, openCallbackServer } from './callback-server.ts'

export type LoginResponse = { readonly kind: 'code'; readonly code: string } | { readonly kind: 'denied' }

export interface LoginCallback extends CallbackServer<LoginResponse> {
  readonly state: string
}

/** Accepts only a callback with the state of this login. */
export async function openLoginCallback(): Promise<LoginCallback> {
  const state = randomBytes(24).toString('base64url')
  const server = await openCallbackServer((query) => {
    const response = responseIn(query, state)
    return response && { response, page: response.kind === 'code' ? acceptedPage : deniedPage }
  })
  return { ...server, state }
}

const acceptedPage = 'You can close this page. Go back to the terminal.'
const deniedPage = 'You denied the login. You can close this page.'

function responseIn(query: URLSearchParams, state: string): LoginResponse | null {
  if (!isEqualInConstantTime(query.get('state') ?? '', state)) return null
  if (query.get('error') === 'access_denied') return { kind: 'denied' }
  const code = query.get('code') ?? ''
  return /^[A-Za-z0-9_-]{20,200}$/.test(code) ? { kind: 'code', code } : null
}
