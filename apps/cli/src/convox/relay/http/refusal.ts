/** What the relay says instead of passing a request on. The message is for the program that asked; nothing of the request stands in it. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  421: 'Misdirected Request',
  431: 'Request Header Fields Too Large',
  502: 'Bad Gateway',
}

/** The whole answer. It asks no browser for a password, and lets no other origin read it. */
export function answerOf({ status, message }: Refusal): Buffer {
  const body = `${message}\n`
  return Buffer.from(
    [
      `HTTP/1.1 ${status} ${reasons[status] ?? 'Refused'}`,
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      'X-Content-Type-Options: nosniff',
      '',
      body,
    ].join('\r\n'),
  )
}
