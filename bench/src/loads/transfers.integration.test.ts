import { createServer, type RequestListener } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../subjects/listen.ts'
import { download, upload } from './transfers.ts'

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return listen(server)
}

const request = Buffer.from('GET / HTTP/1.1\r\nHost: bench\r\n\r\n')

test('each download is timed, and all bytes are counted', async () => {
  const url = await serve((_request, response) => {
    response.write(Buffer.alloc(600_000))
    response.end(Buffer.alloc(400_000))
  })
  let seen = 0
  const onBody = (part: Buffer) => {
    seen += part.length
  }
  const { count, latencies } = await download({ url, request, length: 1_000_000, times: 3, onBody })
  expect([count, latencies.length, seen]).toEqual([3, 3, 3_000_000])
})

test('a download of another length is an error', async () => {
  const url = await serve((_request, response) => response.end(Buffer.alloc(999)))
  await expect(download({ url, request, length: 1_000, times: 1 })).rejects.toThrow('999 bytes came instead of 1000')
})

test('a download that breaks off is an error', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'Content-Length': 1_000 })
    response.write('x', () => response.destroy())
  })
  await expect(download({ url, request, length: 1_000, times: 1 })).rejects.toThrow('a connection ended')
})

test.each(['chunked', 'length'] as const)('an upload (%s) arrives whole, time after time', async (framing) => {
  const length = 700_001
  const lengths: number[] = []
  const url = await serve(async (request, response) => {
    let come = 0
    for await (const chunk of request) come += chunk.length
    lengths.push(come)
    response.end(String(come))
  })
  const framed = framing === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`
  const head = Buffer.from(`POST / HTTP/1.1\r\nHost: bench\r\n${framed}\r\n\r\n`)
  const expectResponse = (body: Buffer) => expect(body.toString()).toBe(String(length))
  const { count, latencies } = await upload({ url, head, framing, length, times: 2, expectResponse })
  expect([count, latencies.length]).toEqual([1.400002, 2])
  expect(lengths).toEqual([length, length])
})

test('an upload that is refused in the middle is an error', async () => {
  const url = await serve((_request, response) => response.writeHead(403, { 'Content-Length': 2 }).end('no'))
  const head = Buffer.from('POST / HTTP/1.1\r\nHost: bench\r\nTransfer-Encoding: chunked\r\n\r\n')
  const uploading = upload({ url, head, framing: 'chunked', length: 50_000_000, times: 1, expectResponse() {} })
  await expect(uploading).rejects.toThrow('answered with 403: no')
})
