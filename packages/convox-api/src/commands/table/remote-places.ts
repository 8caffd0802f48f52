import { argument, type Invocation, namedApp } from '../invocation.ts'
import type { Step } from '../step.ts'

/** Where `cp` copies from (0) or to (1), if that is in a process: `pid:/path`. */
export function remotePlaces(index: number): Step['paths'] {
  return (invocation: Invocation) => {
    const place = argument(index)(invocation)
    const colon = place.indexOf(':')
    return colon === -1 ? [] : [{ app: namedApp, pid: () => place.slice(0, colon) }]
  }
}

/** Where `proxy` leads, for each of its arguments: `[port:]host:port`. */
export function proxiedPlaces({ args }: Invocation): ReturnType<Step['paths']> {
  return args.map((place) => {
    const [host = '', port = ''] = place.split(':').slice(-2)
    return { host: () => host, port: () => String(Number(port)) }
  })
}

export function oddProxies({ args }: Invocation): string | null {
  const isPlain = args.every((place) => /^(?:[0-9]{1,5}:)?[^:]+:[0-9]{1,5}$/.test(place))
  return isPlain ? null : 'an argument of it is no [port:]host:port'
}
