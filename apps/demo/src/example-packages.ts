import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface ExamplePackages {
  /** Paths of the packages. */
  readonly entries: readonly string[]
  /** The rack with a deploy freeze for the next month. */
  readonly frozenRack: string
  /** The app that only its team can change. */
  readonly ownedApp: string
}

const month = 30 * 86_400_000
const ownedApp = 'otherapp'

/** Writes settings with which both example packages deny some calls. */
export async function prepareExamplePackages(directory: string, racks: readonly string[]): Promise<ExamplePackages> {
  const frozenRack = racks.includes('production') ? 'production' : (racks.at(-1) ?? '')
  const freeze = {
    name: 'demo',
    from: formatTime(Date.now()),
    until: formatTime(Date.now() + month),
    racks: [frozenRack],
  }
  const calendar = { freezes: [freeze], override: { roles: ['admin'], minutes: 30 } }
  const teams = { teams: { payments: { apps: [ownedApp], groups: ['payments'] } }, override: ['admin'] }
  await mkdir(directory, { recursive: true })
  process.env.DEPLOY_FREEZE_CALENDAR = await writeSettings(directory, 'calendar.json', calendar)
  process.env.APP_OWNERSHIP_TEAMS = await writeSettings(directory, 'teams.json', teams)
  const entries = ['deploy-freeze', 'app-ownership'].map((name) =>
    fileURLToPath(import.meta.resolve(`@rack-gateway/example-${name}`)),
  )
  return { entries, frozenRack, ownedApp }
}

async function writeSettings(directory: string, name: string, content: object): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, `${JSON.stringify(content, null, 2)}\n`)
  return path
}

function formatTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}
