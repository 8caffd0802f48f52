import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http'

/** One call of its own connection, which the test writes to, reads from and breaks as it likes. */
export interface BulkCall {
  readonly request: ClientRequest
  /** Once the head has come. @throws when the connection ends before */
  readonly response: Promise<IncomingMessage>
}

/** Begins a call; `end` the request to finish it. */
export function beginCall(
  { port, token }: { readonly port: number; readonly token: string },
  options: Pick<RequestOptions, 'method' | 'path' | 'headers'>,
): BulkCall {
  const call = request({
    host: '127.0.0.1',
    port,
    agent: false,
    ...options,
    headers: { Authorization: `Bearer ${token}`, ...options.headers },
  })
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve).once('error', reject)
  })
  response.catch(() => undefined)
  call.on('error', () => undefined)
  return { request: call, response }
}

/** The response to a request. Later errors, such as a reset of the connection, are only errors of the response. */
export async function responseTo(sent: ClientRequest): Promise<IncomingMessage> {
  const [response] = await once(sent, 'response')
  sent.on('error', () => undefined)
  return response
}

export async function textOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return text
}
