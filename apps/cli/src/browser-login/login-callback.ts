import { randomBytes } from 'node:crypto'
import { type CallbackServer, isEqualInConstantTime, openCallbackServer } from './callback-server.ts'

export type LoginAnswer = { readonly kind: 'code'; readonly code: string } | { readonly kind: 'denied' }

export interface LoginCallback extends CallbackServer<LoginAnswer> {
  readonly state: string
}

/** Accepts only a callback with the state of this login. */
export async function openLoginCallback(): Promise<LoginCallback> {
  const state = randomBytes(24).toString('base64url')
  const server = await openCallbackServer((query) => {
    const answer = answerIn(query, state)
    return answer && { answer, page: answer.kind === 'code' ? acceptedPage : deniedPage }
  })
  return { ...server, state }
}

const acceptedPage = 'You can close this page. Go back to the terminal.'
const deniedPage = 'You denied the login. You can close this page.'

function answerIn(query: URLSearchParams, state: string): LoginAnswer | null {
  if (!isEqualInConstantTime(query.get('state') ?? '', state)) return null
  if (query.get('error') === 'access_denied') return { kind: 'denied' }
  const code = query.get('code') ?? ''
  return /^[A-Za-z0-9_-]{20,200}$/.test(code) ? { kind: 'code', code } : null
}
