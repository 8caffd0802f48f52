import { createServer } from 'node:http'
import { listen } from '@rack-gateway/testing/server'

export interface FakeAnswer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** It comes no sooner. */
  readonly after?: Promise<unknown>
}

export interface FakeGateway {
  readonly url: string
  answer: FakeAnswer
  /** `Authorization` and path of each request. */
  readonly asked: { readonly authorization: string | undefined; readonly path: string | undefined }[]
  close(): Promise<void>
}

/** A gateway on a real socket that answers everything in one way, but for what some paths have of their own. Who has its ETag gets 304. */
export async function startFakeGateway(
  first: FakeAnswer,
  ofPath: Readonly<Record<string, FakeAnswer>> = {},
): Promise<FakeGateway> {
  const asked: { authorization: string | undefined; path: string | undefined }[] = []
  const server = createServer((request, response) => {
    asked.push({ authorization: request.headers.authorization, path: request.url })
    const answer = ofPath[request.url ?? ''] ?? gateway.answer
    void Promise.resolve(answer.after).then(() => {
      const { etag } = answer.headers ?? {}
      if (etag !== undefined && request.headers['if-none-match'] === etag) {
        response.writeHead(304, { ...answer.headers }).end()
        return
      }
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}))
    })
  })
  const { url, close } = await listen(server)
  const gateway: FakeGateway = { url, asked, answer: first, close }
  return gateway
}
