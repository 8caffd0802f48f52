import type { LiveCall } from '@rack-gateway/gateway-api'

export function commandOrPath({ command, path }: Pick<LiveCall, 'command' | 'path'>): string {
  return command ?? path
}

/** Such as `web (worker) on staging`. */
export function targetOf({ rack, app, service }: Pick<LiveCall, 'rack' | 'app' | 'service'>): string {
  if (app === null) return rack
  return service === null ? `${app} on ${rack}` : `${app} (${service}) on ${rack}`
}
