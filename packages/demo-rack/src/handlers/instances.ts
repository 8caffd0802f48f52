import type { Call } from '../calls/call.ts'
import { runCommand } from '../process/commands.ts'
import { findInstance, terminateInstance } from '../state/instances.ts'
import type { RackResponse } from '../wire/response.ts'
import { json, ok } from '../wire/responses.ts'
import type { WebSocketStream } from '../wire/websocket.ts'
import { exitMarker } from './exec.ts'

const lowerAndDigits = 'abcdefghijklmnopqrstuvwxyz0123456789'

export function listInstances({ rack }: Call): RackResponse {
  return json(rack.instances)
}

export function terminateOneInstance({ rack, variables }: Call): RackResponse {
  terminateInstance(rack, findInstance(rack, variables.instance ?? ''))
  return ok()
}

/** Returns random letters as a private key. The demo rack does not store the key, and it gives access to nothing. */
export function rollInstanceKeys({ rack }: Call): RackResponse {
  const secret = rack.random.letters(lowerAndDigits, 64)
  return json({
    name: `${rack.system.name}-keypair-${rack.random.letters(lowerAndDigits, 6)}`,
    'private-key': `-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----\n`,
  })
}

export async function shellOnInstance({ rack, variables, parameters }: Call, stream: WebSocketStream): Promise<void> {
  const input = stream.input()
  const { id } = findInstance(rack, variables.instance ?? '')
  const command = parameters.Command ?? ''
  const code = await runCommand({
    argv: command === '' ? ['sh'] : ['sh', '-c', command],
    environment: { rack: { HOSTNAME: id }, app: {}, terminal: 'terminal' },
    input,
    write: (data) => stream.send(data),
    clock: rack.clock,
    disconnected: stream.disconnected,
  })
  await stream.send(`${exitMarker}${code}\n`)
}
