import { once } from 'node:events'
import { createServer } from 'node:http'

export interface FakeGateway {
  readonly url: string
  /** `Authorization` and path of each request. */
  readonly asked: { readonly authorization: string | undefined; readonly path: string | undefined }[]
  close(): Promise<void>
}

/** A gateway on a real socket that answers everything in one way. */
export async function startFakeGateway(answer: {
  status: number
  body?: unknown
  headers?: Record<string, string>
}): Promise<FakeGateway> {
  const asked: { authorization: string | undefined; path: string | undefined }[] = []
  const server = createServer((request, response) => {
    asked.push({ authorization: request.headers.authorization, path: request.url })
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
