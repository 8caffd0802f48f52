import type { RecordedCall } from '../../simulation/recorded-call.ts'
import { apps, type RecordedWeek, racks } from './recorded-week.ts'

function keyOf({ principal, rack, app, route, command }: RecordedCall): string {
  return JSON.stringify([principal.id, rack, app, route, command])
}

/** Calls that a person could try, and that nobody made. */
export function unmadeCalls({ people, calls }: RecordedWeek): RecordedCall[] {
  const made = new Set(calls.map(({ recorded }) => keyOf(recorded)))
  const headers = { query: [], form: [], headers: ['command'] }
  const command = (words: string) => ({ service: 'command', command: words.split(' '), parameters: headers })
  const inProcess = (words: string) => ({ ...command(words), process: 'web', service: 'web' })
  const all = people.flatMap(({ id, name }) =>
    racks.flatMap((rack) =>
      apps.flatMap((app) => {
        const call = (route: string, path: string, details: Partial<RecordedCall> = {}): RecordedCall => ({
          at: '2026-11-30T12:00:00.000Z',
          principal: { kind: 'user', id, name },
          rack,
          ...(path.startsWith('/apps/') && { app }),
          route,
          path,
          decision: { effect: 'allow', rule: 'observe-mode' },
          ...details,
        })
        const runs = '/apps/{app}/services/{service}/processes'
        const run = (words: string) => call(`POST ${runs}`, `/apps/${app}/services/command/processes`, command(words))
        const exec = (words: string) =>
          call('WS /apps/{app}/processes/{pid}/exec', `/apps/${app}/processes/web/exec`, inProcess(words))
        return [
          call('DELETE /apps/{app}', `/apps/${app}`),
          call('POST /apps/{app}/releases/{id}/promote', `/apps/${app}/releases/R1/promote`),
          call('POST /apps/{app}/releases', `/apps/${app}/releases`, { environment: ['DATABASE_URL'] }),
          call('PUT /apps/{app}/services/{service}', `/apps/${app}/services/web`),
          call('POST /apps/{app}/services/{service}/restart', `/apps/${app}/services/web/restart`),
          call('DELETE /apps/{app}/processes/{pid}', `/apps/${app}/processes/p1`, { process: 'p1', service: 'web' }),
          call('GET /apps/{app}/resources/{name}/data', `/apps/${app}/resources/main/data`),
          call('PUT /apps/{app}/resources/{name}/data', `/apps/${app}/resources/main/data`),
          call('WS /apps/{app}/resources/{name}/console', `/apps/${app}/resources/main/console`),
          call('PUT /apps/{app}/configs/{name}', `/apps/${app}/configs/main`),
          call('DELETE /apps/{app}/objects/{key:.*}', `/apps/${app}/objects/build/B1`),
          call('POST /apps', '/apps'),
          call('WS /instances/{id}/shell', '/instances/i1/shell'),
          call('DELETE /instances/{id}', '/instances/i1'),
          call('POST /registries', '/registries'),
          run('rake db:migrate'),
          run('rake db:drop'),
          run('rails console'),
          run('rake users:export 7'),
          exec('bash'),
          exec('cat /proc/meminfo'),
        ]
      }),
    ),
  )
  const ran = new Set(
    calls.flatMap(({ recorded: { principal, rack, app, command: argv } }) =>
      argv === undefined ? [] : JSON.stringify([principal.id, rack, app, argv.slice(0, 2)]),
    ),
  )
  return all.filter(
    (one) =>
      !made.has(keyOf(one)) &&
      !ran.has(JSON.stringify([one.principal.id, one.rack, one.app, one.command?.slice(0, 2)])),
  )
}
