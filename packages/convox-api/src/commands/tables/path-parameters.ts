import { argument, type Invocation, selectedApp } from '../definition/invocation.ts'
import type { Step } from '../definition/step.ts'

/**
 * The path parameters of the call for one argument of `cp`: the source (0) or the target (1). The argument `pid:/path`
 * is a file of a process, which needs a call. Any other argument is a local file, which needs none.
 */
export function copyPathParameters(index: number): Step['paths'] {
  return (invocation: Invocation) => {
    const file = argument(index)(invocation)
    const colon = file.indexOf(':')
    return colon === -1 ? [] : [{ app: selectedApp, pid: () => file.slice(0, colon) }]
  }
}

/** The path parameters of the call for each argument of `proxy`: host and port of `[port:]host:port`. */
export function proxyPathParameters({ args }: Invocation): ReturnType<Step['paths']> {
  return args.map((target) => {
    const [host = '', port = ''] = target.split(':').slice(-2)
    return { host: () => host, port: () => String(Number(port)) }
  })
}

export function checkProxyTargets({ args }: Invocation): string | null {
  const isPlain = args.every((target) => /^(?:[0-9]{1,5}:)?[^:]+:[0-9]{1,5}$/.test(target))
  return isPlain ? null : 'an argument is not [port:]host:port'
}
