import { argument, type Invocation, selectedApp } from '../invocation.ts'
import type { Step } from '../step.ts'

/** The path parameters for the process of `pid:/path`, an argument of `cp`: its source (0) or its target (1). */
export function processOfCopyArgument(index: number): Step['paths'] {
  return (invocation: Invocation) => {
    const target = argument(index)(invocation)
    const colon = target.indexOf(':')
    return colon === -1 ? [] : [{ app: selectedApp, pid: () => target.slice(0, colon) }]
  }
}

/** The host and port of each argument of `proxy`: `[port:]host:port`. */
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
