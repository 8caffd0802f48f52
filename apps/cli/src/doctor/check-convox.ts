import spawn from 'cross-spawn'
import { convoxName, findConvox } from '../convox/convox-file.ts'
import { convoxStartError } from '../convox/convox-start-error.ts'
import { ConvoxIsRackGateway, ConvoxMissing } from '../errors/errors.ts'
import { exitCodes } from '../errors/exit-codes.ts'
import type { Context } from '../invocation/context.ts'
import { printable } from '../terminal/terminal.ts'
import { requestDeadline } from './findings/deadlines.ts'
import { type Finding, ok, problemFrom, warning } from './findings/finding.ts'

const maxOutputLength = 200

type RunResult =
  /** `code` is null if convox was killed at the deadline. */
  | { readonly kind: 'ended'; readonly code: number | null; readonly output: string }
  | { readonly kind: 'failed'; readonly errorCode: string }

export async function checkConvox({ context }: { readonly context: Context }): Promise<Finding> {
  const { env } = context
  const name = convoxName(env)
  const file = findConvox(context)
  if (file === null) return problemFrom(new ConvoxMissing(name))
  const path = `${printable(file)}${env.CONVOX_BIN ? ' (from CONVOX_BIN)' : ''}`
  const result = await run(file, env)
  if (result.kind === 'failed') return problemFrom(convoxStartError(name, result.errorCode))
  const output = printable(result.output.trim().split(/\r?\n/, 1)[0] ?? '')
  if (/^rack-gateway \d/.test(output)) return problemFrom(new ConvoxIsRackGateway(name))
  if (result.code === 0 && output !== '') return ok(`${output}, ${path}`)
  const reason = result.code === null ? `did not end within ${requestDeadline / 1_000} s` : `exited with ${result.code}`
  return warning(
    `${path} does not print its version: it ${reason}.`,
    'Check that it is the Convox CLI: convox --version',
  )
}

/** Runs `convox --version` without the token. */
function run(binary: string, env: NodeJS.ProcessEnv): Promise<RunResult> {
  const { RACK_URL: _url, RACK_GATEWAY_TOKEN: _token, ...rest } = env
  return new Promise((resolve) => {
    const child = spawn(binary, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'], env: rest })
    let output = ''
    const end = (result: RunResult) => {
      clearTimeout(timer)
      resolve(result)
    }
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      // The child processes of convox may keep the pipe open.
      child.stdout?.destroy()
      end({ kind: 'ended', code: null, output: '' })
    }, requestDeadline)
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(0, maxOutputLength)
    })
    // A missing command emits `error`, and then `close` with -2.
    child.once('error', (error) =>
      end({ kind: 'failed', errorCode: 'code' in error ? String(error.code) : error.message }),
    )
    child.once('close', (code) => end({ kind: 'ended', code: code ?? exitCodes.failure, output }))
  })
}
