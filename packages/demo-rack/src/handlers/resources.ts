import type { Call } from '../calls/call.ts'
import { notFound } from '../errors/rack-error.ts'
import { generatedBytes } from '../generated-bytes.ts'
import { linesOf } from '../process/shell.ts'
import type { AppState, Resource } from '../state/app.ts'
import { findApp } from '../state/rack.ts'
import { contentOf, storeBytes } from '../state/stored-bytes.ts'
import type { RackResponse } from '../wire/response.ts'
import { binary, json, ok } from '../wire/responses.ts'
import type { WebSocketStream } from '../wire/websocket.ts'

/** The size of the export of a database without imported data, in bytes. */
const freshData = 100_000

export function listResources({ rack, variables }: Call): RackResponse {
  return json(findApp(rack, variables.app).resources)
}

export function getResource({ rack, variables }: Call): RackResponse {
  return json(findResource(findApp(rack, variables.app), variables.resource))
}

export function exportData({ rack, variables }: Call): RackResponse {
  const app = findApp(rack, variables.app)
  const imported = app.data.get(findResource(app, variables.resource).name)
  return binary(imported === undefined ? generatedBytes(freshData) : contentOf(imported))
}

export async function importData({ rack, variables, body }: Call): Promise<RackResponse> {
  const app = findApp(rack, variables.app)
  const { name } = findResource(app, variables.resource)
  app.data.set(name, await storeBytes(body))
  return ok()
}

/** A minimal database client: echoes each line until `exit`, `\q`, or the end of the input. Sends no exit code. */
export async function openConsole({ rack, variables }: Call, stream: WebSocketStream): Promise<void> {
  const input = stream.input()
  const { name } = findResource(findApp(rack, variables.app), variables.resource)
  await stream.send(`${name}=> `)
  for await (const line of linesOf(input)) {
    if (line === 'exit' || line === '\\q') break
    await stream.send(`${line}\n${name}=> `)
  }
}

function findResource({ resources }: AppState, name: string | undefined): Resource {
  const found = resources.find((resource) => resource.name === name)
  if (found === undefined) throw notFound('resource', name ?? '')
  return found
}
