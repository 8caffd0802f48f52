import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JWTPayload } from 'jose'

/** How the next logins fail, until it is reset to null. */
export type Misbehaviour =
  | { readonly kind: 'claims'; readonly change: (claims: JWTPayload) => JWTPayload }
  /** The id_token isn't signed at all. */
  | { readonly kind: 'alg-none' }
  /** It is signed with HS256, by the public key as the secret. */
  | { readonly kind: 'public-key-as-secret' }
  /** It is signed by a key that is not published, under this id. */
  | { readonly kind: 'foreign-key'; readonly keyId: string }
  | { readonly kind: 'signature' }
  | { readonly kind: 'no-id-token' }
  /** The browser comes back with these parameters instead. */
  | { readonly kind: 'callback'; readonly change: (parameters: URLSearchParams) => void }
  /** Requests for these paths get this answer; null: none at all. */
  | { readonly kind: 'answer'; readonly path: RegExp; readonly answer: BadAnswer | null }
  /** As `answer`, once it is known. */
  | { readonly kind: 'held'; readonly path: RegExp; readonly asked: () => void; readonly answer: Promise<BadAnswer> }
  /** They are answered well, but only then. */
  | { readonly kind: 'slow'; readonly path: RegExp; readonly asked: () => void; readonly until: Promise<void> }

export interface BadAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** Delays a request if the misbehaviour requires it. */
export async function waitAsTold(misbehaviour: Misbehaviour | null, { url }: IncomingMessage): Promise<void> {
  if (misbehaviour?.kind !== 'slow' || !misbehaviour.path.test(url ?? '')) return
  misbehaviour.asked()
  await misbehaviour.until
}

/** Sends a faulty answer if the misbehaviour requires it. @returns whether it did */
export function answerBadly(
  misbehaviour: Misbehaviour | null,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (misbehaviour === null || !('answer' in misbehaviour) || !misbehaviour.path.test(request.url ?? '')) return false
  if (misbehaviour.kind === 'held') {
    misbehaviour.asked()
    void misbehaviour.answer.then((known) => send(response, known))
  } else if (misbehaviour.answer !== null) send(response, misbehaviour.answer)
  return true
}

function send(response: ServerResponse, { status, type, body }: BadAnswer): void {
  response.writeHead(status, { 'content-type': type }).end(body)
}
