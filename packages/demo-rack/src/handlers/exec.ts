import type { Call } from '../calls/call.ts'
import { runCommand } from '../process/commands.ts'
import { environmentOf } from '../process/environment.ts'
import { splitCommand } from '../process/shellquote.ts'
import { findProcess } from '../state/processes.ts'
import { findApp } from '../state/rack.ts'
import type { WebSocketStream } from '../wire/websocket.ts'

/** Precedes the exit code of the command in a frame. The CLI exits with this code. */
export const exitMarker = 'F1E49A85-0AD7-4AEF-A618-C249C6E6568D:'

export async function execInProcess({ rack, variables, parameters }: Call, stream: WebSocketStream): Promise<void> {
  const input = stream.input()
  const app = findApp(rack, variables.app)
  const process = findProcess(app, variables.process ?? '', 'id or service')
  const code = await runCommand({
    argv: splitCommand(parameters.command ?? ''),
    environment: environmentOf(rack, app, process, parameters.Tty === 'false' ? 'pipe' : 'terminal'),
    size: { rows: parameters.Height ?? '0', columns: parameters.Width ?? '0' },
    input: parameters['Disable-Stdin'] === 'true' ? nothing() : input,
    write: (data) => stream.send(data),
    clock: rack.clock,
    disconnected: stream.disconnected,
  })
  await stream.send(`${exitMarker}${code}\n`)
}

async function* nothing(): AsyncGenerator<Buffer> {}
