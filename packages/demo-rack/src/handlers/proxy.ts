import type { Call } from '../calls/call.ts'
import { RackError } from '../errors/rack-error.ts'
import { isProxyHost } from '../process/proxy-host.ts'
import { findApp } from '../state/rack.ts'
import { firstHeader } from '../wire/headers.ts'
import type { RackResponse } from '../wire/response.ts'
import { bare, json } from '../wire/responses.ts'
import type { WebSocketStream } from '../wire/websocket.ts'

/** A TCP connection to a host. The demo rack does not connect, and echoes everything. */
export async function proxyConnection({ variables }: Call, stream: WebSocketStream): Promise<void> {
  const input = stream.input()
  if (!isProxyHost(variables.host ?? '')) throw new RackError(400, 'invalid proxy host')
  const { port = '' } = variables
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw new RackError(400, 'invalid proxy port')
  }
  for await (const data of input) await stream.send(data)
}

const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?'
const clusterHost = new RegExp(`^(?!svc\\.cluster\\.local$)${label}(?:\\.${label})+\\.local$`)

/** The demo rack does not connect, and answers with a description of the request. */
export function proxyHttp({ method, headers, variables }: Call): RackResponse {
  const host = firstHeader(headers, 'x-host') ?? ''
  if (!clusterHost.test(host)) throw new RackError(400, 'invalid proxy host')
  return json({ method, host, port: firstHeader(headers, 'x-port') ?? '', path: variables.path })
}

/** The rack's Docker registry, which has no images. */
export function dockerRegistry({ rack, variables }: Call): RackResponse {
  const { path = '' } = variables
  if (path === '') {
    return { ...bare(200), headers: [['Docker-Distribution-Api-Version', 'registry/2.0']] }
  }
  findApp(rack, path.split('/')[0])
  const errors = [{ code: 'NAME_UNKNOWN', message: 'repository name not known to registry', detail: path }]
  return { ...json({ errors }), status: 404 }
}
