import { asSentences } from '@rack-gateway/errors'
import { networkErrorClause } from '@rack-gateway/errors/network-errors'
import { CannotListen } from '../errors/errors.ts'

/** Whether the operator can fix the error. If so, its message is shown without a stack. */
export function isExpected(error: unknown): error is Error {
  return error instanceof Error && codeOf(error).startsWith('RGW_')
}

/** Always one line. */
export function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replaceAll(/\s*\n\s*/g, ' ').trim()
}

/** Explains an error that the operator can fix. Returns any other error unchanged. */
export function listenFailure(
  error: unknown,
  { host, port, variable = 'HOST' }: { host: string; port: number; variable?: string },
): unknown {
  const code = codeOf(error)
  switch (code) {
    case 'EADDRINUSE':
      return new CannotListen(
        `Port ${port} of ${host} is in use by another program.`,
        'Stop that program, or choose another port (0 for any free port).',
      )
    case 'EACCES':
      return new CannotListen(`This user may not use port ${port} of ${host}.`, 'Choose a port from 1024 on.')
    case 'EADDRNOTAVAIL':
      return new CannotListen(`${host} is not an address of this machine.`, `Correct ${variable}.`)
    case 'ENOTFOUND':
    case 'EAI_AGAIN': {
      const clause = networkErrorClause(code, { server: host, address: host, host: `the host name ${host}` }) ?? ''
      const { reason, remedy } = asSentences({ reason: clause, remedy: `Correct ${variable}.` })
      return new CannotListen(reason, remedy)
    }
    default:
      return error
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
