import { argument, type Invocation, selectedApp } from '../invocation.ts'
import type { Step } from '../step.ts'

/** The path parameters for the source (0) or the target (1) of `cp`. Empty if the argument is not `pid:/path`. */
export function copyProcessParams(index: number): Step['paths'] {
  return (invocation: Invocation) => {
    const target = argument(index)(invocation)
    const colon = target.indexOf(':')
    return colon === -1 ? [] : [{ app: selectedApp, pid: () => target.slice(0, colon) }]
  }
}

/** The path parameters for each argument of `proxy`: host and port of `[port:]host:port`. */
export function proxyTargets({ args }: Invocation): ReturnType<Step['paths']> {
  return args.map((target) => {
    const [host = '', port = ''] = target.split(':').slice(-2)
    return { host: () => host, port: () => String(Number(port)) }
  })
}

export function checkProxyTargets({ args }: Invocation): string | null {
  const isPlain = args.every((target) => /^(?:[0-9]{1,5}:)?[^:]+:[0-9]{1,5}$/.test(target))
  return isPlain ? null : 'an argument is not [port:]host:port'
}
