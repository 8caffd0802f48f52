import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import spawn from 'cross-spawn'
import { ConvoxIsRackGateway, ConvoxMissing } from '../errors/errors.ts'
import { convoxName, findConvox, type ProcessSettings } from './convox-file.ts'
import { convoxStartError } from './convox-start-error.ts'

/** Set in the environment of convox. If it is set already, rack-gateway was started as convox. */
const withinConvoxVariable = 'RACK_GATEWAY_WITHIN_CONVOX'

const forwardedSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/**
 * Convox gets these words, and the terminal and signals of this process.
 *
 * @returns the exit code of convox, or 128 + n after signal n
 * @throws ConvoxMissing, ConvoxNotExecutable, ConvoxIsRackGateway
 */
export async function runConvox(words: readonly string[], settings: ProcessSettings): Promise<number> {
  const { env } = settings
  const name = convoxName(env)
  if (env[withinConvoxVariable]) throw new ConvoxIsRackGateway(name)
  const file = findConvox(settings)
  if (file === null) throw new ConvoxMissing(name)
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...words], { stdio: 'inherit', env: { ...env, [withinConvoxVariable]: '1' } })
    const stopForwarding = forwardSignals(child)
    // A missing command emits `error`, and then `close` with -2.
    child.once('error', (error) => {
      stopForwarding()
      reject(convoxStartError(name, 'code' in error ? String(error.code) : ''))
    })
    child.once('close', (code, signal) => {
      stopForwarding()
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal])
    })
  })
}

/** Convox decides what a signal means, so this process ends after convox. @returns a function that stops forwarding */
function forwardSignals(child: ChildProcess): () => void {
  const handlers = forwardedSignals.map((signal) => {
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

/** The terminal sends Ctrl-C and Ctrl-\ to the whole process group. Convox must not get them twice. */
function comesFromTerminal(signal: NodeJS.Signals): boolean {
  return (
    (signal === 'SIGINT' || signal === 'SIGQUIT') && (process.stdin.isTTY === true || process.stdout.isTTY === true)
  )
}
