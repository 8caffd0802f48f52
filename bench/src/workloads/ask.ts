import { connect } from 'node:net'
import { createResponseReader, type ReadResponse } from '../loads/response-reader.ts'
import type { LoadTarget } from './workload.ts'

export interface NamedResponse extends Pick<LoadTarget, 'name' | 'hasMasks'> {
  /** The parsed JSON. */
  readonly value: unknown
}

/** Sends one request to each target. @throws if a target doesn't answer with 200 and JSON */
export function askAll(
  targets: readonly LoadTarget[],
  requestTo: (target: LoadTarget) => Buffer,
): Promise<NamedResponse[]> {
  return Promise.all(
    targets.map(async (target) => {
      const { name, hasMasks, url } = target
      const { status, body } = await ask(url, requestTo(target))
      if (status !== 200) throw new Error(`${name} answers ${status}: ${body}`)
      return { name, hasMasks, value: JSON.parse(body.toString()) as unknown }
    }),
  )
}

/** The timeout of a response in milliseconds. */
const limit = 5_000

function ask(url: string, request: Buffer): Promise<ReadResponse> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: limit }, () => socket.write(request))
    const read = createResponseReader((response) => {
      resolve(response)
      socket.destroy()
    })
    socket.on('data', (chunk: Buffer) => {
      try {
        read(chunk)
      } catch (error) {
        reject(error)
      }
    })
    socket.on('timeout', () => socket.destroy(new Error('a response did not come')))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the connection ended before a response')))
  })
}
