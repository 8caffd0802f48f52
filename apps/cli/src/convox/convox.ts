import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import spawn from 'cross-spawn'
import { ConvoxIsRackGateway, ConvoxMissing } from '../errors.ts'
import { convoxName, findConvox, type ProcessSettings } from './convox-file.ts'
import { startError } from './convox-start-error.ts'

/** In the environment of convox, which starts no rack-gateway: who finds it there was started in its place, and would start itself without end. */
const withinConvox = 'RACK_GATEWAY_WITHIN_CONVOX'

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/**
 * Runs convox as if it had been typed: the same words, terminal and signals.
 *
 * @returns its exit code; 128 + n when signal n ended it
 * @throws ConvoxMissing, ConvoxNotExecutable, ConvoxIsRackGateway
 */
export async function runConvox(words: readonly string[], place: ProcessSettings): Promise<number> {
  const { env } = place
  const name = convoxName(env)
  if (env[withinConvox]) throw new ConvoxIsRackGateway(name)
  const file = findConvox(place)
  if (file === null) throw new ConvoxMissing(name)
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...words], { stdio: 'inherit', env: { ...env, [withinConvox]: '1' } })
    const stopForwarding = forwardSignals(child)
    // A missing command emits `error` and then `close` with -2: the first one settles it.
    child.once('error', (error) => {
      stopForwarding()
      reject(startError(name, 'code' in error ? String(error.code) : ''))
    })
    child.once('close', (code, signal) => {
      stopForwarding()
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal])
    })
  })
}

/** We outlive convox: it decides what a signal means. */
function forwardSignals(child: ChildProcess): () => void {
  const handlers = forwarded.map((signal) => {
    function forward(): void {
      if (!comesFromTerminal(signal)) child.kill(signal)
    }
    process.on(signal, forward)
    return { signal, forward }
  })
  return () => {
    for (const { signal, forward } of handlers) process.off(signal, forward)
  }
}

/** Ctrl-C and Ctrl-\ go to the whole process group: convox has them already, and a second one would mean something else. */
function comesFromTerminal(signal: NodeJS.Signals): boolean {
  return (
    (signal === 'SIGINT' || signal === 'SIGQUIT') && (process.stdin.isTTY === true || process.stdout.isTTY === true)
  )
}
