import type { AppState, Process } from '../state/app.ts'
import type { RackState } from '../state/rack.ts'

export interface Environment {
  /** Variables that the rack itself sets, sorted by name. As on a real rack, RACK_URL contains the rack's password. */
  readonly rack: Readonly<Record<string, string>>
  /** The release's own variables. */
  readonly app: Readonly<Record<string, string>>
  readonly terminal: 'pipe' | 'terminal'
}

export function environmentOf(
  rack: RackState,
  app: AppState,
  process: Process,
  terminal: Environment['terminal'],
): Environment {
  const release = app.releases.find(({ id }) => id === process.release)
  const pairs = (release?.env ?? '').split('\n').filter((line) => line !== '')
  return {
    terminal,
    app: Object.fromEntries(pairs.map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)])),
    rack: {
      APP: app.app.name,
      PID: process.id,
      RACK_URL: `https://convox:${rack.token}@api.${rack.system.name}.svc.cluster.local:5443`,
      RELEASE: process.release,
      SERVICE: process.service,
      TTY: String(terminal === 'terminal'),
    },
  }
}
