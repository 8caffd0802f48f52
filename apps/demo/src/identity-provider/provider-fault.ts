import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JWTPayload } from 'jose'

/** A fault applies to all logins until the next `injectFault`. */
export type ProviderFault =
  | { readonly kind: 'claims'; readonly change: (claims: JWTPayload) => JWTPayload }
  /** The ID token is not signed. */
  | { readonly kind: 'alg-none' }
  /** The ID token is signed with HS256, and the secret is the public key. */
  | { readonly kind: 'public-key-as-secret' }
  /** The header of the ID token names this key ID, but an unpublished key signed the token. */
  | { readonly kind: 'foreign-key'; readonly keyId: string }
  | { readonly kind: 'signature' }
  | { readonly kind: 'no-id-token' }
  /** Changes the parameters of the callback. */
  | { readonly kind: 'callback'; readonly change: (parameters: URLSearchParams) => void }
  /** Requests for these paths get this response; null: no response. */
  | { readonly kind: 'response'; readonly path: RegExp; readonly response: FaultyResponse | null }
  /** As `response`, but the response is sent when the promise resolves. `onRequest` is called when a request arrives. */
  | {
      readonly kind: 'late-response'
      readonly path: RegExp
      readonly onRequest: () => void
      readonly response: Promise<FaultyResponse>
    }
  /** Requests for these paths get the usual response, but only after `until`. */
  | { readonly kind: 'slow'; readonly path: RegExp; readonly onRequest: () => void; readonly until: Promise<void> }

export interface FaultyResponse {
  readonly status: number
  readonly type: string
  readonly body: string
}

export async function waitIfSlow(fault: ProviderFault | null, { url }: IncomingMessage): Promise<void> {
  if (fault?.kind !== 'slow' || !fault.path.test(url ?? '')) return
  fault.onRequest()
  await fault.until
}

/** @returns true if the fault replaces the usual response; a fault with the response null sends no response */
export function sendFaultyResponse(
  fault: ProviderFault | null,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (fault === null || !('response' in fault) || !fault.path.test(request.url ?? '')) return false
  if (fault.kind === 'late-response') {
    fault.onRequest()
    void fault.response.then((received) => send(response, received))
  } else if (fault.response !== null) send(response, fault.response)
  return true
}

function send(response: ServerResponse, { status, type, body }: FaultyResponse): void {
  response.writeHead(status, { 'content-type': type }).end(body)
}
