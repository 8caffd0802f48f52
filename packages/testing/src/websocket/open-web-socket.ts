import { WebSocket } from 'ws'
import { basicAuthorization } from '../authorization.ts'

/** A websocket of a client, or the response that rejects the upgrade. */
export interface ClientSocket {
  /** 101, or the status of the response that rejects the upgrade. */
  readonly status: number
  /** The body of the response that rejects the upgrade, or empty. */
  readonly error: string
  /** Sends the bytes as a text message, even if they are not UTF-8. */
  send(bytes: Buffer): void
  /** Sends the empty binary frame with which convox ends the input. */
  sendEndOfInput(): void
  /** Waits for an empty binary frame or the end of the connection. @returns all other messages so far */
  readToEnd(): Promise<string[]>
  /** As `readToEnd`, for messages as bytes. */
  readBytesToEnd(): Promise<Buffer[]>
  close(): void
  /** Resolves when the connection has ended. */
  closed(): Promise<void>
}

/** Resolves also when the server rejects the upgrade. */
export function openWebSocket(url: string, token: string, headers: Record<string, string>): Promise<ClientSocket> {
  const authorization = basicAuthorization(token)
  const socket = new WebSocket(url.replace(/^http/, 'ws'), {
    headers: { Authorization: authorization, ...headers },
    skipUTF8Validation: true,
    handshakeTimeout: 10_000,
  })
  const frames: Buffer[] = []
  const ended = new Promise<void>((resolve) => {
    socket.on('message', (data, isBinary) => {
      const bytes = Buffer.isBuffer(data)
        ? data
        : Buffer.concat([data].flat().map((part) => Buffer.from(new Uint8Array(part))))
      if (isBinary && bytes.length === 0) resolve()
      else frames.push(bytes)
    })
    socket.on('close', () => resolve())
  })
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  const readAll = async () => {
    await ended
    return frames
  }
  return new Promise((resolve, reject) => {
    const clientSocket = (status: number, error: string): ClientSocket => ({
      status,
      error,
      send: (bytes) => socket.send(bytes, { binary: false }),
      sendEndOfInput: () => socket.send(Buffer.alloc(0), { binary: true }),
      readToEnd: async () => (await readAll()).map((frame) => frame.toString()),
      readBytesToEnd: readAll,
      close: () => socket.terminate(),
      closed: () => closed,
    })
    socket.on('open', () => resolve(clientSocket(101, '')))
    socket.on('unexpected-response', (_request, response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => {
        socket.terminate()
        resolve(clientSocket(response.statusCode ?? 0, text))
      })
    })
    socket.on('error', reject)
  })
}
