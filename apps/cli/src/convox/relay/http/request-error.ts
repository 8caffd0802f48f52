/** The relay rejects a request. The message is the body of the response, and contains no value from the request. */
export class RequestError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** A proxy answers in place of the gateway. Nothing of its page is forwarded. */
export class ProxyPage extends RequestError {
  constructor(message: string) {
    super(502, message)
  }
}

const reasonPhrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  421: 'Misdirected Request',
  431: 'Request Header Fields Too Large',
  502: 'Bad Gateway',
}

/** The complete response. It has no header that makes a browser ask for a password, or lets another origin read it. */
export function errorResponse({ status, message }: RequestError): Buffer {
  const body = `${message}\n`
  return Buffer.from(
    [
      `HTTP/1.1 ${status} ${reasonPhrases[status] ?? 'Error'}`,
      'Content-Type: text/plain; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      'X-Content-Type-Options: nosniff',
      '',
      body,
    ].join('\r\n'),
  )
}
