import spawn from 'cross-spawn'
import type { Context } from '../context.ts'
import { convoxName, findConvox } from '../convox/convox-file.ts'
import { startError } from '../convox/convox-start-error.ts'
import { ConvoxIsRackGateway, ConvoxMissing } from '../errors.ts'
import { exitCodes } from '../output/exit-codes.ts'
import { printable } from '../output/terminal.ts'
import { askDeadline } from './deadlines.ts'
import { type Finding, ok, refusal, warning } from './finding.ts'

const longest = 200

type Ran =
  | { readonly kind: 'ended'; readonly code: number | null; readonly said: string }
  | { readonly kind: 'failed'; readonly reason: string }

/** Whether convox is there, can be run, and which version it is. */
export async function checkConvox({ context }: { readonly context: Context }): Promise<Finding> {
  const { env } = context
  const named = convoxName(env)
  const file = findConvox(context)
  if (file === null) return refusal(new ConvoxMissing(named))
  const shown = `${printable(file)}${env.CONVOX_BIN ? ' (from CONVOX_BIN)' : ''}`
  const ran = await run(file, env)
  if (ran.kind === 'failed') return refusal(startError(named, ran.reason))
  const said = printable(ran.said.trim().split(/\r?\n/, 1)[0] ?? '')
  if (/^rack-gateway \d/.test(said)) return refusal(new ConvoxIsRackGateway(named))
  if (ran.code === 0 && said !== '') return ok(`${said}, ${shown}`)
  const why = ran.code === null ? `did not end within ${askDeadline / 1_000} s` : `ended with ${ran.code}`
  return warning(`${shown} does not say its version: it ${why}`, 'check that it is the Convox CLI: convox --version')
}

/** It gets no token: its version is all that is asked of it. */
function run(binary: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  const { RACK_URL: _url, RACK_GATEWAY_TOKEN: _token, ...rest } = env
  return new Promise((resolve) => {
    const child = spawn(binary, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'], env: rest })
    let said = ''
    const end = (ran: Ran) => {
      clearTimeout(timer)
      resolve(ran)
    }
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      // What it started may hold its output open.
      child.stdout?.destroy()
      end({ kind: 'ended', code: null, said: '' })
    }, askDeadline)
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(0, longest)
    })
    // A missing command emits `error` and then `close` with -2: the first one settles it.
    child.once('error', (error) =>
      end({ kind: 'failed', reason: 'code' in error ? String(error.code) : error.message }),
    )
    child.once('close', (code) => end({ kind: 'ended', code: code ?? exitCodes.failure, said }))
  })
}
